// Plain blocking sockets and descriptor counts, to test the runtime from the outside.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "actors/runtime/unique_fd.h"

namespace quorate::test {

/// A client on the loopback. Every wait is bounded by ten seconds.
class Client {
 public:
  /// `receive_buffer`: bytes of the kernel's buffer, 0 for the default; small to be a slow reader.
  explicit Client(std::uint16_t port, int receive_buffer = 0);

  [[nodiscard]] bool connected() const { return connected_; }
  bool send(const std::string& bytes);
  /// Exactly `size` bytes, or fewer if the stream ends or nothing comes.
  std::string receive(std::size_t size);
  /// Until the peer's end; `reset()` says how it ended.
  std::string receive_all();
  [[nodiscard]] bool reset() const { return reset_; }
  void half_close();
  void close() { fd_.reset(); }
  /// Closes so that the peer sees a reset.
  void abort();
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
  bool connected_ = false;
  bool reset_ = false;
};

/// A socket made ahead of its use, for when no more can be made.
class UnconnectedClient {
 public:
  UnconnectedClient();
  bool connect(std::uint16_t port);

 private:
  UniqueFd fd_;
};

/// Descriptors that this process has open.
std::size_t open_descriptors();

/// Polls until `condition` holds; false if it does not within ten seconds.
bool eventually(const std::function<bool()>& condition);

}  // namespace quorate::test
