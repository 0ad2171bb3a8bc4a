// check_server() of checks.h.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "client/admin/answer.h"
#include "client/cli/console/fields.h"
#include "client/cli/doctor/checks.h"
#include "client/cli/text.h"

namespace quorate::cli {
namespace {

using admin::field;
using admin::integer_of;
using admin::is_true;
using admin::list_of;
using admin::number_of;
using admin::text_of;

constexpr std::int64_t skew_ms_max = 1000;
constexpr std::int64_t sync_us_slow = 100'000;
constexpr std::int64_t sync_us_bad = 1'000'000;
constexpr std::int64_t wait_us_slow = 100'000;
constexpr std::int64_t wait_us_bad = 1'000'000;
constexpr std::int64_t lag_txns_max = 1000;
constexpr std::int64_t checkpoint_ms_old = std::int64_t{26} * 3600 * 1000;
constexpr std::int64_t restart_ms_recent = 600'000;
constexpr std::int64_t files_few = 4096;

/// Collects what is found of one server.
class Report {
 public:
  explicit Report(std::int64_t server) : server_(server) {}
  void add(Severity severity, const char* id, std::string what, const char* why, const char* fix) {
    findings_.push_back({severity, id, server_, std::move(what), why, fix});
  }
  void unchecked(const char* id, std::string why) {
    findings_.push_back({Severity::unchecked, id, server_, std::move(why), "", ""});
  }
  [[nodiscard]] std::vector<Finding> take() { return std::move(findings_); }

