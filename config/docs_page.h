// docs/configuration.md, generated from the options so that it cannot lag behind them.
#pragma once

#include <string>

namespace quorate {

/// The whole page.
[[nodiscard]] std::string configuration_page();

}  // namespace quorate
