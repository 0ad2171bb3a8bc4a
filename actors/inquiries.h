// The console's questions that the owner of the state is answering.
#pragma once

#include <caf/typed_response_promise.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>

#include "core/commit/commit_machine.h"
#include "core/inquiry/inquiring.h"
#include "core/inquiry/state_answer.h"
#include "core/inquiry/state_inquiry.h"

namespace quorate {

/// Answers in turns, a little at a time, so that clients are served beside; and edits, when they
/// were applied. Belongs into the actor's State: the promises keep actors alive.
class Inquiries {
 public:
  using Promise = caf::typed_response_promise<StateAnswerPtr>;
  using Time = std::chrono::steady_clock::time_point;

  /// Too many at a time are refused (throttled).
  void take(const StateInquiry& asked, Promise answer, CommitMachine& machine);
  /// At least one step, so that it ends under any load.
  void go_on(CommitMachine& machine, Time until);
  /// Takes what became of edits out of the machine's output.
  void tell_edited(CommitMachine& machine);
  /// Whether go_on() is to be called again.
  [[nodiscard]] bool has_more() const { return !under_way_.empty(); }

 private:
  struct UnderWay {
    std::unique_ptr<Inquiring> question;
    Promise answer;
  };

  std::deque<UnderWay> under_way_;
  struct Edit {
    Promise answer;
    bool ends_session = false;
  };
  std::map<std::uint64_t, Edit> edits_;  ///< By the machine's numbers.
};

}  // namespace quorate
