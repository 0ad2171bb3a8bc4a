// A broken invariant ends the process; so it is broken in a child process.
#include "core/base/check.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <string>

#include "core/base/result.h"

namespace quorate {
namespace {

struct Death {
  int signal = 0;    ///< 0: the child lived to its end.
  std::string text;  ///< What it wrote to stderr.
};

/// Runs `act` in a child process.
template <class Act>
Death death_of(const Act& act) {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    std::signal(SIGABRT, SIG_DFL);  // The test framework would report it as its own failure.
    dup2(ends[1], STDERR_FILENO);
    act();
    _exit(0);
  }
  close(ends[1]);
  Death death;
  std::array<char, 256> buffer{};
  for (ssize_t got = 0; (got = read(ends[0], buffer.data(), buffer.size())) > 0;) {
    death.text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) death.signal = WTERMSIG(status);
  return death;
}

TEST_CASE("a rule that holds costs nothing and says nothing") {
  const Death death = death_of([] { check(true, "water is wet"); });

  CHECK(death.signal == 0);
  CHECK(death.text.empty());
}

TEST_CASE("a broken rule aborts and names itself and its place") {
  const Death death = death_of([] { check(false, "water is wet"); });

  CHECK(death.signal == SIGABRT);
  CHECK(death.text.find("fatal invariant=\"water is wet\"") != std::string::npos);
  CHECK(death.text.find("check_test.cc:") != std::string::npos);
}

TEST_CASE("the observer hears of a broken rule once, before the process aborts") {
  const Death death = death_of([] {
    set_check_observer([](const char* rule) {
      const std::string line = std::string("heard: ") + rule + "\n";
      [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
      check(false, "an observer that fails does not call itself");
    });
    check(false, "water is wet");
  });

  CHECK(death.signal == SIGABRT);
  const std::size_t heard = death.text.find("heard: water is wet");
  REQUIRE(heard != std::string::npos);
  CHECK(death.text.find("heard:", heard + 1) == std::string::npos);
}

TEST_CASE("reading a value from a failure aborts") {
  const Death death = death_of([] {
    const Result<int> failure{ErrorCode::no_node};
    [[maybe_unused]] const int value = failure.value();
  });

  CHECK(death.signal == SIGABRT);
}

TEST_CASE("reading a reason from a success aborts") {
  const Death death = death_of([] {
    const Status success;
    [[maybe_unused]] const Error error = success.error();
  });

  CHECK(death.signal == SIGABRT);
}

}  // namespace
}  // namespace quorate
