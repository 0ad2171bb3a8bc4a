#include "actors/console/api_act.h"

#include <utility>

namespace quorate {
namespace {

constexpr std::size_t reason_bytes_max = 500;

/// What stands against it, before it is done.
std::optional<Refusal> objection(const ApiCall& call, const ActTerms& terms,
                                 const std::optional<std::string>& confirm,
                                 const std::optional<std::string>& reason) {
  if (!terms.confirm.empty()) {
    if (!reason || reason->empty()) {
      return Refusal{400, "bad_request", "reason: say why; it goes to the audit log", {}};
    }
    if (!confirm || *confirm != terms.confirm) {
      return Refusal{400, "not_confirmed", "confirm: this must be " + terms.confirm,
                     "type the name of what is meant, to be sure that it is that"};
    }
  }
  const std::string& seen = call.request().if_match;
  if (!seen.empty() && !terms.etag.empty() && seen != terms.etag && seen != "*") {
    return Refusal{412, "stale", "it has changed since it was looked at",
                   "look at what is there now, and decide again"};
  }
  return std::nullopt;
}

}  // namespace

std::shared_ptr<ApiAct> ApiAct::begin(ApiRoom& room, const ApiCallPtr& call,
                                      const ActTerms& terms) {
  const auto confirm = call->body_text("confirm");
  const auto reason = call->body_text("reason", reason_bytes_max);
  if (call->is_refused()) return nullptr;
  auto act = std::make_shared<ApiAct>(room, call, terms.target, reason.value_or(""));
  if (const auto refusal = objection(*call, terms, confirm, reason)) {
    act->finish(ActOutcome::refused(*refusal));
    return nullptr;
  }
  if (const Status noted = act->note_begin(); !noted) {
    call->refuse({503, "audit_unavailable",
                  "nothing was done, for it could not be noted: " + noted.error().text,
                  "make room for the audit log, or mend its rights"});
    return nullptr;
  }
  return act;
}

ApiAct::ApiAct(ApiRoom& room, ApiCallPtr call, const std::string& target, const std::string& reason)
    : room_(room), call_(std::move(call)) {
  const AdminRequestLine& request = call_->request();
  entry_.at_ms = room_.now_ms();
  entry_.who = request.caller.name;
  entry_.role = to_string(request.caller.role);
  entry_.from = request.caller.from;
  if (request.via) entry_.via = request.via->value;
  entry_.act = call_->route().operation;
  entry_.target = target;
  entry_.reason = reason;
}

void ApiAct::finish(const ActOutcome& outcome) { finish(outcome, Json::object()); }

void ApiAct::finish(const ActOutcome& outcome, Json answer) {
  note_outcome(outcome);
  if (outcome.refusal) return call_->refuse(*outcome.refusal);
  answer["done"] = true;
  answer["text"] = outcome.text;
  call_->answer(answer);
}

Status ApiAct::note_begin() {
  entry_.outcome = AuditEntry::begun;
  const auto number = room_.audit.append(entry_, call_->route().destructive);
  if (!number) {
    tell_failure(number.error());
    return number.error();
  }
  entry_.seq = *number;
  return {};
}

void ApiAct::note_outcome(const ActOutcome& outcome) {
  entry_.outcome = outcome.refusal ? outcome.refusal->code : "ok";
  entry_.text = outcome.refusal ? outcome.refusal->text : outcome.text;
  const bool destructive = call_->route().destructive;
  const Status noted = entry_.seq == 0 ? room_.audit.append(entry_, destructive).status()
                                       : room_.audit.append_outcome(entry_, destructive);
  if (!noted) tell_failure(noted.error());
}

void ApiAct::tell_failure(const Error& error) const {
  room_.context.log.component("console").error(
      "audit_not_written", kv("act", entry_.act), kv("outcome", entry_.outcome),
      kv("reason", error.text),
      kv("do", "make room for the audit log: nothing is done that cannot be noted"));
}

}  // namespace quorate
