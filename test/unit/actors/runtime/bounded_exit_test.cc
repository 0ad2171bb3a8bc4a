#include "actors/runtime/bounded_exit.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace quorate {
namespace {

using namespace std::chrono_literals;

/// How a child process ends that lives in a bounded scope until `hang` says so.
template <class F>
int exit_code_of(std::chrono::milliseconds limit, F hang) {
  const pid_t child = ::fork();
  if (child == 0) {
    {
      const BoundedExit bound(limit, 7);
      hang();
    }
    ::_exit(3);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("a scope that hangs ends the process after the limit") {
  CHECK(exit_code_of(50ms, [] {
          for (;;) ::pause();
        }) == 7);
}

TEST_CASE("a scope that is left in time costs nothing") {
  CHECK(exit_code_of(60s, [] {}) == 3);
}

}  // namespace
}  // namespace quorate
