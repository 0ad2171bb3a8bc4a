// A server that is up but must not serve: it says why, to its log and to every client.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "actors/runtime/unique_fd.h"
#include "core/base/result.h"

namespace quorate {

/// Sends every client away with a goodbye (not_serving), so that it tries another server instead of
/// waiting for this one; calls `complain` at once and then every `complain_every`. Ends when it is
/// destroyed. On a thread of its own: there are no actors without a state.
class HeldServer {
 public:
  /// `socket` is listening. Error `io_error`.
  static Result<std::unique_ptr<HeldServer>> start(UniqueFd socket, const std::string& goodbye,
                                                   std::chrono::milliseconds complain_every,
                                                   std::function<void()> complain);
  virtual ~HeldServer() = default;
};

}  // namespace quorate
