// An act through the admin API: judged and noted in the audit log before it is done, and noted
// again with its outcome.
#pragma once

#include <memory>
#include <string>

#include "actors/console/api_room.h"
#include "actors/console/audit.h"

namespace quorate {

/// What must hold before something is done.
struct ActTerms {
  std::string target;   ///< What it is done to, for the audit log.
  std::string confirm;  ///< What the operator must have typed; empty: nothing.
  std::string etag;     ///< What If-Match must be, if it is given; empty: nothing.
};

class ApiAct {
 public:
  /// Reads `confirm`, `reason` and If-Match of the call, and notes that the act begins. Null: it
  /// was refused, or could not be noted, and must not be done; the call has been answered.
  /// REQUIRES: the body is parsed.
  static std::shared_ptr<ApiAct> begin(ApiRoom& room, const ApiCallPtr& call,
                                       const ActTerms& terms);

  ApiAct(ApiRoom& room, ApiCallPtr call, const std::string& target, const std::string& reason);

  [[nodiscard]] const std::string& reason() const { return entry_.reason; }

  /// Notes the outcome and answers the call. Once.
  void finish(const ActOutcome& outcome);
  /// As finish(), with what else the answer has.
  void finish(const ActOutcome& outcome, Json answer);
  /// To be called by whoever does it.
  [[nodiscard]] static AdminPort::Done finisher(const std::shared_ptr<ApiAct>& act) {
    return [act](const ActOutcome& outcome) { act->finish(outcome); };
  }

 private:
  [[nodiscard]] Status note_begin();
  void note_outcome(const ActOutcome& outcome);
  void tell_failure(const Error& error) const;

  ApiRoom& room_;
  ApiCallPtr call_;
  AuditEntry entry_;  ///< Its number is 0 until it has begun.
};

}  // namespace quorate
