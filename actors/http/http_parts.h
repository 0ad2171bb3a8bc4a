// What the connections of the HTTP server share, and the texts of answers. For http_server.cc
// alone, which pays for Beast's headers.
#pragma once

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/http/answer_slot.h"
#include "actors/http/http_server.h"
#include "config/words.h"

namespace quorate::http_detail {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Parser = http::request_parser<http::string_body>;
using ErrorOf = boost::system::error_code;
using namespace std::chrono_literals;

/// Operations give (error, result) instead of throwing.
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

inline constexpr std::size_t read_bytes = 16 << 10;
inline constexpr std::size_t first_read_bytes = 4 << 10;  ///< What an idle connection holds.
inline constexpr std::size_t headers_max = 100;
inline constexpr std::size_t stream_pieces_max = 64;
inline constexpr std::size_t stream_write_bytes = 64 << 10;
/// What the system holds for a connection; without a bound it would be megabytes of unread events.
inline constexpr int send_buffer_bytes = 256 << 10;
/// How long the end of a connection is waited for, so that its last answer isn't lost to a reset.
inline constexpr auto linger_max = 1s;
inline constexpr std::size_t linger_bytes_max = 1 << 20;
inline constexpr unsigned char tls_handshake_byte = 0x16;

/// Why a request is not given to the handler.
struct Fault {
  unsigned status = 0;  ///< 0: nothing is said; the connection is closed.
  std::string_view code;
  std::string_view text;
};
using MaybeFault = std::optional<Fault>;

inline constexpr Fault quiet{};
inline constexpr Fault malformed{400, "bad_request",
                                 "this is not a request of HTTP/1.1 with one meaning"};
inline constexpr Fault too_slow{408, "timeout", "the request did not arrive in time"};
inline constexpr Fault body_too_large{413, "too_large", "the body is too large"};
inline constexpr Fault unknown_expectation{417, "bad_request", "only 100-continue can be expected"};
inline constexpr Fault head_too_large{431, "too_large", "the request's headers are too large"};
inline constexpr Fault unanswered{500, "internal", "the server did not answer"};
inline constexpr Fault too_many_bodies{503, "unavailable", "too many requests are in the works"};
inline constexpr Fault too_many_streams{503, "unavailable", "too many streams are open"};
inline constexpr Fault answer_too_slow{504, "timeout", "the server did not answer in time"};

inline HttpResponse response_of(const Fault& fault) {
  HttpResponse response;
  response.status = fault.status;
  response.body =
      std::make_shared<const std::string>(R"({"error":{"code":")" + std::string(fault.code) +
                                          R"(","text":")" + std::string(fault.text) + "\"}}");
  response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  return response;
}

inline std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

/// A header line; nothing when it would be more than one.
inline std::string header_line(std::string_view name, std::string_view value) {
  if (words::has_control_bytes(name) || words::has_control_bytes(value)) return {};
  std::string line(name);
  line.append(": ").append(value).append("\r\n");
  return line;
}

inline std::string head_of(unsigned status, std::string_view type,
                           const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + ' ';
  head.append(view_of(http::obsolete_reason(http::int_to_status(status)))).append("\r\n");
  if (!type.empty()) head += header_line("Content-Type", type);
  for (const auto& [name, value] : headers) head += header_line(name, value);
  return head;
}

/// Capitals alone: `get` isn't a way to write GET.
inline bool is_method(std::string_view method) {
  return std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

inline bool may_have_body(unsigned status) {
  return status >= 200 && status != 204 && status != 304;
}

inline std::string address_of(const tcp::endpoint& endpoint) {
  const asio::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

using ConnectionId = std::uint64_t;

/// How other threads reach the server, which may be gone by then.
class Mailbox {
 public:
  Mailbox(asio::io_context& io, std::function<void(ConnectionId)> wake)
      : io_(&io), on_wake_(std::move(wake)) {}

  void wake(ConnectionId id) {
    const std::lock_guard lock(mutex_);
    if (io_ != nullptr) asio::post(*io_, [this, id] { on_wake_(id); });
  }
  void close() {
    const std::lock_guard lock(mutex_);
    io_ = nullptr;
  }

 private:
  std::mutex mutex_;
  asio::io_context* io_;
  const std::function<void(ConnectionId)> on_wake_;
};

/// What all connections of a server share. Only `streams` and `mailbox` are for other threads too.
struct Shared {
  HttpLimits limits;
  HttpHandler handler;
  HttpCounters counters;
  std::shared_ptr<StreamCount> streams;
  std::shared_ptr<Mailbox> mailbox;
  std::size_t body_bytes = 0;  ///< Held by requests that are not answered.
};

}  // namespace quorate::http_detail
