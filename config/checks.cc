#include "config/checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/console.h"
#include "config/options.h"
#include "core/base/check.h"

namespace quorate {
namespace {

/// Sets a member that nobody has set, and says how.
template <class T>
void derive(LoadedConfig& loaded, std::string_view key, T Config::*member, T value,
            std::string_view how) {
  if (loaded.origin_of(key).source != ConfigSource::built_in) return;
  loaded.config.*member = std::move(value);
  loaded.origins[std::string(key)] = {ConfigSource::built_in, fmt::format("default ({})", how)};
}

/// `key = value (origin)`, for a message about two options.
std::string described(const LoadedConfig& loaded, std::string_view key) {
  const OptionName found = find_option(key);
  check(found.option != nullptr, "checks name options that exist");
  return fmt::format("{} = {} ({})", key, found.option->get(loaded.config),
                     loaded.origin_of(key).place);
}

/// Whether a socket on one address may collide with one on the other.
bool overlap(const std::string& a, const std::string& b) {
  const auto any = [](const std::string& host) { return host == "0.0.0.0" || host == "::"; };
  return a == b || any(a) || any(b);
}

struct Endpoint {
  std::string_view key;
  const std::string& address;
  std::uint16_t port;
};

void check_ports(const LoadedConfig& loaded, std::vector<std::string>& problems) {
  const Config& c = loaded.config;
  std::vector<Endpoint> endpoints{{"client_port", c.client_address, c.client_port},
                                  {"peer_port", c.peer_address, c.peer_port}};
  if (c.native_port != 0) endpoints.push_back({"native_port", c.client_address, c.native_port});
  if (c.console_enabled) endpoints.push_back({"console_port", c.console_address, c.console_port});
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    for (std::size_t j = i + 1; j < endpoints.size(); ++j) {
      const Endpoint& a = endpoints[i];
      const Endpoint& b = endpoints[j];
      if (a.port == 0 || a.port != b.port || !overlap(a.address, b.address)) continue;
      problems.push_back(fmt::format("{} and {} are the same port; set one of them",
                                     described(loaded, a.key), described(loaded, b.key)));
    }
  }
}

/// What keeps the console from being served to others; empty: nothing.
std::string_view missing_for_others(const Config& c) {
  if (c.console_certificate_file.empty())
    return "others than this machine reach the console only over TLS, and there is no certificate";
  if (c.console_tokens_file.empty() && c.console_client_ca_file.empty())
    return "nobody could prove to the console who they are";
  return {};
}

void check_console(const LoadedConfig& loaded, std::vector<std::string>& problems) {
  const Config& c = loaded.config;
  if (!c.console_enabled) return;
  if (c.console_certificate_file.empty() != c.console_key_file.empty()) {
    problems.emplace_back(
        "console_certificate_file and console_key_file belong together; set both or none");
  }
  if (!c.console_client_ca_file.empty() && c.console_certificate_file.empty()) {
    problems.push_back(
        fmt::format("{}, but without console_certificate_file nobody can show a certificate",
                    described(loaded, "console_client_ca_file")));
  }
  const std::string_view missing = missing_for_others(c);
  if (!is_loopback_address(c.console_address) && !missing.empty()) {
    problems.push_back(fmt::format(
        "{}: {}; set console_address=127.0.0.1, or console_certificate_file, console_key_file and "
        "console_tokens_file, or console_enabled=false",
        described(loaded, "console_address"), missing));
  }
}

}  // namespace

void keep_console_local(LoadedConfig& loaded) {
  Config& c = loaded.config;
  if (!loaded.console_address_by_alias || !c.console_enabled) return;
  if (is_loopback_address(c.console_address) || missing_for_others(c).empty()) return;
  const std::string place = loaded.origin_of("console_address").place;
  loaded.notices.push_back(fmt::format(
      "{}: admin.serverAddress = {} is not used, and the console is served at 127.0.0.1: {}; set "
      "console_certificate_file, console_key_file and console_tokens_file",
      place, c.console_address, missing_for_others(c)));
  c.console_address = "127.0.0.1";
  loaded.origins["console_address"] = {ConfigSource::built_in,
                                       fmt::format("default (not as {} says)", place)};
}

