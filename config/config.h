// Everything that can be configured, as one value: valid once loaded, immutable afterwards.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/log_level.h"
#include "config/membership.h"
#include "config/tls_client_auth.h"
#include "core/base/ids.h"
#include "core/base/result.h"

namespace quorate {

/// Which loop serves the sockets: ours, or the one that comes with the actor library.
enum class IoBackendChoice : std::uint8_t { own, stock };

/// The configuration of one server. The defaults are a single server for a laptop.
/// What each member means, its range and its trade-off stand in config/option_list.cc, the one
/// list that parsing, checks, --print-config and docs/configuration.md share.
struct Config {
  // Place and identity.
  std::string data_dir = "./quorate-data";
  std::string data_log_dir = "./quorate-data";
  bool data_dir_create = true;
  ServerId server_id{1};
  std::string cluster_id;  ///< Empty: the store's own, drawn at its first start.
  std::string dynamic_config_file;
  Membership membership;  ///< Empty: a server on its own.

  // Network.
  std::string client_address = "127.0.0.1";
  std::uint16_t client_port = 2181;
  std::uint16_t native_port = 0;           ///< 0: client_port speaks both protocols.
  std::string four_letter_words = "srvr";  ///< See four_letter_words().
  std::string peer_address = "127.0.0.1";
  std::uint16_t peer_port = 2888;
  std::string peer_key_file;  ///< Empty: whoever reaches the peer port may be a server.
  IoBackendChoice io_backend = IoBackendChoice::own;
  std::uint32_t io_threads = 1;

  // Console.
  bool console_enabled = true;
  std::string console_address = "127.0.0.1";
  std::uint16_t console_port = 8080;
  std::string console_names;  ///< "console.example.com,10.0.0.7:80"; see console_names().
  std::string console_certificate_file;  ///< Empty: the console does not speak TLS.
  std::string console_key_file;
  std::string console_client_ca_file;  ///< Empty: it does not ask for certificates.
  std::string console_tokens_file;     ///< Empty: there are no tokens.
  bool console_read_only = false;

  // Time and sessions.
  std::chrono::milliseconds tick_time{2000};
  std::uint32_t init_limit_ticks = 10;
  std::uint32_t sync_limit_ticks = 5;
  std::chrono::milliseconds session_timeout_min{4000};
  std::chrono::milliseconds session_timeout_max{40000};
  std::chrono::milliseconds handshake_timeout{10000};
  bool leader_serves = true;
  bool read_only_mode = false;
  bool local_sessions = false;
  bool local_sessions_upgrade = false;

  // Limits of one connection.
  std::uint32_t connections_per_ip_max = 60;  ///< 0: only connections_max counts.
  std::uint32_t connections_max = 50'000;     ///< 0: only the descriptor limit counts.
  std::uint32_t frame_bytes_max = 1U << 20;
  std::uint32_t requests_in_flight_max = 1024;
  std::uint64_t bytes_in_flight_max = 4U << 20;
  std::uint64_t output_bytes_max = 16U << 20;
  std::uint32_t watches_per_connection_max = 200'000;

  // Limits of the server.
  std::uint32_t outstanding_requests_max = 100'000;
  std::uint64_t outstanding_bytes_max = 256U << 20;
  std::uint32_t multi_ops_max = 4096;
  std::uint32_t delete_tree_max = 4096;

  // Containers and TTL nodes.
  bool extended_types = true;
  std::chrono::milliseconds container_check_interval{60000};
  std::uint32_t container_deletes_per_minute_max = 10'000;
  std::chrono::milliseconds container_never_used_max{0};  ///< 0: never reaped while unused.

  // TLS for clients; without a certificate there is none.
  std::string tls_certificate_file;
  std::string tls_key_file;
  std::string tls_client_ca_file;  ///< Empty: clients are not asked for certificates.
  TlsClientAuth tls_client_auth = TlsClientAuth::need;
  bool tls_required = false;

  // Access.
  bool skip_acl = false;
  bool enforce_quota = false;
  bool enforce_auth = false;
  std::string enforce_auth_schemes;  ///< "digest,ip"; see auth_schemes().
  std::string super_digest;  ///< `user:base64(sha1(user:password))`; empty: nobody is super.

  // Storage.
  std::chrono::seconds snapshot_interval{30};
  std::uint64_t snapshot_bytes = 16U << 20;
  std::uint32_t snapshot_records = 200'000;
  std::uint64_t snapshot_log_bytes = 64U << 20;
  std::chrono::seconds checkpoint_interval{3600};
  std::uint64_t checkpoint_log_bytes = 1U << 30;
  std::uint64_t history_records = 100'000;
  std::chrono::hours history{0};
  std::uint64_t disk_low_bytes = 128U << 20;
  std::uint64_t disk_resume_bytes = 256U << 20;
  std::uint64_t disk_reserve_bytes = 32U << 20;

  // Logging.
  LogLevel log_level = LogLevel::info;
  std::string log_levels;  ///< "journal=debug,commit=warn"; see component_levels().
  LogFormat log_format = LogFormat::text;
  std::string log_file;  ///< Empty: standard error.
  std::uint32_t log_queue_events = 8192;

  friend bool operator==(const Config&, const Config&) = default;
};

struct ComponentLevel {
  std::string component;
  LogLevel level = LogLevel::info;
  friend bool operator==(const ComponentLevel&, const ComponentLevel&) = default;
};

/// The pairs of Config::log_levels. Errors: bad_arguments; the text follows the value.
[[nodiscard]] Result<std::vector<ComponentLevel>> component_levels(std::string_view text);

/// The names in Config::enforce_auth_schemes. Errors: bad_arguments; the text follows the value.
[[nodiscard]] Result<std::vector<std::string>> auth_schemes(std::string_view text);

}  // namespace quorate
