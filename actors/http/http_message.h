// A request and its answer, as the console sees them: free of the library that reads and writes
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quorate {

/// Bytes that many connections may be sending at a time.
using SharedBytes = std::shared_ptr<const std::string>;

struct HttpRequest {
  std::string method;                                       ///< In capitals.
  std::string path;                                         ///< Decoded; begins with '/'.
  std::multimap<std::string, std::string> query;            ///< Decoded.
  std::map<std::string, std::string, std::less<>> headers;  ///< Names in small letters.
  std::string body;
  std::string remote;  ///< The client's address, without its port.
  bool is_tls = false;
  std::optional<std::string> certificate;  ///< The subject that the client has proved.

  /// Empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
  }
};

struct HttpResponse {
  unsigned status = 200;
  std::string type = "application/json";
  SharedBytes body;  ///< Null: empty.
  std::vector<std::pair<std::string, std::string>> headers;
};

/// The server's side of a stream of events. Any thread may call it. When the last one who holds it
/// lets go, the stream ends.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  /// Queues bytes. False when nothing more will be sent: the client has gone, or has left so much
  /// unread that it was cut off.
  virtual bool send(SharedBytes bytes) = 0;
};

/// How a request is answered; exactly once, from any thread, or not at all: then the client is told
/// 500. A cheap copy.
class HttpAnswer {
 public:
  virtual ~HttpAnswer() = default;
  virtual void send(HttpResponse response) = 0;
  /// Answers 200 with `headers`; what follows is sent as it comes. Null when the client has gone
  /// or there are too many streams; then it has been answered.
  virtual std::shared_ptr<HttpStream> stream(
      std::string type, std::vector<std::pair<std::string, std::string>> headers) = 0;
};

/// Called on the server's thread, which must not be held up: what takes time goes on elsewhere.
using HttpHandler =
    std::function<void(std::shared_ptr<const HttpRequest>, std::shared_ptr<HttpAnswer>)>;

}  // namespace quorate
