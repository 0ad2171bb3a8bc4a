#include "core/inquiry/inquiring.h"

#include <type_traits>
#include <variant>

namespace quorate {

std::unique_ptr<Inquiring> begin_inquiry(const StateInquiry& inquiry) {
  return std::visit(
      [](const auto& asked) -> std::unique_ptr<Inquiring> {
        using Asked = std::decay_t<decltype(asked)>;
        if constexpr (std::is_same_v<Asked, EndSession> || std::is_same_v<Asked, EditTree>) {
          return nullptr;
        } else {
          return begin_inquiry_of(asked);
        }
      },
      inquiry);
}

}  // namespace quorate
