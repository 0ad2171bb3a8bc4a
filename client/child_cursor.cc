#include "client/child_cursor.h"

namespace quorate::client {

Result<std::optional<ListedChild>> ChildCursor::next() {
  while (position_ == page_.children.size()) {
    if (!more_) return std::optional<ListedChild>();
    auto page = client_->list(request_);
    if (!page.ok()) return page.error();
    page_ = std::move(*page);
    position_ = 0;
    // An empty page that promises more would never end.
    more_ = page_.more && !page_.children.empty();
    if (!page_.children.empty()) request_.start_after = page_.children.back().name;
  }
  return std::optional<ListedChild>(std::move(page_.children[position_++]));
}

}  // namespace quorate::client
