// Sessions, as the console shows them: what the state knows of them, joined with what the listener
// knows of their connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "actors/connection_row.h"
#include "actors/console/json.h"
#include "core/inquiry/state_answer.h"

namespace quorate {

/// Which of all sessions, in which order.
struct SessionsWanted {
  enum class Sort : std::uint8_t { session, address, heard, ephemerals, watches, received, sent };
  Sort sort = Sort::session;
  /// Without one: names and times since go up, numbers down.
  std::optional<bool> is_descending;
  bool here_only = false;
  std::string search;  ///< In the session, the address or an identity.
  std::size_t offset = 0;
  std::size_t limit = 100;
};

/// The schema Sessions of console/openapi.yaml. Costs some 100 ms with 100,000 sessions: for a
/// thread that nobody waits for. Whoever is not connected here comes last where its connection
/// counts.
[[nodiscard]] Json sessions_view(const SessionRows& sessions, const ConnectionRows& connections,
                                 const SessionsWanted& wanted, std::int64_t at_ms);

/// The schema SessionDetail. `connection`: where it is connected here.
[[nodiscard]] Json session_view(const SessionAnswer& session, const ConnectionRow* connection);

/// By binary search; nullptr where there is none.
[[nodiscard]] const ConnectionRow* find_connection(const ConnectionRows& connections,
                                                   ConnectionSerial serial);

}  // namespace quorate
