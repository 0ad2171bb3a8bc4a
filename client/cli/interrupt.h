// Ctrl-C ends what runs long in good order: sessions are closed, output is whole.
#pragma once

#include <chrono>

namespace quorate::cli {

/// While it lives, SIGINT and SIGTERM only raise a mark; a second one ends the process at once.
class InterruptScope {
 public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;
};

/// Whether one came within the present scope.
[[nodiscard]] bool interrupted();

/// Sleeps for a while, or until interrupted.
void sleep_unless_interrupted(std::chrono::steady_clock::duration duration);

/// Sleeps until interrupted.
void wait_for_interrupt();

}  // namespace quorate::cli
