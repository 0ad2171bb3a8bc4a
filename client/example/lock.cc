// A distributed lock: runs a command while no other holder of the lock runs one.
//
//   lock 127.0.0.1:2181 /locks/backup -- rsync -a /data backup:
//
// Each contender creates an ephemeral sequential node below the lock's. The one with the lowest
// number holds the lock; every other watches only the node just before its own, so that a release
// wakes one contender, not all of them. When a holder dies its session expires, its node goes, and
// the next one is woken.
//
// The number of the node is a fencing token: it only grows, so that a store which remembers the
// highest one it has seen can refuse a holder that was paused for too long. It is handed to the
// command as LOCK_TOKEN.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "client/client.h"

namespace {

using namespace quorate;
using namespace quorate::client;

int fail(const char* what, const Error& error) {
  std::fprintf(stderr, "lock: %s: %s (%s)\n", what, error.text.c_str(),
               std::string(to_string(error.code)).c_str());
  return 1;
}

/// Wakes the contender when what it waits for may have changed.
class Bell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

/// The contender just before `own`, or nothing when `own` is the first.
Result<std::string> predecessor(Client& client, const std::string& lock, const std::string& own) {
  auto children = client.children({lock});
  if (!children.ok()) return children.error();
  std::vector<std::string>& names = children->names;
  std::sort(names.begin(), names.end());
  const auto position = std::find(names.begin(), names.end(), own);
  if (position == names.end()) {
    return Error{ErrorCode::session_expired, "our node is gone: the session has expired"};
  }
  return position == names.begin() ? std::string() : *(position - 1);
}

/// Returns when `own` is the first.
Status await_turn(Client& client, const std::string& lock, const std::string& own) {
  // Outlives the watches: they may ring once more when the session ends.
  static Bell bell;
  while (true) {
    const auto before = predecessor(client, lock, own);
    if (!before.ok()) return before.error();
    if (before->empty()) return {};
    const auto watched =
        client.exists({lock + "/" + *before}, Watcher([](const WatchEvent&) { bell.ring(); }));
    if (!watched.ok()) return watched.error();
    if (*watched) bell.wait();
  }
}

int run_command(char** command, const std::string& token) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("LOCK_TOKEN", token.c_str(), 1);
    ::execvp(command[0], command);
    std::perror(command[0]);
    ::_exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return 1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5 || std::string(argv[3]) != "--") {
    std::fprintf(stderr, "usage: lock HOST:PORT[,HOST:PORT...] PATH -- COMMAND...\n");
    return 2;
  }
  const std::string lock = argv[2];
  Options options;
  options.endpoints = argv[1];
  options.session_timeout = std::chrono::seconds(10);
  options.on_state = [](SessionState state, const std::string& reason) {
    // A program that cannot bear two holders stops working here until `connected`.
    if (state == SessionState::suspended) std::fprintf(stderr, "lock: %s\n", reason.c_str());
  };
  auto opened = Client::open(options);
  if (!opened.ok()) return fail("open", opened.error());
  Client& client = **opened;
  if (const Status connected = client.wait_connected(std::chrono::seconds(10)); !connected.ok()) {
    return fail("connect", connected.error());
  }

  Create folder;
  folder.path = lock;
  folder.if_absent = true;
  if (const auto made = client.create(folder); !made.ok()) return fail("create", made.error());
  Create contender;
  contender.path = lock + "/c-";
  contender.mode = CreateMode::ephemeral_sequential;
  const auto entered = client.create(contender);
  if (!entered.ok()) return fail("enter", entered.error());
  const std::string own = entered->path.substr(lock.size() + 1);

  if (const Status turn = await_turn(client, lock, own); !turn.ok()) {
    return fail("wait", turn.error());
  }
  const int code = run_command(argv + 4, own.substr(2));
  client.close();  // Releases the lock: the node goes with the session.
  return code;
}
