// The answers that tell of a server and its connections, byte for byte as tools parse them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/four_letter_words/connection_report.h"
#include "actors/four_letter_words/server_report.h"

namespace quorate {

/// What most words are answered by a server that serves nobody.
inline constexpr std::string_view not_serving_text =
    "This ZooKeeper instance is not currently serving requests\n";

/// What follows a word that is not in the list of those that are answered.
inline constexpr std::string_view refused_word_text =
    " is not executed because it is not in the whitelist.\n";

/// The version behind "Zookeeper version: ": that of ZooKeeper whose words these are, for tools
/// that read three numbers, then ours and its date.
[[nodiscard]] std::string version_text();

/// `rw`, `ro`, or `null` of who serves nobody.
[[nodiscard]] std::string isro_text(const ServerReport& server);
[[nodiscard]] std::string srvr_text(const ServerReport& server);
[[nodiscard]] std::string mntr_text(const ServerReport& server);
/// A line of mntr, without `zk_`.
struct MntrGauge {
  std::string_view key;
  std::variant<std::string, std::uint64_t, double> value;
};
[[nodiscard]] std::vector<MntrGauge> mntr_gauges(const ServerReport& server);
/// `leader`, `follower`, `observer`, `standalone`, `read-only`.
[[nodiscard]] std::string_view state_text(const ServerReport& server);
/// srvr with a line for each connection. Both stop where the lines would exceed
/// `bytes_max` together, and say so.
[[nodiscard]] std::string stat_text(const ServerReport& server,
                                    std::span<const ConnectionReport> connections,
                                    std::size_t bytes_max);
[[nodiscard]] std::string cons_text(std::span<const ConnectionReport> connections,
                                    std::size_t bytes_max);

/// The part of dump that lists connections; bounded likewise.
[[nodiscard]] std::string dump_text(std::span<const ConnectionReport> connections,
                                    std::size_t bytes_max);

}  // namespace quorate
