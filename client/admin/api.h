// The admin API of a server, as its caller sees it: requests in, JSON or a reason out.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/admin/answer.h"
#include "client/admin/http_connection.h"
#include "client/admin/sse_parser.h"

namespace quorate::admin {

struct ApiOptions {
  HttpOptions http;
  std::string token;  ///< Empty: none.
  std::chrono::milliseconds timeout{5000};
};

/// The token in a file, without the white space around it. Errors: no_node, bad_arguments.
[[nodiscard]] Result<std::string> read_token(const std::string& file);

/// Whether a token may be sent at all: it goes into a header, and not to another machine in clear.
[[nodiscard]] Status check_token(const std::string& token, const ConsoleUrl& url);

/// A stream of events. Errors are those of HttpConnection, and connection_loss at its end.
class EventStream {
 public:
  explicit EventStream(const ApiOptions& options);

  /// `target` with its query, as "/events?topic=log". `last_id` as it was in the last event that
  /// was seen, or empty.
  Status open(const std::string& target, const std::string& last_id);
  /// Nothing when no event came within `wait`.
  [[nodiscard]] Result<std::optional<SseEvent>> next(std::chrono::milliseconds wait);

 private:
  ApiOptions options_;
  HttpConnection connection_;
  SseParser parser_{body_bytes_max};
};

/// Blocks; one request at a time. See json_of() for the errors that the server names.
class Api {
 public:
  /// REQUIRES: check_token() accepts the token.
  explicit Api(const ApiOptions& options);

  [[nodiscard]] Result<Json> get(std::string_view path, const Query& query = {});
  /// A change. With `etag` refused as stale when what it was taken of has changed since.
  [[nodiscard]] Result<Json> send(std::string_view method, std::string_view path, const Json& body,
                                  const std::string& etag = {});
  /// Page by page until `count` items are there, or all. The answer is that of the first page with
  /// the items of all.
  [[nodiscard]] Result<Json> get_list(std::string_view path, Query query, std::size_t count);

  [[nodiscard]] const ApiOptions& options() const { return options_; }
  [[nodiscard]] const std::optional<PeerCertificate>& peer_certificate() const {
    return connection_.peer_certificate();
  }

 private:
  ApiOptions options_;
  HttpConnection connection_;
};

}  // namespace quorate::admin
