#include "bench/measure/usage.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace quorate::bench {
namespace {

Nanoseconds ns_of_ticks(std::uint64_t ticks) {
  static const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return static_cast<Nanoseconds>(ticks * (ns_per_s / per_second));
}

/// Empty when it cannot be read.
std::string text_of(const std::string& path) {
  const std::ifstream file(path);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  return text.str();
}

std::map<pid_t, Nanoseconds> thread_times(const std::string& directory) {
  std::map<pid_t, Nanoseconds> times;
  std::error_code error;
  std::filesystem::directory_iterator tasks(directory + "/task", error);
  const std::filesystem::directory_iterator end;
  for (; !error && tasks != end; tasks.increment(error)) {
    std::ifstream file(tasks->path() / "schedstat");
    Nanoseconds running = 0;
    if (file >> running) {
      times[static_cast<pid_t>(std::stol(tasks->path().filename().string()))] = running;
    }
  }
  return times;
}

/// Fields 14 and 15; the name in field 2 may hold anything, so count from its last bracket.
Nanoseconds ticks_of(const std::string& stat) {
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  fields >> user >> system;
  return ns_of_ticks(user + system);
}

std::uint64_t kilobytes_of(const std::string& status, std::string_view key) {
  const std::size_t at = status.find(key);
  if (at == std::string::npos) return 0;
  std::istringstream rest(status.substr(at + key.size()));
  std::uint64_t kilobytes = 0;
  rest >> kilobytes;
  return kilobytes * 1024;
}

}  // namespace

Result<ProcessUsage> process_usage(pid_t pid) {
  const std::string directory = "/proc/" + std::to_string(pid);
  const std::string stat = text_of(directory + "/stat");
  const std::string status = text_of(directory + "/status");
  if (stat.empty() || status.empty()) {
    return {ErrorCode::no_node, "there is no process " + std::to_string(pid)};
  }
  ProcessUsage usage;
  usage.threads = thread_times(directory);
  usage.ticks_ns = ticks_of(stat);
  usage.resident_bytes = kilobytes_of(status, "VmRSS:");
  usage.resident_peak_bytes = kilobytes_of(status, "VmHWM:");
  return usage;
}

MachineUsage machine_usage() {
  std::istringstream line(text_of("/proc/stat"));
  std::string name;
  // user nice system idle iowait irq softirq steal
  std::uint64_t ticks[8]{};
  line >> name;
  for (std::uint64_t& count : ticks) line >> count;
  MachineUsage usage;
  usage.busy_ns = ns_of_ticks(ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]);
  usage.stolen_ns = ns_of_ticks(ticks[7]);
  return usage;
}

Nanoseconds own_cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return Nanoseconds{time.tv_sec} * ns_per_s + time.tv_nsec;
}

Nanoseconds cpu_between(const ProcessUsage& before, const ProcessUsage& after,
                        std::string_view& source) {
  Nanoseconds sum = 0;
  for (const auto& [thread, running] : after.threads) {
    const auto earlier = before.threads.find(thread);
    sum += running - (earlier == before.threads.end() ? 0 : earlier->second);
  }
  const bool all_live = std::all_of(before.threads.begin(), before.threads.end(),
                                    [&](auto& item) { return after.threads.contains(item.first); });
  if (all_live && !before.threads.empty()) return sum;
  source = "ticks";
  return after.ticks_ns - before.ticks_ns;
}

Status UsageMeter::start() {
  before_.clear();
  for (const pid_t pid : pids_) {
    Result<ProcessUsage> usage = process_usage(pid);
    if (!usage) return usage.status();
    before_.push_back(std::move(*usage));
  }
  machine_ = machine_usage();
  own_ns_ = bench::own_cpu_ns();
  at_ = now_ns();
  return {};
}

Result<Usage> UsageMeter::stop() {
  Usage usage;
  for (std::size_t i = 0; i < pids_.size(); ++i) {
    const Result<ProcessUsage> after = process_usage(pids_[i]);
    if (!after) return after.error();
    usage.server_cpu_ns += cpu_between(before_[i], *after, usage.cpu_source);
    usage.resident_bytes += after->resident_bytes;
    usage.resident_peak_bytes += after->resident_peak_bytes;
  }
  const MachineUsage machine = machine_usage();
  usage.own_cpu_ns = bench::own_cpu_ns() - own_ns_;
  const Nanoseconds elapsed = std::max<Nanoseconds>(1, now_ns() - at_);
  usage.seconds = static_cast<double>(elapsed) / ns_per_s;
  const Nanoseconds others =
      machine.busy_ns - machine_.busy_ns - usage.server_cpu_ns - usage.own_cpu_ns;
  // Ticks are coarse: a difference of little may come out below nothing.
  usage.others_cores =
      static_cast<double>(std::max<Nanoseconds>(0, others)) / static_cast<double>(elapsed);
  usage.stolen_cores =
      static_cast<double>(machine.stolen_ns - machine_.stolen_ns) / static_cast<double>(elapsed);
  return usage;
}

}  // namespace quorate::bench
