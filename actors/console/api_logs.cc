// Handlers of the admin API: what was logged.
#include <algorithm>
#include <string>
#include <utility>

#include "actors/console/api_act.h"
#include "actors/console/api_room.h"
#include "actors/console/audit.h"
#include "actors/console/ids_input.h"
#include "actors/console/log_view.h"
#include "actors/console/slow_view.h"
#include "actors/console/transaction_view.h"
#include "actors/logged_path.h"

namespace quorate {
namespace {

/// Of slow writes, that are looked up for one answer.
constexpr std::size_t paths_max = 50;

std::optional<LogLevel> log_level(std::string_view word) {
  for (std::size_t i = 0; i < log_level_words.size(); ++i)
    if (log_level_words.at(i) == word) return static_cast<LogLevel>(i);
  return std::nullopt;
}

}  // namespace

void answer_log_levels(ApiRoom& room, const ApiCallPtr& call) {
  Json items = Json::array();
  for (const ComponentLevel& level : room.context.log.levels())
    items.push_back({{"component", level.component}, {"level", to_string(level.level)}});
  call->answer({{"items", std::move(items)}});
}

void set_log_level(ApiRoom& room, const ApiCallPtr& call) {
  const auto word = call->body_text("level");
  const auto level = word ? log_level(*word) : std::nullopt;
  if (!level) {
    return call->refuse(bad_request("level: one of trace, debug, info, warn, error is wanted"));
  }
  const std::string& component = call->parameter("component");
  const auto act = ApiAct::begin(room, call, {component + " to " + *word, {}, {}});
  if (act == nullptr) return;
  const Status set = room.context.log.set_level(component, *level);
  act->finish(set.ok() ? ActOutcome::done(component + " logs from " + *word + " on")
                       : ActOutcome::refused(not_found(set.error().text)));
}

void answer_log_lines(ApiRoom& room, const ApiCallPtr& call) {
  LogRing::Wanted wanted;
  wanted.level = *log_level(call->word("level", "trace debug info warn error"));
  wanted.component = call->text("component");
  wanted.search = call->text("search");
  wanted.before = call->number("before", UINT64_MAX);
  wanted.limit = call->limit();
  if (call->is_refused()) return;
  LogRing::Found found;
  if (const LogRing* ring = room.context.log.ring(); ring != nullptr) found = ring->find(wanted);
  Json items = Json::array();
  for (const KeptLine& line : found.lines) items.push_back(log_line_json(line));
  call->answer({{"items", std::move(items)}, {"more", found.more}});
}

void answer_audit(ApiRoom& room, const ApiCallPtr& call) {
  const std::string search = call->text("search");
  const std::size_t limit = call->limit();
  if (call->is_refused()) return;
  Json items = Json::array();
  for (const AuditEntry& entry : room.audit.newest(limit, search)) items.push_back(to_json(entry));
  call->answer({{"items", std::move(items)}});
}

void answer_transactions(ApiRoom& room, const ApiCallPtr& call) {
  TransactionsWanted wanted;
  wanted.newest = room.context.board.read().applied;
  const std::string newest = call->text("zxid");
  const std::string session = call->text("session");
  wanted.path = call->text("path", 4096);
  wanted.limit = call->limit();
  if (call->is_refused()) return;
  if (!newest.empty()) {
    const auto zxid = zxid_of(newest);
    if (!zxid) return call->refuse(bad_request("zxid: one is written as 7.1f"));
    wanted.newest = std::min(wanted.newest, *zxid);
  }
  if (!session.empty()) {
    wanted.session = session_of(session);
    if (!wanted.session) return call->refuse(bad_request("session: one is written as 0x1000abc"));
  }
  if (room.context.txn_log == nullptr) return call->refuse(not_found("there is no log"));
  const auto page = read_transactions(*room.context.txn_log, wanted);
  if (!page) return call->refuse(refusal_of(page.error().code, page.error().text));
  call->answer(transactions_view(*page));
}

void answer_slow(ApiRoom& room, const ApiCallPtr& call) {
  const bool sampled = call->word("which", "slowest sampled") == "sampled";
  const std::size_t limit = call->limit();
  if (call->is_refused()) return;
  const ServerContext& context = room.context;
  const auto requests = sampled ? context.slow_requests.sampled(limit)
                                : context.slow_requests.slowest(limit, room.now_ms());
  Json items = Json::array();
  std::size_t looked_up = 0;
  for (const SlowRequest& request : requests) {
    items.push_back(slow_json(request));
    // Each costs a look into the log.
    if (!request.zxid || context.txn_log == nullptr || looked_up++ >= paths_max) continue;
    if (const auto path = logged_path(*context.txn_log, *request.zxid))
      items.back()["path"] = *path;
  }
  call->answer({{"at_ms", room.now_ms()},
                {"threshold_ms", context.counters.gauge.threshold().count()},
                {"slow", context.slow_requests.slow()},
                {"items", std::move(items)}});
}

void set_slow_threshold(ApiRoom& room, const ApiCallPtr& call) {
  const auto threshold = call->body_number("threshold_ms", 1, 600'000);
  if (!threshold) call->refuse(bad_request("threshold_ms: from 1 to 600000"));
  if (call->is_refused()) return;
  const auto act = ApiAct::begin(room, call, {std::to_string(*threshold) + " ms", {}, {}});
  if (act == nullptr) return;
  room.context.counters.gauge.set_threshold(std::chrono::milliseconds(*threshold));
  act->finish(ActOutcome::done("requests are slow from " + std::to_string(*threshold) + " ms on"));
}

}  // namespace quorate
