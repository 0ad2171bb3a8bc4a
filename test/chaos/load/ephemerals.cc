// Ephemerals: who owns them, who leaves them behind, and who looks.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "test/chaos/load/worker_tools.h"
#include "test/chaos/load/workers.h"

namespace quorate::chaos {
namespace {

/// Two for each session: they must go at the same moment.
constexpr std::array<const char*, 2> twins{"-a", "-b"};

std::string node_of(const std::string& session, const char* twin) {
  return std::string(ephemerals_path) + "/" + session + twin;
}

void create_twins(RecordedSession& session) {
  for (const char* twin : twins) {
    session.create("ephemeral", node_of(session.name(), twin), session.name(),
                   CreateMode::ephemeral);
  }
}

/// This program again, as a client that is going to vanish.
void spawn_abandoned(const Run& run, const std::string& name) {
  const std::string timeout = std::to_string(run.options.session_timeout.count());
  std::vector<std::string> words{"chaos_load",
                                 "--abandon",
                                 name,
                                 "--endpoints",
                                 run.options.endpoints,
                                 "--history",
                                 run.history_path,
                                 "--session-timeout-ms",
                                 timeout};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed =
      ::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ);
  check(failed == 0, "the load can start a process");
  int status = 0;
  check(::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0,
        "an abandoned client ends in order");
}

/// The session that a node says it belongs to: its name without the twin.
std::string twin_of(const std::string& node) {
  const std::string stem = node.substr(0, node.size() - 2);
  return stem + (node.ends_with(twins[0]) ? twins[1] : twins[0]);
}

}  // namespace

void run_ephemerals(const Run& run, int worker) {
  Pace pace(run, "ephemerals", worker);
  LastingSession session(run, "owner", worker);
  int abandoned = 0;
  while (run.goes_on()) {
    if (pace.below(3) == 0) {
      spawn_abandoned(run,
                      "abandoned-" + std::to_string(worker) + "." + std::to_string(++abandoned));
    }
    session.renew();
    RecordedSession& owner = session.get();
    if (!owner.wait_connected(run.options.operation_timeout)) continue;
    create_twins(owner);
    // Its own answers show that it lives.
    for (std::uint64_t reads = pace.below(60); reads > 0 && run.goes_on(); --reads) {
      if (owner.is_over()) break;
      owner.read(node_of(owner.name(), twins[reads % 2]));
      pace.pause();
    }
    owner.close();
    pace.pause();
  }
}

void run_abandoned(const Run& run, const std::string& name) {
  RecordedSession session(run.history, run.totals, name, run.options);
  if (session.wait_connected(run.options.operation_timeout)) create_twins(session);
  session.abandon();
  ::_exit(0);
}

void run_observer(const Run& run, int worker) {
  constexpr std::size_t remembered_max = 64;
  Pace pace(run, "observer", worker);
  LastingSession session(run, "observer", worker);
  std::vector<std::string> nodes;  // Seen, and perhaps gone by now.
  while (run.goes_on()) {
    RecordedSession& observer = session.get();
    if (nodes.empty() || pace.below(8) == 0) {
      const auto names = observer.children(ephemerals_path);
      if (!names.ok()) continue;
      for (const std::string& name : *names) {
        const std::string node = std::string(ephemerals_path) + "/" + name;
        if (nodes.size() < remembered_max)
          nodes.push_back(node);
        else
          nodes[pace.below(nodes.size())] = node;
      }
    }
    if (!nodes.empty()) {
      const std::string node = nodes[pace.below(nodes.size())];
      for (const std::string& path : {node, twin_of(node)}) {
        if (pace.below(2) == 0)
          observer.sync_read(path);
        else
          observer.read(path);
      }
    }
    pace.pause();
  }
}

}  // namespace quorate::chaos
