// What the options of the console mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace quorate {

/// Whether only this machine can connect to what listens there: 127.0.0.0/8, ::1, localhost.
[[nodiscard]] bool is_loopback_address(std::string_view address);

/// The names in Config::console_names, in small letters: "console.example.com" for any port,
/// "console.example.com:9090". Errors: bad_arguments; the text follows the value.
[[nodiscard]] Result<std::vector<std::string>> console_names(std::string_view text);

}  // namespace quorate
