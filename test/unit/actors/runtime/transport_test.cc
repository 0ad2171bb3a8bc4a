#include "actors/runtime/transport.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <future>
#include <vector>

#include "actors/runtime/socket_address.h"
#include "actors/runtime/tcp_transport.h"
#include "test/unit/actors/runtime/sockets.h"

namespace quorate::test {
namespace {

using namespace std::chrono_literals;

Result<DialledSocket> dial(const std::string& host, std::uint16_t port,
                           std::chrono::milliseconds timeout = 10s) {
  TcpTransport transport;
  std::promise<Result<DialledSocket>> promise;
  transport.dial(host, port, timeout,
                 [&](Result<DialledSocket> result) { promise.set_value(std::move(result)); });
  return promise.get_future().get();
}

bool is_non_blocking(int fd) { return (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0; }
bool is_close_on_exec(int fd) { return (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0; }

TEST_CASE("a listening socket says its port and leaks into no child process") {
  const auto socket = listen_tcp("127.0.0.1", 0, "clients");

  REQUIRE(socket.ok());
  CHECK(socket->port > 0);
  CHECK(is_non_blocking(socket->fd.get()));
  CHECK(is_close_on_exec(socket->fd.get()));
  CHECK(Client(socket->port).connected());
}

TEST_CASE("a port in use is refused with address, port and purpose") {
  const auto first = listen_tcp("127.0.0.1", 0, "clients");
  REQUIRE(first.ok());

  const auto second = listen_tcp("127.0.0.1", first->port, "peers");

  REQUIRE_FALSE(second.ok());
  CHECK(second.code() == ErrorCode::io_error);
  CHECK(second.error().text.find("port in use: 127.0.0.1:" + std::to_string(first->port) +
                                 " (peers)") == 0);
}

TEST_CASE("a port can be listened on again right after its server ended") {
  std::uint16_t port = 0;
  {
    const auto socket = listen_tcp("127.0.0.1", 0, "clients");
    REQUIRE(socket.ok());
    port = socket->port;
    Client client(port);
    UniqueFd accepted{::accept(socket->fd.get(), nullptr, nullptr)};
    accepted.reset();
    client.close();
  }

  CHECK(listen_tcp("127.0.0.1", port, "clients").ok());
}

TEST_CASE("an empty address listens for IPv4 too") {
  const auto socket = listen_tcp("", 0, "clients");

  REQUIRE(socket.ok());
  CHECK(Client(socket->port).connected());
}

TEST_CASE("addresses that are none, or not ours, are refused with a reason") {
  const auto none = listen_tcp("::z", 0, "clients");
  REQUIRE_FALSE(none.ok());
  CHECK(none.code() == ErrorCode::bad_arguments);
  CHECK(none.error().text.find("[::z]:0 (clients)") != std::string::npos);

  const auto foreign = listen_tcp("192.0.2.1", 2181, "clients");
  REQUIRE_FALSE(foreign.ok());
  CHECK(foreign.error().text.find("no network interface has this address") != std::string::npos);
}

TEST_CASE("several sockets can share a port when asked to") {
  const auto first = listen_tcp("127.0.0.1", 0, "clients", {.reuse_port = true});
  REQUIRE(first.ok());

  CHECK(listen_tcp("127.0.0.1", first->port, "clients", {.reuse_port = true}).ok());
  CHECK_FALSE(listen_tcp("127.0.0.1", first->port, "clients").ok());
}

TEST_CASE("addresses are shown as people write them") {
  sockaddr_storage none{};
  CHECK(address_text(none).empty());
  CHECK(address_port(none) == 0);

  const auto socket = listen_tcp("", 0, "clients");
  REQUIRE(socket.ok());
  Client client(socket->port);
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  const UniqueFd accepted{::accept(socket->fd.get(), reinterpret_cast<sockaddr*>(&peer), &size)};
  CHECK(peer.ss_family == AF_INET6);
  CHECK(address_text(peer) == "127.0.0.1");
  CHECK(address_port(peer) == address_port(local_address(client.fd())));
}

TEST_CASE("what is kept of an address is shown as the address is") {
  const auto kept = [](int family, const char* ip, std::uint16_t port) {
    sockaddr_storage address{};
    address.ss_family = static_cast<sa_family_t>(family);
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
    void* bytes = &v4.sin_addr;
    if (family == AF_INET6) bytes = &v6.sin6_addr;
    REQUIRE(::inet_pton(family, ip, bytes) == 1);
    (family == AF_INET ? v4.sin_port : v6.sin6_port) = htons(port);
    return IpEndpoint(address);
  };

  CHECK(kept(AF_INET, "192.0.2.7", 2181).text() == "192.0.2.7");
  CHECK(kept(AF_INET, "192.0.2.7", 2181).port() == 2181);
  CHECK(kept(AF_INET6, "::ffff:192.0.2.7", 65535).text() == "192.0.2.7");
  CHECK(kept(AF_INET6, "2001:db8::1", 65535).text() == "2001:db8::1");
  CHECK(kept(AF_INET6, "2001:db8::1", 65535).port() == 65535);
  CHECK(kept(AF_INET6, "::", 1).text() == "::");
  CHECK(kept(AF_INET, "0.0.0.0", 1).text() == "0.0.0.0");
  CHECK(IpEndpoint().text().empty());
  CHECK(IpEndpoint().port() == 0);
}

TEST_CASE("a dial connects by number and by name") {
  const auto socket = listen_tcp("127.0.0.1", 0, "peers");
  REQUIRE(socket.ok());

  for (const char* host : {"127.0.0.1", "localhost"}) {
    const auto dialled = dial(host, socket->port);
    REQUIRE(dialled.ok());
    CHECK(is_non_blocking(dialled->fd.get()));
    CHECK(is_close_on_exec(dialled->fd.get()));
  }
}

TEST_CASE("a refused dial names host and port") {
  std::uint16_t port = 0;
  {
    const auto socket = listen_tcp("127.0.0.1", 0, "peers");
    REQUIRE(socket.ok());
    port = socket->port;
  }

  const auto dialled = dial("127.0.0.1", port);

  REQUIRE_FALSE(dialled.ok());
  CHECK(dialled.code() == ErrorCode::connection_loss);
  CHECK(dialled.error().text.find("127.0.0.1:" + std::to_string(port)) != std::string::npos);
}

TEST_CASE("a dial that nobody answers ends with its time") {
  // With a full queue of unaccepted connections the kernel drops what else comes.
  const auto socket = listen_tcp("127.0.0.1", 0, "peers", {.backlog = 0});
  REQUIRE(socket.ok());
  std::vector<Result<DialledSocket>> dialled;
  while (dialled.size() < 10 && (dialled.empty() || dialled.back().ok())) {
    dialled.push_back(dial("127.0.0.1", socket->port, 200ms));
  }

  REQUIRE_FALSE(dialled.back().ok());
  CHECK(dialled.back().error().text.find("timed out") != std::string::npos);
}

TEST_CASE("who closes a transport is not called any more, and nothing of it is kept") {
  // As above: nobody answers.
  const auto socket = listen_tcp("127.0.0.1", 0, "peers", {.backlog = 0});
  REQUIRE(socket.ok());
  std::vector<Result<DialledSocket>> dialled;
  while (dialled.size() < 10 && (dialled.empty() || dialled.back().ok())) {
    dialled.push_back(dial("127.0.0.1", socket->port, 200ms));
  }
  TcpTransport transport;
  const auto kept = std::make_shared<int>(1);
  std::atomic<bool> called{false};
  const auto call = [kept, &called](const Result<DialledSocket>&) { called = true; };
  const auto uses = kept.use_count();
  transport.dial("127.0.0.1", socket->port, 300ms, call);

  transport.close();

  CHECK(kept.use_count() == uses);
  transport.dial("127.0.0.1", socket->port, 300ms, call);
  CHECK(kept.use_count() == uses);
  std::this_thread::sleep_for(400ms);
  CHECK_FALSE(called);
}

TEST_CASE("too many dials at once are refused, not queued") {
  const auto socket = listen_tcp("127.0.0.1", 0, "peers", {.backlog = 0});
  REQUIRE(socket.ok());
  std::atomic<int> too_many{0};
  std::atomic<int> answered{0};
  {
    TcpTransport transport;
    for (std::size_t i = 0; i < TcpTransport::dials_max + 8; ++i) {
      transport.dial("127.0.0.1", socket->port, 300ms, [&](Result<DialledSocket> result) {
        ++answered;
        if (!result.ok() && result.error().text.find("too many") != std::string::npos) ++too_many;
      });
    }
  }

  CHECK(answered == static_cast<int>(TcpTransport::dials_max) + 8);
  CHECK(too_many >= 1);
}

}  // namespace
}  // namespace quorate::test
