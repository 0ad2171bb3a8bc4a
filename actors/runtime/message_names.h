// What a message is, for traces: atoms by their text, the rest by type. Never contents.
#pragma once

#include <string>

namespace caf {
class type_erased_tuple;
}

namespace quorate {

/// "submit, SubmitBatch": without namespaces, and whether it is shared or not.
[[nodiscard]] std::string message_names(const caf::type_erased_tuple& message);

}  // namespace quorate
