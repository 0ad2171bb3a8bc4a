// Promises to and from the bytes of the synced record that keeps them.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "storage/epoch_store.h"

namespace quorate {

[[nodiscard]] std::string encode_promises(const Promises& promises);

/// Errors: `damaged`; `unimplemented` for a version from the future.
[[nodiscard]] Result<Promises> decode_promises(std::string_view bytes);

}  // namespace quorate
