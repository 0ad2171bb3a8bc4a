// What a run cost: CPU and memory of the server's processes, and what else the machine did.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measure/clock.h"
#include "core/base/result.h"

namespace quorate::bench {

/// One reading of the counters of a process.
struct ProcessUsage {
  /// User and system time per thread, in nanoseconds, from /proc/PID/task/*/schedstat.
  std::map<pid_t, Nanoseconds> threads;
  /// User and system time of all threads, ended ones too, in clock ticks (10 ms as a rule), from
  /// /proc/PID/stat.
  Nanoseconds ticks_ns = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t resident_peak_bytes = 0;
};

/// Error no_node when there is no such process, or it isn't ours to look at.
[[nodiscard]] Result<ProcessUsage> process_usage(pid_t pid);

/// One reading of /proc/stat, summed over the cores.
struct MachineUsage {
  Nanoseconds busy_ns = 0;    ///< User, system, interrupts.
  Nanoseconds stolen_ns = 0;  ///< Wanted by this virtual machine, given to others.
};

[[nodiscard]] MachineUsage machine_usage();

/// CPU time of this process.
[[nodiscard]] Nanoseconds own_cpu_ns();

/// What happened between start() and stop().
struct Usage {
  double seconds = 0;
  Nanoseconds server_cpu_ns = 0;  ///< Of all the server's processes together.
  /// "schedstat" for nanoseconds per thread; "ticks" where the kernel has none, or a thread ended
  /// in the window and took its counter along.
  std::string_view cpu_source = "schedstat";
  Nanoseconds own_cpu_ns = 0;
  double others_cores = 0;  ///< Cores used by neither the server nor us, on average.
  double stolen_cores = 0;
  std::uint64_t resident_bytes = 0;  ///< At the end, of all the server's processes.
  std::uint64_t resident_peak_bytes = 0;
};

/// The difference of two readings of one process; sets `source` to "ticks" when it had to.
[[nodiscard]] Nanoseconds cpu_between(const ProcessUsage& before, const ProcessUsage& after,
                                      std::string_view& source);

class UsageMeter {
 public:
  /// `pids`: the server's processes; may be empty.
  explicit UsageMeter(std::vector<pid_t> pids) : pids_(std::move(pids)) {}

  Status start();
  /// REQUIRES: start() succeeded.
  [[nodiscard]] Result<Usage> stop();

 private:
  std::vector<pid_t> pids_;
  std::vector<ProcessUsage> before_;
  MachineUsage machine_;
  Nanoseconds own_ns_ = 0;
  Nanoseconds at_ = 0;
};

}  // namespace quorate::bench
