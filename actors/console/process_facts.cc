#include "actors/console/process_facts.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace quorate {
namespace {

std::chrono::microseconds time_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return file ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace

void ProcessFacts::tick(Clock::time_point now) {
  memory_bytes_ = resident_bytes();
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return;
  const auto cpu = time_of(usage.ru_utime) + time_of(usage.ru_stime);
  if (looked_ && now > *looked_) {
    const std::chrono::duration<double> used = cpu - cpu_;
    const std::chrono::duration<double> time = now - *looked_;
    cpu_percent_ = used / time * 100;
  }
  cpu_ = cpu;
  looked_ = now;
}

}  // namespace quorate
