#include "bench/stop.h"

#include <csignal>

namespace quorate::bench {
namespace {

std::atomic<bool> is_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void request_stop(int signal) {
  is_requested = true;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void stop_on_signals() {
  std::signal(SIGTERM, request_stop);
  std::signal(SIGINT, request_stop);
}

const std::atomic<bool>& stop_requested() { return is_requested; }

}  // namespace quorate::bench
