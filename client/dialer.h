// Opens a TCP connection without blocking: resolves the name anew, then tries its addresses.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client/host_list.h"
#include "client/wake_fd.h"

namespace quorate::client {

/// One dial at a time. Names are resolved on a thread of their own, since the system's resolver
/// blocks for as long as it likes; numeric addresses are not.
class Dialer {
 public:
  enum class Progress : std::uint8_t { idle, pending, connected, failed };

  /// `wake` is rung when a name has been resolved.
  explicit Dialer(std::shared_ptr<WakeFd> wake);
  ~Dialer();
  Dialer(const Dialer&) = delete;
  Dialer& operator=(const Dialer&) = delete;

  /// Gives up what was under way.
  void start(const Host& host);
  void cancel();

  /// Goes on as far as possible without blocking; called after start(), after the wake-up, and
  /// when fd() is writable.
  Progress advance();

  /// The socket that is connecting, to be polled for writing; -1 while there is none.
  [[nodiscard]] int fd() const { return fd_; }
  /// After `connected`: the socket, now the caller's.
  [[nodiscard]] int take();
  /// After `failed`: why.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  struct Resolution;

  Progress connect_next();
  Progress fail(std::string why);

  std::shared_ptr<WakeFd> wake_;
  std::shared_ptr<Resolution> resolution_;  ///< Shared with the thread that resolves.
  std::size_t next_address_ = 0;
  int fd_ = -1;
  Progress progress_ = Progress::idle;
  std::string failure_;
};

}  // namespace quorate::client
