#include "test/unit/actors/runtime/sockets.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <thread>

namespace quorate::test {

namespace {

constexpr int wait_ms = 10'000;

bool wait_for(int fd, short events) {
  pollfd item{fd, events, 0};
  return ::poll(&item, 1, wait_ms) > 0;
}

bool connect_to(int fd, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

UnconnectedClient::UnconnectedClient() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}

bool UnconnectedClient::connect(std::uint16_t port) { return connect_to(fd_.get(), port); }

Client::Client(std::uint16_t port, int receive_buffer)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) {
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  connected_ = connect_to(fd_.get(), port);
}

bool Client::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    if (!wait_for(fd_.get(), POLLOUT)) return false;
    const auto n =
        ::send(fd_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) continue;
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

std::string Client::receive(std::size_t size) {
  std::string result;
  std::array<char, 65536> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  while (result.size() < size && wait_for(fd_.get(), POLLIN)) {
    const auto n = ::recv(fd_.get(), chunk.data(), std::min(chunk.size(), size - result.size()), 0);
    if (n < 0) reset_ = errno == ECONNRESET;
    if (n <= 0) break;
    result.append(chunk.data(), static_cast<std::size_t>(n));
  }
  return result;
}

std::string Client::receive_all() { return receive(std::string::npos); }

void Client::half_close() { ::shutdown(fd_.get(), SHUT_WR); }

void Client::abort() {
  const linger reset{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  fd_.reset();
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace quorate::test
