// Whether a server is well enough for what somebody wants of it.
#pragma once

#include <cstdint>
#include <string>

#include "client/inspect.h"

namespace quorate::cli {

/// Each includes those before it.
enum class HealthCheck : std::uint8_t {
  live,    ///< The process answers.
  ready,   ///< It serves clients.
  quorum,  ///< It is linked with a quorum.
};

[[nodiscard]] std::string to_string(HealthCheck check);

struct Verdict {
  bool healthy = false;
  std::string text;  ///< Why, on one line.
};

[[nodiscard]] Verdict judge(const client::Answer& answer, HealthCheck check);

/// "leading", "following 2".
[[nodiscard]] std::string describe_role(const Inspection& inspection);
[[nodiscard]] std::string to_string(ServerRole role);

}  // namespace quorate::cli
