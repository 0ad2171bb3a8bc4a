#include "config/console.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>

#include "config/values.h"
#include "config/words.h"

namespace quorate {

using namespace words;

namespace {

/// "name", "name:port", "[v6]" or "[v6]:port".
bool is_console_name(std::string_view name) {
  const std::size_t bracket = name.find(']');
  const std::size_t colon = name.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view host = name.substr(0, colon);
  const bool has_brackets = host.starts_with('[') && host.ends_with(']');
  if (!parse_host(host) || (host.find(':') != std::string_view::npos && !has_brackets))
    return false;
  return colon == std::string_view::npos || parse_port(name.substr(colon + 1)).ok();
}

}  // namespace

bool is_loopback_address(std::string_view address) {
  const std::string host = lower_case(address);
  std::array<unsigned char, 4> bytes{};
  const bool is_v4 = ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1;
  return (is_v4 && bytes[0] == 127) || host == "::1" || host == "localhost";
}

Result<std::vector<std::string>> console_names(std::string_view text) {
  std::vector<std::string> names;
  if (trimmed(text).empty()) return names;
  for (const std::string_view word : split(text, ',')) {
    std::string name = lower_case(trimmed(word));
    if (!is_console_name(name))
      return Error{ErrorCode::bad_arguments,
                   fmt::format("has {}, which is neither a host nor host:port", quoted(word))};
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace quorate
