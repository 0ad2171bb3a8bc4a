// Who a server is to its clients: certificate and key, and whom it believes.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/tls_client_auth.h"
#include "core/base/result.h"

namespace quorate {

struct TlsSettings {
  std::string certificate_file;  ///< PEM: the server's, then those between it and the root.
  std::string key_file;          ///< PEM, without a password.
  std::string client_ca_file;    ///< PEM: who may vouch for clients; empty: no client is asked.
  TlsClientAuth client_auth = TlsClientAuth::need;
};

/// Ready to take connections: TLS 1.2 with forward secrecy and AEAD, or 1.3; no renegotiation.
using TlsContext = std::shared_ptr<SSL_CTX>;

/// Errors: bad_arguments, naming the file and what is wrong with it.
[[nodiscard]] Result<TlsContext> load_tls(const TlsSettings& settings);

/// When the first of the certificates that are shown ends, in seconds since 1970.
[[nodiscard]] std::int64_t end_of_certificates_s(const TlsContext& context);

/// The subject of the peer's certificate as RFC 2253 has it, which was verified; empty: it showed
/// none.
[[nodiscard]] std::string peer_subject(const SSL* ssl);

/// The credentials in use. Files that changed are read again without a restart; what is wrong then
/// is told once, and the former ones stay.
class TlsCredentials {
 public:
  /// Errors: as load_tls().
  [[nodiscard]] static Result<std::unique_ptr<TlsCredentials>> load(const TlsSettings& settings);

  /// For the next connection; those that are open keep theirs.
  [[nodiscard]] const TlsContext& context() const { return context_; }

  /// end_of_certificates_s() of those in use. For any thread.
  [[nodiscard]] std::int64_t ends_s() const { return ends_s_.load(std::memory_order_relaxed); }

  enum class Reload : std::uint8_t { unchanged, done };
  /// Looks at the files; error: as load_tls(), once for each change.
  [[nodiscard]] Result<Reload> reload();

 private:
  using Times = std::vector<std::filesystem::file_time_type>;
  TlsCredentials(TlsSettings settings, TlsContext context, Times times);
  [[nodiscard]] static Times times_of(const TlsSettings& settings);

  TlsSettings settings_;
  TlsContext context_;
  Times times_;
  std::atomic<std::int64_t> ends_s_;
};

}  // namespace quorate
