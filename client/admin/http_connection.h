// One connection to a console, plain or TLS. The only file that knows the HTTP library is its
// source.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/admin/answer.h"
#include "client/admin/console_url.h"

namespace quorate::admin {

/// An answer that is larger is given up.
inline constexpr std::size_t body_bytes_max = std::size_t{64} << 20;

struct HttpOptions {
  ConsoleUrl url;
  std::string ca_file;              ///< Empty: the system's authorities.
  std::string certificate_file;     ///< Of the client; empty: none.
  std::string key_file;             ///< Empty: in the certificate's file.
  std::function<bool()> cancelled;  ///< Looked at while waiting; may be empty.
};

struct HttpRequest {
  std::string method = "GET";
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// What the other side proved itself with.
struct PeerCertificate {
  std::string subject;
  std::int64_t expires_at_ms = 0;
};

/// Blocks, but never beyond a deadline, nor when `cancelled` says so; looked at every 50 ms. A name
/// is waited for as long as the system's resolver takes.
/// Errors: connection_loss (refused, broken, not trusted, cancelled), operation_timeout,
/// reply_too_large, bad_arguments (a file cannot be used). After an error the connection is closed;
/// the next request opens another.
class HttpConnection {
 public:
  explicit HttpConnection(HttpOptions options);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Sends a request and takes the whole answer. A connection that the server has closed in between
  /// is opened anew, but a request that changes something is never sent twice.
  [[nodiscard]] Result<HttpAnswer> exchange(const HttpRequest& request,
                                            std::chrono::milliseconds timeout);

  /// Sends a request and takes the head of the answer; read_some() gives its body.
  [[nodiscard]] Result<HttpAnswer> begin(const HttpRequest& request,
                                         std::chrono::milliseconds timeout);
  /// More of the body: empty when nothing came within `wait`, nothing at its end.
  [[nodiscard]] Result<std::optional<std::string>> read_some(std::chrono::milliseconds wait);

  /// Of the last connection, where it was TLS.
  [[nodiscard]] const std::optional<PeerCertificate>& peer_certificate() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace quorate::admin
