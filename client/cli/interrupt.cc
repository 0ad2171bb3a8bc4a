#include "client/cli/interrupt.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

namespace quorate::cli {
namespace {

volatile std::sig_atomic_t marked = 0;

extern "C" void on_interrupt(int signal) {
  if (marked != 0) {
    // Impatient: as if it had never been caught.
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  marked = 1;
}

void install(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InterruptScope::InterruptScope() {
  marked = 0;
  install(on_interrupt);
}
InterruptScope::~InterruptScope() { install(SIG_DFL); }

bool interrupted() { return marked != 0; }

void sleep_unless_interrupted(std::chrono::steady_clock::duration duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (!interrupted() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(
        std::chrono::milliseconds(50), end - std::chrono::steady_clock::now()));
  }
}

void wait_for_interrupt() {
  while (!interrupted()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

}  // namespace quorate::cli
