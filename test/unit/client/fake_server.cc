#include "test/unit/client/fake_server.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <span>
#include <stdexcept>
#include <utility>

#include "schema/capnp/client_codec.h"
#include "schema/capnp/frame.h"

namespace quorate::client {
namespace {

constexpr int patience_ms = 10'000;

void await_input(int fd) {
  pollfd poll_fd{fd, POLLIN, 0};
  if (::poll(&poll_fd, 1, patience_ms) != 1) throw std::runtime_error("the client says nothing");
}

}  // namespace

FakeConnection::~FakeConnection() {
  if (fd_ >= 0) ::close(fd_);
}

FakeConnection::FakeConnection(FakeConnection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), input_(std::move(other.input_)) {}

ClientMessage FakeConnection::receive() {
  while (true) {
    capnp_codec::FrameLimits limits;
    limits.bytes_max = 64 << 20;
    const std::size_t size = capnp_codec::frame_size(input_, limits).value();
    if (size > 0 && size <= input_.size()) {
      auto message = capnp_codec::decode_client(std::span(input_).first(size));
      input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(size));
      return std::move(message.value());
    }
    await_input(fd_);
    std::array<std::byte, 16384> chunk{};
    const ssize_t count = ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (count <= 0) throw std::runtime_error("the client closed the connection");
    input_.insert(input_.end(), chunk.begin(), chunk.begin() + count);
  }
}

bool FakeConnection::is_closed_by_client() {
  await_input(fd_);
  std::byte byte{};
  return input_.empty() && ::recv(fd_, &byte, 1, MSG_PEEK) <= 0;
}

void FakeConnection::send(const ServerMessage& message) {
  std::vector<char> bytes;
  std::visit(
      [&]<class Message>(const Message& sent) {
        if constexpr (std::is_same_v<Message, Reply>) {
          capnp_codec::encode(sent, 64 << 20, bytes);
        } else {
          capnp_codec::encode(sent, bytes);
        }
      },
      message);
  send_bytes(bytes);
}

void FakeConnection::send_bytes(std::span<const char> rest) {
  while (!rest.empty()) {
    const ssize_t count = ::send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count <= 0) throw std::runtime_error("the client does not take the reply");
    rest = rest.subspan(static_cast<std::size_t>(count));
  }
}

void FakeConnection::answer(const Request& request, Zxid zxid, ReplyBody body, ErrorCode error) {
  send(Reply{request.xid, zxid, error, std::move(body)});
}

Hello FakeConnection::greet(Zxid zxid, bool read_only) {
  const Hello hello = expect<Hello>();
  welcome(hello, zxid, read_only);
  return hello;
}

void FakeConnection::welcome(const Hello& hello, Zxid zxid, bool read_only) {
  Welcome welcome;
  welcome.session = SessionId{77};
  welcome.password[0] = 7;
  welcome.timeout_ms = hello.timeout_ms;
  welcome.zxid = zxid;
  welcome.frame_bytes_max = 1 << 20;
  welcome.requests_in_flight_max = 1000;
  welcome.read_only = read_only;
  send(welcome);
}

FakeServer::FakeServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(fd_, 16) != 0 ||
      ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("cannot listen on the loopback");
  }
  port_ = ntohs(address.sin_port);
}

FakeServer::~FakeServer() { ::close(fd_); }

FakeConnection FakeServer::accept() {
  await_input(fd_);
  return FakeConnection(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
}

std::string FakeServer::endpoint() const { return "127.0.0.1:" + std::to_string(port_); }

}  // namespace quorate::client
