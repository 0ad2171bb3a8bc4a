// Children of this program crash on purpose; what they said and how they ended is checked.
#include "actors/crash_words.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/check.h"

using namespace quorate;

namespace {

struct Death {
  std::string words;
  int signal = 0;
};

/// Runs `last_act` in a child with crash words installed; its standard error is collected.
template <class Act>
Death death_of(LogFormat format, const Act& last_act) {
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(pipe[1], STDERR_FILENO);
    // No core files from a test, and none of the test framework's own handlers.
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    if (!install_crash_words(ServerId{4}, format, "")) ::_exit(99);
    last_act();
    ::_exit(0);
  }
  ::close(pipe[1]);
  Death death;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = ::read(pipe[0], buffer, sizeof buffer)) > 0)
    death.words.append(buffer, static_cast<std::size_t>(got));
  ::close(pipe[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  death.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return death;
}

std::string last_line(const std::string& words) {
  const std::string body = words.substr(0, words.find_last_not_of('\n') + 1);
  const std::size_t before = body.rfind('\n');
  return before == std::string::npos ? body : body.substr(before + 1);
}

}  // namespace

TEST_CASE("a crash says which signal, and dies of it") {
  const Death death = death_of(LogFormat::text, [] { ::raise(SIGSEGV); });

  CHECK(death.signal == SIGSEGV);
  CHECK_MESSAGE(death.words.starts_with("error crashed server=4 signal=SIGSEGV address=0x"),
                death.words);
  CHECK(death.words.find(" frames=") != std::string::npos);
  CHECK(death.words.find('+') != std::string::npos);
  CHECK(std::count(death.words.begin(), death.words.end(), '\n') == 1);
}

TEST_CASE("a broken invariant is named") {
  const Death death = death_of(LogFormat::text, [] { check(false, "a \"rule\" that\nis broken"); });

  CHECK(death.signal == SIGABRT);
  CHECK_MESSAGE(last_line(death.words)
                    .starts_with("error crashed server=4 signal=SIGABRT address=0x0 rule=\"a "
                                 "?rule? that?is broken\" frames="),
                death.words);
}

TEST_CASE("as JSON the last words are one object") {
  const Death death = death_of(LogFormat::json, [] { check(false, "rule"); });

  const auto json = nlohmann::json::parse(last_line(death.words), nullptr, false);

  REQUIRE_MESSAGE(!json.is_discarded(), death.words);
  CHECK(json["event"] == "crashed");
  CHECK(json["server"] == 4);
  CHECK(json["signal"] == "SIGABRT");
  CHECK(json["rule"] == "rule");
  CHECK(json["frames"].size() > 2);
}

TEST_CASE("a file that cannot be opened is an error") {
  CHECK(install_crash_words(ServerId{1}, LogFormat::text, "/nonexistent/log").code() ==
        ErrorCode::io_error);
}
