// All children of a node, however many, a page at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "client/client.h"

namespace quorate::client {

/// Goes through children in name order:
///   ChildCursor cursor(client, {.path = "/members", .with_stat = true});
///   while (true) {
///     auto child = cursor.next();
///     if (!child.ok()) return child.error();
///     if (!*child) break;
///     use(**child);
///   }
///
/// Each page is one request (`limit` children, 0: as many as fit into a frame), so that children
/// created or deleted between pages may or may not be seen; those there all along are, once.
class ChildCursor {
 public:
  /// REQUIRES: `client` outlives the cursor. Starts behind `request.start_after`.
  ChildCursor(Client& client, ListChildren request)
      : client_(&client), request_(std::move(request)) {}

  /// The next child, or nothing at the end. Errors as of Client::list().
  [[nodiscard]] Result<std::optional<ListedChild>> next();

  /// Of the parent, as of the last page. REQUIRES: next() has succeeded.
  [[nodiscard]] const Stat& parent() const { return page_.stat; }

 private:
  Client* client_;
  ListChildren request_;
  ListReply page_;
  std::size_t position_ = 0;
  bool more_ = true;
};

}  // namespace quorate::client
