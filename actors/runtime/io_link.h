// One socket of the own I/O backend: what the runtime calls a link and CAF a scribe.
#pragma once

#include <caf/io/network/event_handler.hpp>
#include <caf/io/scribe.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/runtime/counter.h"
#include "actors/runtime/socket_address.h"
#include "actors/runtime/unique_fd.h"

namespace quorate {

class IoBackend;

/// Why a link ended.
enum class CloseReason : std::uint8_t {
  none,          ///< Still open.
  peer,          ///< The peer closed or half-closed its side.
  error,         ///< The network failed (reset, timeout).
  output_limit,  ///< The peer did not read what it asked for.
  forced,
  graceful,
  deadline,  ///< A graceful close took too long.
};

/// Costs two system calls per chunk: one receive when the socket is readable, one send at the end
/// of the turn. An event only queues the link with the backend; the backend's loop decides when it
/// is served. Belongs to the I/O thread, but for the counters.
///
///   open --close(graceful)/eof--> draining --all sent--> lingering --peer's end--> closed
///     \--forced, error, limit------------------ or deadline --------------------------^
///
/// While draining and lingering the link has no broker; incoming bytes are discarded, so that the
/// kernel does not answer the peer's late bytes with a reset that would destroy our last reply.
class IoLink final : public caf::io::scribe {
 public:
  IoLink(IoBackend& backend, UniqueFd fd, caf::io::connection_handle handle, IpEndpoint peer,
         bool accepted);
  ~IoLink() override;

  // caf::io::scribe
  void configure_read(caf::io::receive_policy::config) override;
  void ack_writes(bool enable) override;
  std::vector<char>& wr_buf() override;
  std::vector<char>& rd_buf() override { return chunk_; }
  void flush() override;
  void graceful_shutdown() override;
  std::string addr() const override;
  uint16_t port() const override;
  void add_to_loop() override;
  void remove_from_loop() override;

  /// Drops unsent bytes, resets the connection and frees the descriptor before it returns.
  void close_now(CloseReason reason);

  /// Served before the pinned actors and the clients' links.
  void set_peer_link(bool yes) { peer_link_ = yes; }
  [[nodiscard]] bool is_peer_link() const { return peer_link_; }
  void set_output_limit(std::size_t bytes) { output_limit_ = bytes; }
  /// Sends one data_transferred_msg to the broker whenever the unsent bytes fall from above to at
  /// most this many.
  void notify_below(std::size_t bytes);

  [[nodiscard]] std::size_t unsent_bytes() const { return output_.size() - sent_; }
  [[nodiscard]] CloseReason close_reason() const { return reason_; }
  [[nodiscard]] bool is_open() const { return state_ == State::open; }
  [[nodiscard]] bool was_accepted() const { return accepted_; }
  void count_frames(std::size_t in, std::size_t out);

  Counter bytes_in, bytes_out, frames_in, frames_out;

 private:
  friend class IoBackend;

  enum class State : std::uint8_t { open, draining, lingering, closed };
  using Clock = std::chrono::steady_clock;

  class Socket final : public caf::io::network::event_handler {
   public:
    Socket(caf::io::network::default_multiplexer& backend, int fd, IoLink& link);
    void handle_event(caf::io::network::operation op) override;
    void removed_from_loop(caf::io::network::operation) override {}
    void graceful_shutdown() override {}
    void close();

   private:
    IoLink& link_;
  };

  // Called by the backend's loop, never from within an event.
  void serve_readable();
  void send_output();
  [[nodiscard]] bool is_past_deadline(Clock::time_point now) const { return now >= deadline_; }

  void deliver(std::size_t size);
  void discard(ssize_t size);
  void drain(CloseReason reason);
  void continue_close();
  void end(CloseReason reason);
  void tell_owner();
  void watch(caf::io::network::operation op, bool on);
  void output_sent(std::size_t before);

  IoBackend& backend_;
  Socket socket_;
  std::vector<char> output_;  ///< From sent_ on: not yet accepted by the kernel.
  std::vector<char> chunk_;   ///< On loan from the backend while a chunk is delivered.
  std::size_t sent_ = 0;
  std::size_t output_limit_;
  std::size_t notify_below_ = 0;
  Clock::time_point deadline_ = Clock::time_point::max();
  IpEndpoint peer_;
  State state_ = State::open;
  CloseReason reason_ = CloseReason::none;
  bool accepted_;
  bool peer_link_ = false;
  bool reading_ = false;          ///< The broker wants bytes.
  bool watching_read_ = false;    ///< Registered with epoll.
  bool watching_write_ = false;   ///< The kernel's buffer was full.
  bool queued_readable_ = false;  ///< In one of the backend's ready lists.
  bool queued_dirty_ = false;     ///< In the backend's list of links to send.
  bool eof_ = false;
  bool ack_writes_ = false;
  bool notify_armed_ = false;
};

}  // namespace quorate
