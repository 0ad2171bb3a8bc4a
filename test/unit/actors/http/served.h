// An HTTP server under test, and what its clients read.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "actors/http/http_server.h"
#include "test/unit/actors/runtime/sockets.h"

namespace quorate::test {

inline SharedBytes bytes_of(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

inline UniqueFd listening_socket() {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(fd.get(), SOMAXCONN) == 0);
  return fd;
}

/// Says what it was asked: method, path, query and body.
inline void echo(const std::shared_ptr<const HttpRequest>& request,
                 const std::shared_ptr<HttpAnswer>& answer) {
  std::string text = request->method + " " + request->path;
  for (const auto& [name, value] : request->query) text.append(" ").append(name + "=" + value);
  HttpResponse response;
  response.type = "text/plain";
  response.body = bytes_of(text + " [" + request->body + "]");
  answer->send(std::move(response));
}

/// Keeps what comes until somebody answers it.
class Desk {
 public:
  using Item = std::pair<std::shared_ptr<const HttpRequest>, std::shared_ptr<HttpAnswer>>;

  [[nodiscard]] HttpHandler handler() {
    return [this](auto request, auto answer) {
      const std::lock_guard lock(mutex_);
      items_.emplace_back(std::move(request), std::move(answer));
      came_.notify_all();
    };
  }

  Item take() {
    std::unique_lock lock(mutex_);
    REQUIRE(came_.wait_for(lock, std::chrono::seconds(60), [this] { return !items_.empty(); }));
    Item item = std::move(items_.front());
    items_.erase(items_.begin());
    return item;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Item> items_;
};

class Served {
 public:
  explicit Served(HttpHandler handler = echo, const HttpLimits& limits = {},
                  const HttpTls* tls = nullptr) {
    UniqueFd fd = listening_socket();
    sockaddr_in address{};
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
    auto started = HttpServer::start(std::move(fd), limits, tls, std::move(handler));
    REQUIRE_MESSAGE(started.ok(), (started.ok() ? "" : started.error().text));
    server = *std::move(started);
  }

  std::uint16_t port = 0;
  std::unique_ptr<HttpServer> server;
};

struct Read {
  unsigned status = 0;  ///< 0: no answer came.
  std::string head;
  std::string body;

  [[nodiscard]] bool has(const std::string& text) const {
    return head.find(text) != std::string::npos;
  }
};

/// One answer. `Connection` has receive(size), which gives fewer bytes at the end.
template <class Connection>
Read read_answer(Connection& client, bool to_head = false) {
  Read read;
  while (read.head.find("\r\n\r\n") == std::string::npos) {
    const std::string byte = client.receive(1);
    if (byte.empty()) return {};
    read.head += byte;
  }
  read.status = static_cast<unsigned>(std::stoul(read.head.substr(9, 3)));
  const std::size_t at = read.head.find("Content-Length: ");
  if (at != std::string::npos && !to_head)
    read.body = client.receive(std::stoul(read.head.substr(at + 16)));
  return read;
}

/// One request over a connection of its own.
inline Read ask(std::uint16_t port, const std::string& request) {
  Client client(port);
  client.send(request);
  return read_answer(client);
}

inline std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

}  // namespace quorate::test