 private:
  std::int64_t server_;
  std::vector<Finding> findings_;
};

std::string duration_text(std::int64_t us) { return short_duration(static_cast<double>(us)); }

void check_reach(Report& report, const ServerFacts& server) {
  if (!server.reach_checked) {
    report.unchecked("client_port", "does not say where its clients go");
  } else if (!server.unreachable.empty()) {
    report.add(Severity::problem, "client_port",
               "does not answer at " + server.address + ": " + server.unreachable,
               "clients on this machine cannot use it",
               "check that it runs, the name in its server line, and the firewall");
  }
}

void check_state(Report& report, const Json& status) {
  const std::string role = text_of(status, "role");
  if (role == "looking")
    report.add(Severity::problem, "no_leader", "looks for a leader", "it serves no writes",
               "see `quorate elections`; the links between the servers and their logs say why");
  if (role == "read_only")
    report.add(Severity::problem, "no_leader", "has no leader and serves old reads only",
               "it serves no writes", "see `quorate elections`");
  if (is_true(status, "in_doubt"))
    report.add(Severity::problem, "in_doubt", "its tree differs from that of others",
               "writes are refused until it is known whose is right",
               "follow \"Servers that differ\" in the operations page");
  if (is_true(status, "recovering"))
    report.add(Severity::warning, "recovering", "takes the state over from the leader",
               "it does not count for the quorum until it is done",
               "wait; if it does not end, see its log");
  if (is_true(status, "draining"))
    report.add(Severity::note, "draining", "is drained: it takes no clients", "",
               "`quorate server undrain`, or a restart, when that is over");
  const bool away = is_true(status, "draining") || is_true(status, "recovering");
  if (field(status, "serving").is_boolean() && !is_true(status, "serving") && !away &&
      role != "looking" && role != "read_only")
    report.add(Severity::warning, "not_serving", "serves no clients", "the others have its share",
               "see `quorate log tail --level warn`");
  for (const Json& note : list_of(status, "notes"))
    report.add(Severity::note, "server_note", "says: " + text_of(note, ""), "", "");
  if (const auto lag = integer_of(status, "lag_txns"); lag && *lag > lag_txns_max)
    report.add(Severity::warning, "lag", std::to_string(*lag) + " transactions behind the leader",
               "its clients read old data, and it is of little help when the leader is lost",
               "look at its sync times, its CPU and its link to the leader");
}

/// The server's clock was read somewhere between our two readings.
void check_clock(Report& report, const ServerFacts& server) {
  const auto there = integer_of(server.status, "now_ms");
  if (!there) return report.unchecked("clock_skew", "does not say what time it has");
  std::int64_t skew = 0;
  if (*there < server.sent_ms) skew = *there - server.sent_ms;
  if (*there > server.came_ms) skew = *there - server.came_ms;
  if (std::abs(skew) <= skew_ms_max) return;
  report.add(Severity::warning, "clock_skew",
             "its clock is at least " + duration_text(std::abs(skew) * 1000) +
                 (skew < 0 ? " behind" : " ahead of") + " this machine's",
             "times of nodes and logs mislead, TTL nodes end early or late",
             "have both machines follow a time server (chrony, systemd-timesyncd)");
}

void check_disk(Report& report, const Json& status) {
  const std::string level = text_of(status, "disk.level");
  const auto free = integer_of(status, "disk.free_bytes");
  const std::string room =
      free ? to_size(static_cast<std::uint64_t>(std::max<std::int64_t>(0, *free))) + " are free"
           : "";
  if (level == "full")
    report.add(Severity::problem, "disk_room",
               "its disk is full" + (room.empty() ? "" : ": " + room), "writes are refused",
               "make room, or give it a larger disk");
  if (level == "low")
    report.add(Severity::warning, "disk_room",
               "its disk is nearly full" + (room.empty() ? "" : ": " + room),
               "writes will be refused when it is", "make room, or give it a larger disk");
  if (level.empty()) report.unchecked("disk_room", "does not say how full its disk is");
  const auto count = integer_of(status, "sync.count");
  const auto p99 = integer_of(status, "sync.p99_us");
  if (!count || !p99 || *count == 0)
    return report.unchecked("sync_time", "has synced nothing within the last minute");
  if (*p99 < sync_us_slow) return;
  report.add(*p99 < sync_us_bad ? Severity::warning : Severity::problem, "sync_time",
             "1 of 100 syncs of its log takes " + duration_text(*p99) + " or more",
             "every write waits for the syncs of a quorum",
             "give the log a disk of its own, fast and with power-loss protection");
}

void check_limits(Report& report, const Facts& facts, const ServerFacts& server) {
  const auto open = number_of(server.status, "files_open");
  const auto most = number_of(server.status, "files_max");
  if (!open || !most || *most <= 0) {
    report.unchecked("open_files", "does not say how many files it may open");
  } else if (*open > 0.8 * *most) {
    report.add(Severity::warning, "open_files",
               "has " + std::to_string(std::llround(*open)) + " of at most " +
                   std::to_string(std::llround(*most)) + " files open",
               "without one left it can neither take clients nor open its store",
               "raise the limit (LimitNOFILE, ulimit -n)");
  } else if (*most < files_few) {
    report.add(Severity::note, "open_files",
               "may open " + std::to_string(std::llround(*most)) + " files only",
               "each client needs one", "raise the limit (LimitNOFILE, ulimit -n)");
  }
  const auto memory = number_of(server.status, "memory_bytes");
  const bool here = facts.local_server == server.server && facts.machine;
  if (!memory || !here || !facts.machine->memory_bytes)
    return report.unchecked("memory", "may run on another machine, whose memory is not known here");
  const auto whole = static_cast<double>(*facts.machine->memory_bytes);
  if (*memory > 0.7 * whole)
    report.add(Severity::warning, "memory",
               "holds " + to_size(static_cast<std::uint64_t>(*memory)) + " of this machine's " +
                   to_size(static_cast<std::uint64_t>(whole)),
               "the kernel may end it",
               "set quotas, find large subtrees by `quorate du`, or add memory");
}

void check_log_lines(Report& report, const Json& status) {
  const auto dropped = integer_of(status, "log_lines_dropped");
  if (!dropped) return report.unchecked("log_lines", "does not say whether it dropped log lines");
  if (*dropped > 0)
    report.add(Severity::warning, "log_lines",
               "dropped " + std::to_string(*dropped) + " lines of its log",
               "what they said is lost", "log less (`quorate loglevel`), or to a faster place");
}

void check_backups(Report& report, const Facts& facts, const ServerFacts& server) {
  if (!server.backups.is_object())
    return report.unchecked("checkpoint_age", "does not tell its checkpoints");
  std::optional<std::int64_t> newest;
  for (const Json& checkpoint : list_of(server.backups, "checkpoints")) {
    newest = std::max(newest, integer_of(checkpoint, "at_ms"));
    if (text_of(checkpoint, "verified") == "no")
      report.add(Severity::problem, "checkpoint_damaged",
                 "checkpoint " + text_of(checkpoint, "name") + " could not be verified",
                 "the server cannot be restored from it",
                 "take another (`quorate backups take`), and check the disk");
  }
  if (!newest) {
    report.add(Severity::note, "checkpoint_age", "has no checkpoint",
               "there is nothing to go back to after a mistake", "`quorate backups take`");
  } else if (facts.now_ms - *newest > checkpoint_ms_old) {
    report.add(Severity::warning, "checkpoint_age",
               "its last checkpoint is " + duration_text((facts.now_ms - *newest) * 1000) + " old",
               "what came since is lost if all servers' disks are",
               "take them daily (`quorate backups take`)");
  }
}

std::string name_of(const Json& actor) {
  const std::string label = text_of(actor, "label");
  return "actor " + std::to_string(integer_of(actor, "id").value_or(0)) + " (" +
         text_of(actor, "name") + (label.empty() ? "" : " " + label) + ")";
}

/// REQUIRES: it was restarted.
void check_restarts(Report& report, const Json& actor) {
  const std::int64_t restarts = *integer_of(actor, "restarts");
  const std::string reason = text_of(actor, "last_exit_reason");
  const std::string what = name_of(actor) + " was restarted " + counted(restarts, "time", "times") +
                           "; the last end: " + reason;
  // What a person did through the console is no failure.
  if (reason.starts_with("restarted by "))
    return report.add(Severity::note, "actor_restarted", what, "", "");
  const auto age = integer_of(actor, "age_ms");
  const bool recent = age && *age < restart_ms_recent;
  report.add(recent ? Severity::warning : Severity::note, "actor_restarted", what,
             "something in it fails", "see `quorate log tail --level error`, and report it");
}

void check_actor(Report& report, const Json& actor) {
  const std::string state = text_of(actor, "state");
  if (state == "stuck")
    report.add(Severity::problem, "actor_stuck", name_of(actor) + " has not answered for 2 s",
               "all that waits for it waits too",
               "`quorate actors show ID` says what it holds; restart the server if it stays so");
  if (state == "dead")
    report.add(Severity::warning, "actor_dead", name_of(actor) + " is dead",
               "what it did is not done", "see `quorate log tail --level error`");
  if (integer_of(actor, "restarts").value_or(0) > 0) check_restarts(report, actor);
  const auto now = integer_of(actor, "wait_us").value_or(0);
  const auto wait = std::max(now, integer_of(actor, "wait_max_us").value_or(0));
  if (state != "stuck" && wait >= wait_us_slow)
    report.add(wait >= wait_us_bad ? Severity::problem : Severity::warning, "mailbox_wait",
               "messages to " + name_of(actor) + " wait up to " + duration_text(wait),
               "requests wait as long",
               "`quorate actors trace ID` says what takes its time; the CPU may be too small");
}

}  // namespace

std::vector<Finding> check_server(const Facts& facts, const ServerFacts& server) {
  Report report(server.server);
  check_reach(report, server);
  if (!server.status.is_object()) {
    report.add(Severity::warning, "no_status", "does not tell how it is doing: " + server.missing,
               "nothing else of it could be checked",
               "check that it runs, and the link to it (`quorate status`)");
    return report.take();
  }
  check_state(report, server.status);
  check_clock(report, server);
  check_disk(report, server.status);
  check_limits(report, facts, server);
  check_log_lines(report, server.status);
  check_backups(report, facts, server);
  if (!server.actors.is_array()) {
    report.unchecked("actor_stuck", "does not tell its actors");
  } else {
    for (const Json& actor : server.actors) check_actor(report, actor);
  }
  return report.take();
}

}  // namespace quorate::cli
