#include "core/base/ids.h"

#include <array>
#include <cstdio>

namespace quorate {

std::string to_string(Zxid zxid) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%x.%x", zxid.epoch().value, zxid.counter());
  return text.data();
}

std::string to_string(SessionId session) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(session.value));
  return text.data();
}

}  // namespace quorate
