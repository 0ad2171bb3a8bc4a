// One server being asked what it is, without blocking.
#pragma once

#include <poll.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "client/dialer.h"
#include "client/inspect.h"
#include "client/wake_fd.h"

namespace quorate::client {

/// Dials, asks, and takes the answer. Whoever has it polls wanted() and calls advance().
class Inquiry {
 public:
  /// `wake` is rung when a name has been resolved.
  Inquiry(const Host& host, const std::shared_ptr<WakeFd>& wake);
  ~Inquiry();
  Inquiry(const Inquiry&) = delete;
  Inquiry& operator=(const Inquiry&) = delete;

  /// Goes on as far as possible without blocking.
  void advance();
  void give_up(Error error) { finish(std::move(error)); }

  [[nodiscard]] bool is_done() const { return done_; }
  /// What to wait for; a negative descriptor while a name is being resolved.
  [[nodiscard]] pollfd wanted() const;
  [[nodiscard]] Answer take_answer() { return std::move(answer_); }

 private:
  void finish(Result<Inspection> inspection);
  void hang_up();
  void dial();
  void receive();
  void on_input();

  Dialer dialer_;
  int fd_ = -1;
  bool done_ = false;
  std::vector<std::byte> input_;
  Answer answer_;
};

}  // namespace quorate::client
