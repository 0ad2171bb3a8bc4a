// A question about the state that is being answered, in small steps.
#pragma once

#include <memory>

#include "core/commit/commit_machine.h"
#include "core/inquiry/state_answer.h"
#include "core/inquiry/state_inquiry.h"

namespace quorate {

/// Between two steps txns may be applied, connections come and go. So nothing is kept of the state
/// but names and ids, and what changes meanwhile may or may not be in the answer.
class Inquiring {
 public:
  Inquiring() = default;
  Inquiring(const Inquiring&) = delete;
  Inquiring& operator=(const Inquiring&) = delete;
  virtual ~Inquiring() = default;

  /// A step of some tens of microseconds. False: that was the last one.
  [[nodiscard]] virtual bool go_on(CommitMachine& machine) = 0;
  /// REQUIRES: the last step was made; once.
  [[nodiscard]] virtual StateAnswer take(const CommitMachine& machine) = 0;
};

/// Begins to answer. Null for what is answered when a txn is applied: EndSession, EditTree.
[[nodiscard]] std::unique_ptr<Inquiring> begin_inquiry(const StateInquiry& inquiry);

// Each kind of question.
[[nodiscard]] std::unique_ptr<Inquiring> begin_inquiry_of(const SessionsInquiry& asked);
[[nodiscard]] std::unique_ptr<Inquiring> begin_inquiry_of(const SessionInquiry& asked);
[[nodiscard]] std::unique_ptr<Inquiring> begin_inquiry_of(const WatchesInquiry& asked);
[[nodiscard]] std::unique_ptr<Inquiring> begin_inquiry_of(const NodeInquiry& asked);
[[nodiscard]] std::unique_ptr<Inquiring> begin_inquiry_of(const ChildrenInquiry& asked);
[[nodiscard]] std::unique_ptr<Inquiring> begin_inquiry_of(const SearchInquiry& asked);
[[nodiscard]] std::unique_ptr<Inquiring> begin_inquiry_of(const BiggestInquiry& asked);
[[nodiscard]] std::unique_ptr<Inquiring> begin_inquiry_of(const ForgetWatches& asked);

}  // namespace quorate
