#include "actors/console/api_act.h"

#include <utility>

#include "actors/console/audit.h"

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
  return act;
}

void ApiAct::finish(const ActOutcome& outcome) { finish(outcome, Json::object()); }

void ApiAct::finish(const ActOutcome& outcome, Json answer) {
  note(outcome);
  if (outcome.refusal) return call_->refuse(*outcome.refusal);
  answer["done"] = true;
  answer["text"] = outcome.text;
  call_->answer(answer);
}

void ApiAct::note(const ActOutcome& outcome) {
  const AdminRequestLine& request = call_->request();
  AuditEntry entry;
  entry.at_ms = room_.now_ms();
  entry.who = request.caller.name;
  entry.role = to_string(request.caller.role);
  entry.from = request.caller.from;
  if (request.via) entry.via = request.via->value;
  entry.act = call_->route().operation;
  entry.target = target_;
  entry.reason = reason_;
  entry.outcome = outcome.refusal ? outcome.refusal->code : "ok";
  entry.text = outcome.refusal ? outcome.refusal->text : outcome.text;
  const Status noted = room_.audit.append(std::move(entry), call_->route().destructive);
  if (!noted) {
    room_.context.log.component("console").error(
        "audit_not_written", kv("reason", noted.error().text),
        kv("do", "make room for the audit log; what is done meanwhile is not noted"));
  }
}

}  // namespace quorate
