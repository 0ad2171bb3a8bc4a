// Who uses the console, and why it may be refused.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/console/role.h"

namespace quorate {

using WallTime = std::chrono::system_clock::time_point;

/// Who sends a request, as the server that it is connected to has made sure.
struct Caller {
  std::string name;  ///< Of the token, the certificate's subject, "loopback"; empty: nobody.
  ConsoleRole role = ConsoleRole::none;
  std::string from;  ///< The address.
  std::optional<WallTime> expires;
};

/// Why nothing was done, as Error of the API has it.
struct Refusal {
  unsigned status = 400;
  std::string code;  ///< A word for programs.
  std::string text;  ///< What was wrong and where.
  std::string help;  ///< What to do about it; may be empty.
  std::vector<std::pair<std::string, std::string>> headers{};
};

}  // namespace quorate
