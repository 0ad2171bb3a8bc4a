// What `quorate doctor` finds, and what it was told to find it in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/admin/http_connection.h"
#include "client/cli/output.h"

namespace quorate::cli {

enum class Severity : std::uint8_t {
  unchecked,  ///< Could not be looked at; `what` says why.
  note,       ///< As it may be meant.
  warning,    ///< Will hurt some day.
  problem,    ///< Hurts now.
};
[[nodiscard]] const char* to_string(Severity severity);

struct Finding {
  Severity severity = Severity::note;
  std::string id;  ///< A name that stays: scripts and the operations page refer to it.
  std::optional<std::int64_t> server;
  std::string what;
  std::string why;  ///< What it leads to.
  std::string fix;
};

/// One server, as its console and the way there told.
struct ServerFacts {
  std::int64_t server = 0;
  std::string address;      ///< Of its client port; empty where nobody says.
  std::string unreachable;  ///< Why its client port did not answer; empty: it did.
  bool reach_checked = false;
  Json status;   ///< Null where it was not told; then `missing` says why.
  Json actors;   ///< Items, or null.
  Json backups;  ///< Or null.
  Json config;   ///< Or null.
  std::string missing;
  std::int64_t sent_ms = 0;  ///< Our clock when the status was asked for ...
  std::int64_t came_ms = 0;  ///< ... and when it came.
};

/// What this machine says of itself; nothing where that is not known.
struct MachineFacts {
  std::string huge_pages;  ///< "always madvise [never]".
  std::optional<std::int64_t> swap_bytes;
  std::optional<std::int64_t> memory_bytes;
};

struct Facts {
  Json ensemble;
  std::string console_error;  ///< Why there is no `ensemble`.
  /// Of --endpoints, tried where there is no console: what did not answer, and why.
  std::vector<std::pair<std::string, std::string>> unreachable_endpoints;
  std::vector<ServerFacts> servers;
  std::optional<admin::PeerCertificate> console_certificate;
  std::optional<std::int64_t> client_certificate_expires_at_ms;
  std::optional<MachineFacts> machine;  ///< Where a server runs on it.
  std::optional<std::int64_t> local_server;
  std::int64_t now_ms = 0;
};

}  // namespace quorate::cli
