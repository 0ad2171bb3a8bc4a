// An act through the admin API: judged before it is done, noted in the audit log with its outcome.
#pragma once

#include <memory>
#include <string>

#include "actors/console/api_room.h"

namespace quorate {

/// What must hold before something is done.
struct ActTerms {
  std::string target;   ///< What it is done to, for the audit log.
  std::string confirm;  ///< What the operator must have typed; empty: nothing.
  std::string etag;     ///< What If-Match must be, if it is given; empty: nothing.
};

class ApiAct {
 public:
  /// Reads `confirm`, `reason` and If-Match of the call. Null: it was refused, and has been
  /// answered and noted. REQUIRES: the body is parsed.
  static std::shared_ptr<ApiAct> begin(ApiRoom& room, const ApiCallPtr& call,
                                       const ActTerms& terms);

  ApiAct(ApiRoom& room, ApiCallPtr call, std::string target, std::string reason)
      : room_(room),
        call_(std::move(call)),
        target_(std::move(target)),
        reason_(std::move(reason)) {}

  [[nodiscard]] const std::string& reason() const { return reason_; }

  /// Notes the outcome and answers the call. Once.
  void finish(const ActOutcome& outcome);
  /// As finish(), with what else the answer has.
  void finish(const ActOutcome& outcome, Json answer);
  /// To be called by whoever does it.
  [[nodiscard]] static AdminPort::Done finisher(const std::shared_ptr<ApiAct>& act) {
    return [act](const ActOutcome& outcome) { act->finish(outcome); };
  }

 private:
  void note(const ActOutcome& outcome);

  ApiRoom& room_;
  ApiCallPtr call_;
  std::string target_;
  std::string reason_;
};

}  // namespace quorate
