// Where a server's console is, and what is asked there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace quorate::admin {

struct ConsoleUrl {
  bool tls = false;
  std::string host;  ///< A name or an address; of IPv6 without brackets.
  std::uint16_t port = 8080;

  /// As in the Host header: "[::1]:8080".
  [[nodiscard]] std::string authority() const;
  [[nodiscard]] std::string text() const;
  /// Whether what is sent there stays on this machine.
  [[nodiscard]] bool is_loopback() const;
};

/// "http://127.0.0.1:8080", "https://console.example", "[::1]:8080"; without a scheme http,
/// without a port 8080. Error bad_arguments for anything else, paths and credentials too.
[[nodiscard]] Result<ConsoleUrl> parse_console_url(std::string_view text);

using Query = std::vector<std::pair<std::string, std::string>>;

/// Everything but letters, digits and "-._~" as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// "/servers/2/actors?sort=busy"; of the query only the values are encoded.
[[nodiscard]] std::string target_of(std::string_view path, const Query& query);

}  // namespace quorate::admin
