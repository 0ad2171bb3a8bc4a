// The process and its machine, as envi and mntr tell of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace quorate {

/// In the order of their lines. Without ZooKeeper's keys of Java: there is none here.
using EnvironmentLines = std::vector<std::pair<std::string, std::string>>;

/// Asks the system, but no service of it that may have to wait for a network.
[[nodiscard]] EnvironmentLines read_environment();
/// `Environment:`, and `key=value` for each.
[[nodiscard]] std::string environment_text(const EnvironmentLines& lines);

/// Descriptors of this process, and how many it may have.
[[nodiscard]] std::optional<std::uint64_t> open_files();
[[nodiscard]] std::optional<std::uint64_t> open_files_max();

}  // namespace quorate
