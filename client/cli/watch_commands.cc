// watch, wait: what changes.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "client/cli/command.h"
#include "client/cli/condition.h"
#include "client/cli/event_queue.h"
#include "client/cli/event_view.h"
#include "client/cli/interrupt.h"
#include "client/cli/stat_view.h"
#include "client/cli/text.h"

namespace quorate::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t events_max = 100'000;
constexpr std::chrono::milliseconds look_around{100};  ///< For interrupts and lost sessions.

struct WatchFlags {
  std::string path;
  bool recursive = false;
  bool initial = false;
  std::string exec;
  std::string until;
};

struct WaitFlags {
  std::string path;
  std::string until = "exists";
  std::string patience;
};

/// A persistent watch whose events wait here; removed with its end.
class Stream {
 public:
  Stream(client::Client& client, std::string path, WatchMode mode)
      : client_(client),
        path_(std::move(path)),
        type_(mode == WatchMode::persistent ? WatcherType::persistent
                                            : WatcherType::persistent_recursive),
        watcher_([queue = queue_](const WatchEvent& event) { queue->push(event); }) {
    armed_ = client_.add_watch({path_, mode}, watcher_).status();
  }
  ~Stream() {
    // A session that has ended has no watches left.
    if (armed_.ok()) (void)client_.remove_watches({path_, type_}, watcher_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] const Status& armed() const { return armed_; }
  [[nodiscard]] EventQueue& events() { return *queue_; }

 private:
  client::Client& client_;
  std::string path_;
  WatcherType type_;
  std::shared_ptr<EventQueue> queue_ = std::make_shared<EventQueue>(events_max);
  client::Watcher watcher_;
  Status armed_;
};

/// Runs `command` in a shell with the event in its environment. Its failure is noted, no more.
void run_command(Context& context, const std::string& command, const WatchEvent& event) {
  context.output().out().flush();
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("QUORATE_EVENT", std::string(name_of(event.type)).c_str(), 1);
    ::setenv("QUORATE_PATH", event.path.c_str(), 1);
    ::setenv("QUORATE_ZXID", to_string(event.zxid).c_str(), 1);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) {
    context.output().note("cannot run the command of --exec");
  } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    context.output().note("the command of --exec failed for " + event.path);
  }
}

/// The state that the events start from.
Status show_initial(Context& context, client::Client& client, const std::string& path) {
  const auto read = client.get({path});
  if (!read.ok() && read.code() != ErrorCode::no_node) return read.error();
  Json json{{"type", "initial"}, {"path", path}, {"exists", read.ok()}};
  std::string text = "-\tinitial\t" + path;
  if (read.ok()) {
    json["data"] = to_json(read->data);
    json["stat"] = to_json(read->stat);
    text = to_string(read->stat.mzxid) + "\tinitial\t" + path;
  }
  context.output().event(json, text);
  return {};
}

/// What can end a stream besides its condition.
std::optional<ExitCode> broken_off(Context& context, client::Client& client, EventQueue& events) {
  if (interrupted()) return ExitCode::interrupted;
  if (events.overflown()) {
    return context.fail({ErrorCode::system_error, "events come faster than they can be printed"});
  }
  if (client::is_final(client.state())) {
    return context.fail({ErrorCode::session_expired, "the session has ended"});
  }
  return {};
}

ExitCode stream(Context& context, client::Client& client, const WatchFlags& flags,
                const std::string& path, const std::optional<Condition>& until) {
  const InterruptScope scope;
  Stream stream(client, path,
                flags.recursive ? WatchMode::persistent_recursive : WatchMode::persistent);
  if (!stream.armed().ok()) return context.fail(stream.armed().error());
  if (flags.initial) {
    if (Status shown = show_initial(context, client, path); !shown.ok()) {
      return context.fail(shown.error());
    }
  }
  bool look = true;
  bool connected = true;
  while (true) {
    if (look && until) {
      const auto held = holds(client, path, *until);
      if (!held.ok()) return context.fail(held.error());
      if (*held) return ExitCode::ok;
    }
    look = false;
    const auto event = stream.events().pop(look_around);
    const bool now_connected = client.state() != client::SessionState::suspended;
    if (connected != now_connected) {
      context.output().note(now_connected ? "connected again; changes meanwhile were not told"
                                          : "connection lost: " + client.last_failure());
      look = now_connected;
      connected = now_connected;
    }
    if (event) {
      context.output().event(to_json(*event), to_text(*event));
      if (!flags.exec.empty()) run_command(context, flags.exec, *event);
      look = look || event->path == path;
    } else if (const auto code = broken_off(context, client, stream.events())) {
      return *code;
    }
  }
}

ExitCode watch(Context& context, const WatchFlags& flags) {
  std::optional<Condition> until;
  if (!flags.until.empty()) {
    auto parsed = parse_condition(flags.until);
    if (!parsed.ok()) return context.fail(parsed.error());
    until = std::move(*parsed);
  }
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  return stream(context, **client, flags, context.resolve(flags.path), until);
}

ExitCode wait(Context& context, const WaitFlags& flags) {
  const auto condition = parse_condition(flags.until);
  if (!condition.ok()) return context.fail(condition.error());
  auto deadline = Clock::time_point::max();
  if (!flags.patience.empty()) {
    const auto patience = parse_duration(flags.patience);
    if (!patience.ok()) return context.fail(patience.error());
    deadline = Clock::now() + *patience;
  }
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const std::string path = context.resolve(flags.path);
  const InterruptScope scope;
  Stream stream(**client, path, WatchMode::persistent);
  if (!stream.armed().ok()) return context.fail(stream.armed().error());
  while (true) {
    const auto held = holds(**client, path, *condition);
    // A broken connection is not the end of waiting.
    if (!held.ok() && held.code() != ErrorCode::connection_loss &&
        held.code() != ErrorCode::operation_timeout) {
      return context.fail(held.error());
    }
    if (held.ok() && *held) return ExitCode::ok;
    // Looks again once a second, since what happens while there is no connection is not told.
    for (int i = 0; i < 10 && !stream.events().pop(look_around); ++i) {
      if (const auto code = broken_off(context, **client, stream.events())) return *code;
      if (Clock::now() < deadline) continue;
      context.fail(
          {ErrorCode::operation_timeout, "wait " + path + ": not so within " + flags.patience});
      return ExitCode::check_failed;
    }
  }
}

}  // namespace

void define_watch(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<WatchFlags>(
      app, selection, "watch", "Print every change of a node as it happens",
      "quorate -o jsonl watch -r /services --exec 'systemctl reload proxy'", watch);
  arguments.required("path", flags->path, "The node; it need not exist")
      .flag("-r,-R,--recursive", flags->recursive, "And of everything below it")
      .flag("--initial", flags->initial, "Print the present state first")
      .option("--exec", flags->exec, "COMMAND",
              "Run this in a shell for each event, with QUORATE_EVENT, _PATH and _ZXID")
      .option("--until", flags->until, "CONDITION", "End when exists, deleted or value=TEXT holds");
}

void define_wait(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<WaitFlags>(
      app, selection, "wait", "Wait until a node exists, is deleted or has a value",
      "quorate wait /migration --until value=done --for 10m", wait);
  arguments.required("path", flags->path, "The node")
      .option("--until", flags->until, "CONDITION", "exists (default), deleted or value=TEXT")
      .option("--for", flags->patience, "DURATION", "Give up after so long, with exit code 8");
}

}  // namespace quorate::cli
