// The server's HTTP port: one thread of low priority, whatever the number of connections.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "actors/http/http_message.h"
#include "actors/runtime/counter.h"
#include "actors/runtime/unique_fd.h"
#include "core/base/result.h"

namespace quorate {

struct HttpLimits {
  std::size_t connections_max = 512;  ///< More are closed when they come.
  std::size_t connections_per_address_max = 256;
  std::size_t streams_max = 256;                ///< More are told 503.
  std::size_t head_bytes_max = 16 << 10;        ///< 431 beyond.
  std::size_t body_bytes_max = 2 << 20;         ///< 413 beyond.
  std::size_t bodies_bytes_max = 32 << 20;      ///< Of all requests not answered yet; 503 beyond.
  std::size_t stream_bytes_max = 4 << 20;       ///< Unread; beyond, the stream is cut off.
  std::chrono::milliseconds head_max{10000};    ///< From the first byte of a request; 408.
  std::chrono::milliseconds body_max{30000};    ///< From the end of its head.
  std::chrono::milliseconds idle_max{60000};    ///< Between requests.
  std::chrono::milliseconds answer_max{60000};  ///< For the handler; 504 beyond.
  std::chrono::milliseconds write_max{30000};   ///< For the client to take an answer.
};

/// Totals; any thread may read them.
struct HttpCounters {
  Counter connections, requests, streams;
  Counter refused_connections;  ///< Too many, in total or of one address.
  Counter refused_streams;
  Counter malformed;          ///< No HTTP/1.1 request that has one meaning.
  Counter too_large;          ///< Head or body.
  Counter too_slow;           ///< Head, body or answer not in time; streams cut off.
  Counter handshakes_failed;  ///< TLS; plain requests at a port of TLS too.
};

struct HttpTls {
  std::string certificate_file;
  std::string key_file;
  std::string client_ca_file;  ///< Empty: clients are not asked for certificates.
  /// Called on the server's thread after changed files were read. With an error, the former ones
  /// stay in use.
  std::function<void(const Status&)> on_reload;
};

class HttpServer {
 public:
  /// `socket` is bound and listening. Errors name the file that cannot be used. A changed
  /// certificate is taken up within seconds, for new connections.
  static Result<std::unique_ptr<HttpServer>> start(UniqueFd socket, const HttpLimits& limits,
                                                   const HttpTls* tls, HttpHandler handler);
  /// Ends all connections and the thread; answers that come later are thrown away. Not to be
  /// called on that thread.
  virtual ~HttpServer() = default;
  [[nodiscard]] virtual const HttpCounters& counters() const = 0;
  [[nodiscard]] virtual std::size_t connections() const = 0;
  [[nodiscard]] virtual std::size_t streams() const = 0;
  /// When the first of its certificates ends, in seconds since 1970; nothing without TLS.
  [[nodiscard]] virtual std::optional<std::int64_t> certificates_end_s() const = 0;
};

}  // namespace quorate
