#include "client/wake_fd.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "core/base/check.h"

namespace quorate::client {

WakeFd::WakeFd() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  check(fd_ >= 0, "the process has a descriptor left for a client's wake-ups");
}

WakeFd::~WakeFd() { ::close(fd_); }

void WakeFd::ring() const {
  const std::uint64_t one = 1;
  // A full counter means that the sleeper will wake anyway.
  [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
}

void WakeFd::drain() const {
  std::uint64_t rings = 0;
  // Nothing to read means that there was no ring.
  [[maybe_unused]] const auto read = ::read(fd_, &rings, sizeof rings);
}

}  // namespace quorate::client
