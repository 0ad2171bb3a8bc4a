// A server on a real socket whose every step the test decides.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "schema/client_messages.h"

namespace quorate::client {

/// One accepted connection; closed with its end. Waits at most ten seconds for anything, then
/// the test fails.
class FakeConnection {
 public:
  explicit FakeConnection(int fd) : fd_(fd) {}
  ~FakeConnection();
  FakeConnection(FakeConnection&& other) noexcept;
  FakeConnection& operator=(FakeConnection&&) = delete;

  /// The client's next message.
  ClientMessage receive();
  template <class Message>
  Message expect() {
    return std::get<Message>(receive());
  }
  template <class Op>
  Request expect_request() {
    Request request = expect<Request>();
    (void)std::get<Op>(request.operation);
    return request;
  }
  /// Whether the client has closed its end.
  bool is_closed_by_client();

  void send(const ServerMessage& message);
  void send_bytes(std::span<const char> bytes);
  void answer(const Request& request, Zxid zxid, ReplyBody body = {},
              ErrorCode error = ErrorCode::ok);
  /// Hello and welcome.
  Hello greet(Zxid zxid = {}, bool read_only = false);
  void welcome(const Hello& hello, Zxid zxid = {}, bool read_only = false);

 private:
  int fd_;
  std::vector<std::byte> input_;
};

class FakeServer {
 public:
  FakeServer();
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  FakeConnection accept();
  [[nodiscard]] std::string endpoint() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

}  // namespace quorate::client
