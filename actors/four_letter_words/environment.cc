#include "actors/four_letter_words/environment.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "actors/four_letter_words/server_texts.h"

namespace quorate {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes them.
  return value == nullptr ? "" : value;
}

std::string user() {
  for (const char* name : {"USER", "LOGNAME"})
    if (std::string value = variable(name); !value.empty()) return value;
  return fmt::to_string(::getuid());
}

void add_memory(EnvironmentLines& lines) {
  struct sysinfo memory {};
  if (::sysinfo(&memory) != 0) return;
  const auto megabytes = [&](unsigned long units) {
    return fmt::format("{}MB", std::uint64_t{units} * memory.mem_unit >> 20);
  };
  lines.emplace_back("os.memory.free", megabytes(memory.freeram));
  lines.emplace_back("os.memory.max", megabytes(memory.totalram));
  lines.emplace_back("os.memory.total", megabytes(memory.totalram));
}

}  // namespace

EnvironmentLines read_environment() {
  EnvironmentLines lines{{"zookeeper.version", version_text()}};
  utsname system{};
  if (::uname(&system) == 0) {
    lines.emplace_back("host.name", system.nodename);
    lines.emplace_back("os.name", system.sysname);
    lines.emplace_back("os.arch", system.machine);
    lines.emplace_back("os.version", system.release);
  }
  lines.emplace_back("user.name", user());
  lines.emplace_back("user.home", variable("HOME"));
  std::error_code unknown;
  lines.emplace_back("user.dir", std::filesystem::current_path(unknown).string());
  add_memory(lines);
  return lines;
}

std::string environment_text(const EnvironmentLines& lines) {
  std::string text = "Environment:\n";
  for (const auto& [key, value] : lines) text += fmt::format("{}={}\n", key, value);
  return text;
}

std::optional<std::uint64_t> open_files() {
  // Since Linux 6.2 the size says it; before it is 0, and they have to be counted.
  struct stat directory {};
  if (::stat("/proc/self/fd", &directory) != 0) return std::nullopt;
  if (directory.st_size > 0) return static_cast<std::uint64_t>(directory.st_size);
  std::uint64_t count = 0;
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  for (; !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) ++count;
  if (error || count == 0) return std::nullopt;
  return count - 1;  // Without the one that reads the directory.
}

std::optional<std::uint64_t> open_files_max() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return limit.rlim_cur;
}

}  // namespace quorate
