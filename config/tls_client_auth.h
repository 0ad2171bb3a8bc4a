// What a server that speaks TLS wants of its clients.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace quorate {

enum class TlsClientAuth : std::uint8_t {
  none,  ///< Clients are not asked for a certificate.
  want,  ///< They may show one, which must then be a good one.
  need,  ///< They must.
};

inline constexpr std::array<std::string_view, 3> tls_client_auth_words{"none", "want", "need"};

}  // namespace quorate
