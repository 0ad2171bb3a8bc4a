// One server being asked something, without blocking.
#pragma once

#include <poll.h>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "client/dialer.h"
#include "client/question.h"
#include "client/wake_fd.h"

namespace quorate::client {

/// Dials, asks, and takes the answer. Whoever has it polls wanted() and calls advance().
class Inquiry {
 public:
  /// `question` is a frame that stands instead of a Hello. `wake` is rung when a name has been
  /// resolved.
  Inquiry(const Host& host, std::span<const char> question, const std::shared_ptr<WakeFd>& wake);
  ~Inquiry();
  Inquiry(const Inquiry&) = delete;
  Inquiry& operator=(const Inquiry&) = delete;

  /// Goes on as far as possible without blocking.
  void advance();
  void give_up(Error error) { finish(std::move(error)); }

  [[nodiscard]] bool is_done() const { return done_; }
  /// What to wait for; a negative descriptor while a name is being resolved.
  [[nodiscard]] pollfd wanted() const;
  [[nodiscard]] Said take_said() { return std::move(said_); }

 private:
  void finish(Result<ServerMessage> message);
  void hang_up();
  void dial();
  void receive();
  void on_input();

  Dialer dialer_;
  std::vector<char> question_;
  int fd_ = -1;
  bool done_ = false;
  std::vector<std::byte> input_;
  Said said_;
};

}  // namespace quorate::client
