// The console's questions that the owner of the state is answering.
#pragma once

#include <caf/typed_response_promise.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "core/commit/commit_machine.h"
#include "core/inquiry/inquiring.h"
#include "core/inquiry/state_answer.h"
#include "core/inquiry/state_inquiry.h"

namespace quorate {

/// Answers a little at a time, with pauses of three times as long: the I/O thread reads no sockets
/// while an actor of its own has more to do, and however many ask, clients have most of its time.
/// And edits, when they were applied. Belongs into the actor's State: the promises keep actors
/// alive.
class Inquiries {
 public:
  using Promise = caf::typed_response_promise<StateAnswerPtr>;
  using Time = std::chrono::steady_clock::time_point;

  /// Too many at a time are refused (throttled).
  void take(const StateInquiry& asked, Promise answer, CommitMachine& machine);
  /// At least one step when it is due, so that it ends under any load.
  void go_on(CommitMachine& machine, Time until);
  /// Takes what became of edits out of the machine's output.
  void tell_edited(CommitMachine& machine);
  /// When go_on() has something to do again; nothing: when it was asked something.
  [[nodiscard]] std::optional<Time> due() const {
    return under_way_.empty() ? std::nullopt : std::optional(not_before_);
  }

 private:
  struct UnderWay {
    std::unique_ptr<Inquiring> question;
    Promise answer;
  };

  std::deque<UnderWay> under_way_;
  Time not_before_{};
  struct Edit {
    Promise answer;
    bool ends_session = false;
  };
  std::map<std::uint64_t, Edit> edits_;  ///< By the machine's numbers.
};

}  // namespace quorate
