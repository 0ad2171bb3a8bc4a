// A listening socket of the own I/O backend.
#pragma once

#include <caf/io/doorman.hpp>
#include <caf/io/network/event_handler.hpp>
#include <string>

#include "actors/runtime/unique_fd.h"

namespace quorate {

class IoBackend;

/// Accepts in bursts, applies the connection caps, and rests instead of spinning when the process
/// has no descriptors left. Options of the listening socket (TCP_NODELAY, keep-alive) are inherited
/// by what it accepts, so a connection costs no system calls but accept and its registration.
class IoDoorman final : public caf::io::doorman {
 public:
  IoDoorman(IoBackend& backend, UniqueFd fd);

  // caf::io::doorman
  void launch() override { add_to_loop(); }
  bool new_connection() override { return false; }
  void graceful_shutdown() override;
  std::string addr() const override;
  uint16_t port() const override;
  void add_to_loop() override;
  void remove_from_loop() override;

 private:
  friend class IoBackend;

  class Socket final : public caf::io::network::event_handler {
   public:
    Socket(IoBackend& backend, int fd, IoDoorman& doorman);
    void handle_event(caf::io::network::operation op) override;
    void removed_from_loop(caf::io::network::operation) override {}
    void graceful_shutdown() override {}
    void close();

   private:
    IoDoorman& doorman_;
  };

  void accept_burst();
  /// Returns false when there is nothing more to accept at the moment.
  bool accept_one();
  [[nodiscard]] bool is_admitted(const std::string& peer) const;
  bool on_accept_error(int error);
  void shed_one();
  void end_rest();
  void watch(bool on);
  void close_now();

  IoBackend& backend_;
  Socket socket_;
  std::uint16_t port_;
  bool accepting_ = false;  ///< The broker wants connections.
  bool resting_ = false;    ///< Until the backend's timer.
  bool watching_ = false;
  bool queued_ = false;
};

}  // namespace quorate
