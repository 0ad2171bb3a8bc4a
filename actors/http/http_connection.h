// One connection of the HTTP server. For http_server.cc alone, which pays for Beast's headers.
#pragma once

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "actors/http/answer_slot.h"
#include "actors/http/http_parts.h"
#include "actors/http/request_head.h"
#include "actors/tls/tls_credentials.h"

namespace quorate::http_detail {

/// A client. One coroutine reads, has the handler answer, and writes, one request at a time; while
/// a stream goes on, a second one notices that the client leaves.
///
/// Deadlines are looked at by the server's tick, which cancels what goes on: there is no timer for
/// each operation.
///
/// GCC 12 evaluates what is behind `||` and `co_await` whatever is before it, and cannot compile
/// lists in braces there: operands of co_await are kept simple.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Shared& shared, ConnectionId id, tcp::socket socket, std::string remote,
             TlsContext tls)
      : shared_(shared),
        id_(id),
        socket_(std::move(socket)),
        remote_(std::move(remote)),
        tls_context_(std::move(tls)),
        wake_(socket_.get_executor()),
        in_(shared.limits.head_bytes_max + read_bytes) {
    wake_.expires_at(Clock::time_point::max());
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (slot_ != nullptr) slot_->abandon();
    end_stream();
  }

  [[nodiscard]] ConnectionId id() const { return id_; }
  [[nodiscard]] const std::string& remote() const { return remote_; }

  asio::awaitable<void> run() {
    bool goes_on = tls_context_ == nullptr;
    if (tls_context_ != nullptr) goes_on = co_await shake();
    while (goes_on) goes_on = co_await serve_one();
    end_stream();
    ErrorOf ignored;  // Whatever state the socket is in, it is to be gone.
    socket_.close(ignored);
  }

  /// Someone has answered, or has put something into the stream.
  void on_wake() {
    wake_.cancel();
    if (stream_ != nullptr && stream_->is_cut_off()) cancel_socket();
  }

  void on_tick(Clock::time_point now) {
    if (expired_ || now < deadline_) return;
    expired_ = true;
    cancel_socket();
    wake_.cancel();
  }

 private:
  struct Transfer {
    ErrorOf error;
    std::size_t bytes = 0;
  };

  // ---- Reading and writing, with or without TLS.

  void set_deadline(Clock::duration after) {
    expired_ = false;
    deadline_ = Clock::now() + after;
  }
  void set_no_deadline() {
    expired_ = false;
    deadline_ = Clock::time_point::max();
  }
  void cancel_socket() {
    ErrorOf ignored;  // There was nothing to cancel, then.
    socket_.cancel(ignored);
  }

  asio::awaitable<Transfer> read_into(asio::mutable_buffer buffer) {
    if (expired_) co_return Transfer{asio::error::operation_aborted};
    if (tls_) {
      const auto [error, bytes] = co_await tls_->async_read_some(buffer, as_result);
      co_return Transfer{error, bytes};
    }
    const auto [error, bytes] = co_await socket_.async_read_some(buffer, as_result);
    co_return Transfer{error, bytes};
  }

  /// Appends to in_. Nothing to be read because in_ is full is an error too.
  asio::awaitable<bool> read_more(std::size_t bytes_max = read_bytes) {
    const std::size_t room = std::min(bytes_max, in_.max_size() - in_.size());
    if (room == 0) co_return false;
    const asio::mutable_buffer buffer = in_.prepare(room);
    const Transfer got = co_await read_into(buffer);
    if (got.error) co_return false;
    in_.commit(got.bytes);
    co_return true;
  }

  static std::vector<asio::const_buffer> one(asio::const_buffer buffer) { return {1, buffer}; }

  asio::awaitable<bool> write(std::vector<asio::const_buffer> buffers) {
    if (expired_) co_return false;
    if (tls_) {
      const auto [error, bytes] = co_await asio::async_write(*tls_, buffers, as_result);
      co_return !error;
    }
    const auto [error, bytes] = co_await asio::async_write(socket_, buffers, as_result);
    co_return !error;
  }

  // ---- The beginning and the end.

  asio::awaitable<bool> shake() {
    set_deadline(shared_.limits.head_max);
    const auto [waited] = co_await socket_.async_wait(tcp::socket::wait_read, as_result);
    std::array<unsigned char, 1> first{};
    ErrorOf error;
    const std::size_t peeked =
        waited ? 0 : socket_.receive(asio::buffer(first), tcp::socket::message_peek, error);
    if (peeked == 0) co_return false;
    if (first[0] == tls_handshake_byte) {
      if (SSL* ssl = SSL_new(tls_context_.get()); ssl != nullptr) {
        tls_.emplace(socket_, ssl);
        const auto [failed] =
            co_await tls_->async_handshake(asio::ssl::stream_base::server, as_result);
        if (!failed) co_return true;
      }
    }
    // Errors of this thread's other connections must not be found later.
    ERR_clear_error();
    shared_.counters.handshakes_failed.add();
    co_return false;
  }

  /// Says that nothing more comes, and gives the client time to read what came before.
  asio::awaitable<void> linger() {
    set_deadline(linger_max);
    if (tls_) {
      [[maybe_unused]] const auto done = co_await tls_->async_shutdown(as_result);
      co_return;
    }
    ErrorOf error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    std::array<char, 4096> discarded{};
    for (std::size_t all = 0; !error && all < linger_bytes_max;) {
      const Transfer got = co_await read_into(asio::buffer(discarded));
      error = got.error;
      all += got.bytes;
    }
  }

  // ---- One request.

  /// Whether the next one may follow.
  asio::awaitable<bool> serve_one() {
    // For the first byte; the clients of idle connections may leave without being told anything.
    if (in_.size() == 0) {
      in_.shrink_to_fit();
      set_deadline(shared_.limits.idle_max);
      const bool came = co_await read_more(first_read_bytes);
      if (!came) co_return false;
    }
    set_deadline(shared_.limits.head_max);
    Parser parser;
    const auto request = std::make_shared<HttpRequest>();
    Framing framing;
    const HeldBody held(*this);
    MaybeFault fault = co_await read_head(parser, *request, framing);
    if (!fault) fault = co_await read_body(parser, framing);
    if (!fault) {
      request->body = std::move(parser.get().body());
      shared_.counters.requests.add();
      co_return co_await answer(request, framing);
    }
    if (fault->status == 0) co_return false;
    co_return co_await refuse(*fault);
  }

  asio::awaitable<bool> refuse(const Fault& fault) {
    const HttpResponse refusal = response_of(fault);
    if (co_await send_response(refusal, Manner{})) co_await linger();
    co_return false;
  }

  /// Counts what is worth a number of its own.
  MaybeFault fault_of(const Fault& fault) {
    HttpCounters& counters = shared_.counters;
    if (fault.status == malformed.status || fault.status == unknown_expectation.status)
      counters.malformed.add();
    if (fault.status == body_too_large.status || fault.status == head_too_large.status)
      counters.too_large.add();
    if (fault.status == too_slow.status || fault.status == answer_too_slow.status)
      counters.too_slow.add();
    return fault;
  }

  [[nodiscard]] std::string_view buffered() const {
    return {static_cast<const char*>(in_.data().data()), in_.size()};
  }

  asio::awaitable<MaybeFault> read_head(Parser& parser, HttpRequest& request, Framing& framing) {
    if (!tls_ && static_cast<unsigned char>(buffered().front()) == tls_handshake_byte) {
      shared_.counters.malformed.add();
      co_return quiet;
    }
    const std::size_t most = shared_.limits.head_bytes_max;
    HeadScan scan;
    for (std::size_t scanned = 0;;) {
      scan = scan_head(buffered(), scanned);
      scanned = in_.size();
      if (scan.verdict == HeadScan::Verdict::malformed) co_return fault_of(malformed);
      const bool complete = scan.verdict == HeadScan::Verdict::complete;
      if ((complete ? scan.end : scanned + 1) > most) co_return fault_of(head_too_large);
      if (complete) break;
      if (!co_await read_more()) co_return fault_of(expired_ ? too_slow : quiet);
    }
    co_return parse_head(parser, scan.end, request, framing);
  }

  MaybeFault parse_head(Parser& parser, std::size_t size, HttpRequest& request, Framing& framing) {
    parser.header_limit(static_cast<std::uint32_t>(size));
    parser.body_limit(shared_.limits.body_bytes_max);
    ErrorOf error;
    const std::size_t parsed = parser.put(asio::buffer(in_.data(), size), error);
    if (error == http::error::body_limit) return fault_of(body_too_large);
    if (error || !parser.is_header_done() || parsed != size) return fault_of(malformed);
    in_.consume(size);

    const auto& head = parser.get();
    request.method = view_of(head.method_string());
    request.remote = remote_;
    request.is_tls = tls_.has_value();
    if (tls_) {
      std::string subject = peer_subject(tls_->native_handle());
      if (!subject.empty()) request.certificate = std::move(subject);
    }
    std::size_t count = 0;
    for (const auto& header : head) {
      if (++count > headers_max) return fault_of(head_too_large);
      if (!add_header(view_of(header.name_string()), view_of(header.value()), request))
        return fault_of(malformed);
    }
    const int minor = head.version() == 11 ? 1 : 0;
    const std::optional<Framing> found = framing_of(request, minor);
    // The library must have understood the same.
    if (!found || found->chunked != parser.chunked()) return fault_of(malformed);
    if (minor == 1 && request.header("host").empty()) return fault_of(malformed);
    if (!is_method(request.method) || !decode_target(view_of(head.target()), request))
      return fault_of(malformed);
    if (minor == 1 && !request.header("expect").empty() && !found->expects_continue)
      return fault_of(unknown_expectation);
    framing = *found;
    return std::nullopt;
  }

  asio::awaitable<MaybeFault> read_body(Parser& parser, const Framing& framing) {
    if (parser.is_done()) co_return std::nullopt;
    set_deadline(shared_.limits.body_max);
    if (framing.expects_continue && in_.size() == 0) {
      static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      if (!co_await write(one(asio::buffer(go_on)))) co_return fault_of(quiet);
    }
    parser.eager(true);
    bool needs_more = in_.size() == 0;
    while (!parser.is_done()) {
      bool came = true;
      if (needs_more) came = co_await read_more();
      if (!came) {
        const bool full = in_.size() == in_.max_size();  // Of a chunk's extensions or trailers.
        co_return fault_of(expired_ ? too_slow : full ? malformed : quiet);
      }
      ErrorOf error;
      in_.consume(parser.put(in_.data(), error));
      needs_more = error == http::error::need_more || in_.size() == 0;
      if (error == http::error::body_limit) co_return fault_of(body_too_large);
      if (error && error != http::error::need_more) co_return fault_of(malformed);
      const std::size_t so_far = parser.get().body().size();
      shared_.body_bytes += so_far - held_bytes_;
      held_bytes_ = so_far;
      if (shared_.body_bytes > shared_.limits.bodies_bytes_max) co_return fault_of(too_many_bodies);
    }
    co_return std::nullopt;
  }

  // ---- Its answer.

  /// How an answer is to be written.
  struct Manner {
    bool keep_alive = false;
    bool is_head = false;
    bool is_http10 = false;
  };

  asio::awaitable<bool> answer(std::shared_ptr<const HttpRequest> request, Framing framing) {
    const Manner manner{framing.keep_alive, request->method == "HEAD", framing.is_http10};
    slot_ = std::make_shared<AnswerSlot>(
        shared_.streams, shared_.limits.stream_bytes_max, manner.is_head,
        [mailbox = shared_.mailbox, id = id_] { mailbox->wake(id); });
    set_deadline(shared_.limits.answer_max);
    shared_.handler(std::move(request), AnswerSlot::answer_of(slot_));
    while (!slot_->is_answered() && !expired_) {
      [[maybe_unused]] const auto woken = co_await wake_.async_wait(as_result);
    }
    std::optional<AnswerSlot::Outcome> outcome = slot_->take();
    slot_->abandon();
    slot_.reset();
    if (!outcome) co_return co_await refuse(*fault_of(answer_too_slow));
    if (std::holds_alternative<AnswerSlot::Unanswered>(*outcome))
      co_return co_await refuse(unanswered);
    if (std::holds_alternative<AnswerSlot::TooManyStreams>(*outcome)) {
      shared_.counters.refused_streams.add();
      co_return co_await refuse(too_many_streams);
    }
    if (auto* stream = std::get_if<AnswerSlot::Stream>(&*outcome)) {
      co_await send_stream(std::move(*stream), manner);
      co_return false;
    }
    const bool sent = co_await send_response(std::get<HttpResponse>(*outcome), manner);
    if (sent && !manner.keep_alive) co_await linger();
    co_return sent&& manner.keep_alive;
  }

  asio::awaitable<bool> send_response(const HttpResponse& response, Manner manner) {
    const bool has_body = may_have_body(response.status);
    std::string head = head_of(response.status, has_body ? response.type : "", response.headers);
    const std::size_t size = response.body == nullptr ? 0 : response.body->size();
    if (has_body) head += header_line("Content-Length", std::to_string(size));
    if (!manner.keep_alive) head += header_line("Connection", "close");
    head += "\r\n";
    std::vector<asio::const_buffer> buffers{asio::buffer(head)};
    if (has_body && !manner.is_head && size > 0) buffers.push_back(asio::buffer(*response.body));
    set_deadline(shared_.limits.write_max);
    const bool sent = co_await write(std::move(buffers));
    if (!sent && expired_) shared_.counters.too_slow.add();
    co_return sent;
  }

  // ---- Its answer, when that is a stream.

  asio::awaitable<void> send_stream(AnswerSlot::Stream stream, Manner manner) {
    std::string head = head_of(200, stream.type, stream.headers);
    const bool chunked = !manner.is_http10;
    if (chunked) head += header_line("Transfer-Encoding", "chunked");
    head += header_line("Connection", "close") + "\r\n";
    stream_ = std::move(stream.queue);
    if (stream_ != nullptr) shared_.counters.streams.add();
    set_deadline(shared_.limits.write_max);
    const bool sent = co_await write(one(asio::buffer(head)));
    if (!sent || stream_ == nullptr) {
      if (sent) co_await linger();
      co_return;
    }
    asio::co_spawn(socket_.get_executor(), notice_leaving(shared_from_this()), asio::detached);
    const bool finished = co_await send_pieces(chunked);
    end_stream();
    // The other coroutine reads what is left; both end when the socket is closed.
    if (finished && tls_) co_await linger();
  }

  /// Whether the stream came to the end that its sender meant.
  asio::awaitable<bool> send_pieces(bool chunked) {
    for (;;) {
      const StreamQueue::Taken taken = stream_->take(stream_pieces_max, stream_write_bytes);
      set_deadline(shared_.limits.write_max);
      bool sent = true;
      if (!taken.pieces.empty()) {
        sent = co_await write_pieces(taken, chunked);
        stream_->sent(taken.bytes);
      } else if (taken.state == StreamQueue::State::finished) {
        static constexpr std::string_view last_chunk = "0\r\n\r\n";
        if (chunked) sent = co_await write(one(asio::buffer(last_chunk)));
        co_return sent;
      }
      if (stream_->is_cut_off() || (!sent && expired_)) {
        shared_.counters.too_slow.add();
        co_return false;
      }
      if (!sent || client_left_) co_return false;
      if (!taken.pieces.empty()) continue;
      set_no_deadline();
      [[maybe_unused]] const auto woken = co_await wake_.async_wait(as_result);
    }
  }

  asio::awaitable<bool> write_pieces(const StreamQueue::Taken& taken, bool chunked) {
    std::array<char, 20> frame{};
    const auto end = std::to_chars(frame.data(), frame.data() + 16, taken.bytes, 16).ptr;
    end[0] = '\r';
    end[1] = '\n';
    std::vector<asio::const_buffer> buffers;
    buffers.reserve(taken.pieces.size() + 2);
    if (chunked)
      buffers.emplace_back(frame.data(), static_cast<std::size_t>(end + 2 - frame.data()));
    for (const SharedBytes& piece : taken.pieces) buffers.push_back(asio::buffer(*piece));
    if (chunked) buffers.emplace_back(end, 2);
    co_return co_await write(std::move(buffers));
  }

  /// Reads what the client has no business to send until it leaves. Static, so that `self` lives as
  /// long as the coroutine.
  static asio::awaitable<void> notice_leaving(std::shared_ptr<Connection> self) {
    std::array<char, 512> discarded{};
    for (std::size_t all = 0; all < linger_bytes_max;) {
      // Not read_into(): the deadline is that of the writes.
      Transfer got;
      if (self->tls_) {
        const auto [error, bytes] =
            co_await self->tls_->async_read_some(asio::buffer(discarded), as_result);
        got = {error, bytes};
      } else {
        const auto [error, bytes] =
            co_await self->socket_.async_read_some(asio::buffer(discarded), as_result);
        got = {error, bytes};
      }
      if (got.error) break;
      all += got.bytes;
    }
    self->client_left_ = true;
    if (self->stream_ == nullptr) co_return;
    self->stream_->client_gone();
    self->cancel_socket();
    self->wake_.cancel();
  }

  void end_stream() {
    if (stream_ == nullptr) return;
    stream_->client_gone();
    stream_.reset();
    shared_.streams->open.fetch_sub(1);
  }

  /// Takes what the body of one request holds off the server's account.
  class HeldBody {
   public:
    explicit HeldBody(Connection& of) : of_(of) {}
    HeldBody(const HeldBody&) = delete;
    HeldBody& operator=(const HeldBody&) = delete;
    ~HeldBody() { of_.shared_.body_bytes -= std::exchange(of_.held_bytes_, 0); }

   private:
    Connection& of_;
  };

  Shared& shared_;
  const ConnectionId id_;
  tcp::socket socket_;
  const std::string remote_;
  const TlsContext tls_context_;  ///< Null: plain.
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  asio::steady_timer wake_;  ///< Never expires; cancelled when there is something to look at.
  Clock::time_point deadline_ = Clock::time_point::max();
  bool expired_ = false;      ///< The deadline has passed; nothing is read or written any more.
  bool client_left_ = false;  ///< While a stream went on.
  beast::flat_buffer in_;     ///< Received and not yet understood.
  std::size_t held_bytes_ = 0;
  std::shared_ptr<AnswerSlot> slot_;     ///< While the handler has the request.
  std::shared_ptr<StreamQueue> stream_;  ///< While a stream goes on.
};

}  // namespace quorate::http_detail
