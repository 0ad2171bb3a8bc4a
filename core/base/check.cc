#include "core/base/check.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace quorate {
namespace {
std::atomic<CheckObserver> check_observer{nullptr};
}  // namespace

void set_check_observer(CheckObserver observer) noexcept { check_observer = observer; }

void check_failed(const char* rule, const char* file, int line) noexcept {
  std::fprintf(stderr, "fatal invariant=\"%s\" at=%s:%d\n", rule, file, line);
  if (const CheckObserver observer = check_observer.exchange(nullptr)) observer(rule);
  std::abort();
}

}  // namespace quorate
