// A run in a process of its own: a mistake may also be noticed by a check(), which aborts.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "test/unit/core/zab/ensemble.h"

namespace quorate::sim {

/// Forks at once; several may run at the same time. An abort is a failure like any other, with the
/// check's words.
class Child {
 public:
  /// `traced`: wait() also brings the trace; `plan.trace` is not called.
  explicit Child(const Plan& plan, bool traced = false);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// REQUIRES: wait() was called.
  ~Child() = default;

  /// Call once.
  Verdict wait();

  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const std::vector<std::string>& trace() const { return trace_; }

 private:
  [[noreturn]] void run_and_exit(int out, bool traced);

  Plan plan_;
  pid_t process_ = -1;
  int in_ = -1;
  std::vector<std::string> trace_;
};

}  // namespace quorate::sim