void derive_defaults(LoadedConfig& loaded) {
  const Config& c = loaded.config;
  derive(loaded, "data_log_dir", &Config::data_log_dir, c.data_dir, "data_dir");
  // Both or none: a certificate does not fit another's key.
  const auto is_unset = [&loaded](std::string_view key) {
    return loaded.origin_of(key).source == ConfigSource::built_in;
  };
  if (is_unset("console_certificate_file") && is_unset("console_key_file")) {
    derive(loaded, "console_certificate_file", &Config::console_certificate_file,
           c.tls_certificate_file, "tls_certificate_file");
    derive(loaded, "console_key_file", &Config::console_key_file, c.tls_key_file, "tls_key_file");
  }
  derive(loaded, "session_timeout_min_ms", &Config::session_timeout_min, c.tick_time * 2,
         "2 ticks");
  derive(loaded, "session_timeout_max_ms", &Config::session_timeout_max,
         std::max(c.tick_time * 20, c.session_timeout_min),
         "20 ticks, at least session_timeout_min_ms");

  // A limit of one connection holds a frame, and stays below the limit of all where that is set.
  const std::uint64_t frame = c.frame_bytes_max;
  const bool bounded = loaded.origin_of("outstanding_bytes_max").source != ConfigSource::built_in;
  const std::uint64_t most = bounded ? c.outstanding_bytes_max : Config{}.bytes_in_flight_max;
  derive(loaded, "bytes_in_flight_max", &Config::bytes_in_flight_max,
         std::max(std::min(Config{}.bytes_in_flight_max, most), frame),
         "4MiB, at least frame_bytes_max, at most outstanding_bytes_max");
  derive(loaded, "output_bytes_max", &Config::output_bytes_max,
         std::max(Config{}.output_bytes_max, 2 * frame), "16MiB, at least 2 frames");
  derive(loaded, "outstanding_bytes_max", &Config::outstanding_bytes_max,
         std::max(Config{}.outstanding_bytes_max, c.bytes_in_flight_max),
         "256MiB, at least bytes_in_flight_max");
  derive(loaded, "disk_resume_bytes", &Config::disk_resume_bytes, 2 * c.disk_low_bytes,
         "twice disk_low_bytes");
  derive(loaded, "requests_in_flight_max", &Config::requests_in_flight_max,
         std::min(Config{}.requests_in_flight_max, c.outstanding_requests_max),
         "1024, at most outstanding_requests_max");
}

std::vector<std::string> contradictions(const LoadedConfig& loaded) {
  const Config& c = loaded.config;
  std::vector<std::string> problems;
  const auto must_hold = [&](bool holds, std::string_view low, std::string_view high) {
    if (!holds)
      problems.push_back(
          fmt::format("{} is above {}", described(loaded, low), described(loaded, high)));
  };
  must_hold(c.session_timeout_min <= c.session_timeout_max, "session_timeout_min_ms",
            "session_timeout_max_ms");
  must_hold(c.frame_bytes_max <= c.bytes_in_flight_max, "frame_bytes_max", "bytes_in_flight_max");
  must_hold(c.frame_bytes_max <= c.output_bytes_max, "frame_bytes_max", "output_bytes_max");
  must_hold(c.bytes_in_flight_max <= c.outstanding_bytes_max, "bytes_in_flight_max",
            "outstanding_bytes_max");
  must_hold(c.requests_in_flight_max <= c.outstanding_requests_max, "requests_in_flight_max",
            "outstanding_requests_max");
  must_hold(c.disk_low_bytes <= c.disk_resume_bytes, "disk_low_bytes", "disk_resume_bytes");
  if (c.enforce_auth && c.enforce_auth_schemes.empty()) {
    problems.push_back(fmt::format("{}, but enforce_auth_schemes names none; set it to digest",
                                   described(loaded, "enforce_auth")));
  }
  if (c.tls_certificate_file.empty() != c.tls_key_file.empty()) {
    problems.emplace_back(
        "tls_certificate_file and tls_key_file belong together; set both or none");
  }
  if (c.tls_required && c.tls_certificate_file.empty()) {
    problems.push_back(fmt::format("{}, but without tls_certificate_file nobody can speak TLS",
                                   described(loaded, "tls_required")));
  }
  check_console(loaded, problems);
  check_ports(loaded, problems);
  return problems;
}

}  // namespace quorate
