// A server that is up but must not serve: it says why, to its log and to every client.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "actors/runtime/unique_fd.h"
#include "config/four_letter_words.h"
#include "core/base/result.h"

namespace quorate {

/// What it says to who asks.
struct HeldAnswers {
  std::string goodbye;    ///< Why it does not serve.
  FourLetterWords words;  ///< That are answered, as of a server without a quorum.
};

/// Sends every client away, so that it tries another server instead of waiting for this one: with a
/// goodbye (not_serving) who speaks Cap'n Proto, without a word who speaks another protocol. Calls
/// `complain` at once and then every `complain_every`. Ends when it is destroyed. On a thread of
/// its own: there are no actors without a state.
class HeldServer {
 public:
  /// `socket` is listening. Error `io_error`.
  static Result<std::unique_ptr<HeldServer>> start(UniqueFd socket, const HeldAnswers& answers,
                                                   std::chrono::milliseconds complain_every,
                                                   std::function<void()> complain);
  virtual ~HeldServer() = default;
};

}  // namespace quorate
