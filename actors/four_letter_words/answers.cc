#include "actors/four_letter_words/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "actors/connection_actor.h"
#include "actors/four_letter_words/bounded_text.h"
#include "actors/four_letter_words/environment.h"
#include "actors/four_letter_words/server_texts.h"
#include "actors/inspection.h"
#include "actors/server_context.h"

namespace quorate {
namespace {

/// A line has more bytes than this.
constexpr std::size_t connections_max = answer_bytes_max / 40;

bool is_answered_always(FourLetterWord word) {
  switch (word) {
    case FourLetterWord::envi:
    case FourLetterWord::gtmk:
    case FourLetterWord::isro:
    case FourLetterWord::ruok:
    case FourLetterWord::stmk:
      return true;
    default:
      return false;
  }
}

/// No more than the text could have room for.
std::vector<ConnectionReport> reports_of(const ConnectionShared& shared) {
  const ClockReading now = shared.context.clock.read();
  std::vector<ConnectionReport> reports;
  if (!shared.each_connection) return reports;
  shared.each_connection([&](const ConnectionRecord& record) {
    if (record.logic == nullptr || reports.size() >= connections_max) return;
    reports.push_back(record.logic->report());
    reports.back().since_ms = now.wall_ms - (now.monotonic - record.since).count();
  });
  return reports;
}

std::string reset_server(ConnectionShared& shared) {
  shared.words.counted_from = packets(shared.context.counters);
  shared.context.counters.latency.reset();
  shared.context.board.post([](Notice& notice) { notice.proposals.reset(); });
  return "Server stats reset.\n";
}

std::string reset_connections(const ConnectionShared& shared) {
  if (shared.each_connection) {
    shared.each_connection([](ConnectionRecord& record) {
      if (record.logic != nullptr) record.logic->reset_traffic();
    });
  }
  return "Connection stats reset.\n";
}

}  // namespace

ServerReport report_of(const ConnectionShared& shared) {
  ServerContext& context = shared.context;
  const ServerCounters& counters = context.counters;
  const Notice notice = context.board.read();
  const auto uptime = context.clock.read().monotonic - shared.since;
  const Inspection inspection = inspection_of(context.config, notice, uptime, shared.open);
  ServerReport report = make_server_report(context.config, counters, inspection, notice);
  report.received -= shared.words.counted_from.received;
  report.sent -= shared.words.counted_from.sent;
  report.connections = shared.open;
  report.outstanding = shared.outstanding.requests();
  return report;
}

std::optional<std::string> answer_at_once(ConnectionShared& shared, const AskedWord& asked) {
  ServerReport server = report_of(shared);
  if (!server.serving && !is_answered_always(asked.word)) return std::string(not_serving_text);
  switch (asked.word) {
    case FourLetterWord::ruok:
      return "imok";
    case FourLetterWord::isro:
      return isro_text(server);
    case FourLetterWord::srvr:
      return srvr_text(server);
    case FourLetterWord::mntr:
      server.files_open = open_files();
      server.files_max = open_files_max();
      return mntr_text(server);
    case FourLetterWord::stat:
      return stat_text(server, reports_of(shared), answer_bytes_max);
    case FourLetterWord::cons:
      return cons_text(reports_of(shared), answer_bytes_max);
    case FourLetterWord::srst:
      return reset_server(shared);
    case FourLetterWord::crst:
      return reset_connections(shared);
    case FourLetterWord::stmk:
      shared.words.trace_mask = asked.trace_mask;
      [[fallthrough]];
    case FourLetterWord::gtmk:
      return fmt::to_string(shared.words.trace_mask);
    case FourLetterWord::envi:
      return environment_text(read_environment());
    case FourLetterWord::conf:
    case FourLetterWord::dirs:
    case FourLetterWord::dump:
    case FourLetterWord::hash:
    case FourLetterWord::wchc:
    case FourLetterWord::wchp:
    case FourLetterWord::wchs:
      break;
  }
  return std::nullopt;
}

std::string connections_dump(const ConnectionShared& shared) {
  return dump_text(reports_of(shared), answer_bytes_max);
}

}  // namespace quorate
