// The multiplexer of the server: one thread that runs all sockets and all pinned actors.
#pragma once

#include <caf/io/network/default_multiplexer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/runtime/io_link.h"
#include "actors/runtime/io_options.h"
#include "actors/runtime/run_queue.h"
#include "core/base/flat_map.h"

namespace quorate {

class IoDoorman;

/// CAF's network backend, ours. Loaded by SystemConfig; actors meet it through BrokerLink.
///
/// A turn of the loop: rounds of (peer links, pinned actors, new connections, clients' links) until
/// nothing is left or IoOptions::turn is spent; then everything written is sent; then the kernel is
/// asked for events, without waiting if work remains. Within a round every ready link is served one
/// chunk and every ready actor one resumption, so none starves another.
///
/// Handles of links are serial numbers and never reused, unlike the stock backend's, which are file
/// descriptors: a late reply cannot reach the next client.
class IoBackend final : public caf::io::network::default_multiplexer {
 public:
  /// Takes options and counters from the system's SystemConfig, or defaults.
  explicit IoBackend(caf::actor_system* system);
  ~IoBackend() override;

  /// The backend of `system`, or null if it runs on another one or without I/O.
  static IoBackend* of(caf::actor_system& system);

  // caf::io::network::multiplexer
  caf::io::scribe_ptr new_scribe(caf::io::network::native_socket fd) override;
  caf::io::doorman_ptr new_doorman(caf::io::network::native_socket fd) override;
  void exec_later(caf::resumable* task) override;
  supervisor_ptr make_supervisor() override;
  bool try_run_once() override;
  void run_once() override;
  void run() override;

  /// Asked on the I/O thread for each connection accepted on `port` with the peer's address; false
  /// resets it. Set before listening, or from the I/O thread.
  using Admission = std::function<bool(const std::string& peer_address)>;
  void set_admission(std::uint16_t port, Admission admission) {
    admissions_[port] = std::move(admission);
  }

  [[nodiscard]] const IoOptions& options() const { return options_; }
  [[nodiscard]] IoCounters& counters() { return *counters_; }

  /// The link behind a handle, null when it is gone. I/O thread only.
  [[nodiscard]] IoLink* find(caf::io::connection_handle handle);

 private:
  friend class IoLink;
  friend class IoDoorman;
  using Clock = std::chrono::steady_clock;
  using LinkPtr = caf::intrusive_ptr<IoLink>;
  using DoormanPtr = caf::intrusive_ptr<IoDoorman>;

  /// A descriptor that only wakes the loop: the eventfd and the timerfd.
  class Signal final : public caf::io::network::event_handler {
   public:
    Signal(IoBackend& backend, int fd, void (IoBackend::*on_signal)());
    void handle_event(caf::io::network::operation op) override;
    void removed_from_loop(caf::io::network::operation) override {}
    void graceful_shutdown() override {}

   private:
    IoBackend& owner_;
    void (IoBackend::*on_signal_)();
  };

  // For links and doormen.
  LinkPtr add_link(UniqueFd fd, IpEndpoint peer, bool accepted);
  void remove_link(IoLink& link);
  void queue_readable(IoLink& link);
  void queue_dirty(IoLink& link);
  void queue_closing(IoLink& link);
  void queue_accepting(IoDoorman& doorman);
  void pause_accepting(IoDoorman& doorman);
  static int open_spare();
  void apply_registrations() { handle_internal_events(); }
  std::vector<char> borrow_buffer();
  void return_buffer(std::vector<char> buffer);
  /// Reads the next chunk into a shared buffer; the result points into it.
  [[nodiscard]] char* chunk_buffer() { return chunk_.get(); }

  // The loop.
  void turn(bool may_block);
  void serve(std::vector<LinkPtr>& ready, Clock::time_point until);
  void run_tasks(Clock::time_point until);
  void run_task(caf::resumable* task);
  void accept_connections();
  void send_dirty();
  [[nodiscard]] bool has_work() const;
  void on_wake() { counters_->wakes.add(); }
  void on_timer();
  void arm_timer();
  void shut_down();
  void close_sockets();

  IoOptions options_;
  std::shared_ptr<IoCounters> counters_;
  std::map<std::uint16_t, Admission> admissions_;  ///< By local port.
  Signal wake_;
  Signal timer_;
  UniqueFd spare_;  ///< Given up for a moment to accept and close when descriptors run out.
  std::unique_ptr<char[]> chunk_;
  std::vector<std::vector<char>> buffers_;            ///< Emptied output buffers, kept for reuse.
  std::int64_t next_handle_ = std::int64_t{1} << 32;  ///< Above any descriptor.
  FlatMap<std::int64_t, LinkPtr> links_;
  std::vector<LinkPtr> ready_peers_, ready_clients_, dirty_, closing_, serving_;
  std::vector<DoormanPtr> doormen_, accepting_, paused_;
  RunQueue tasks_;
  bool timer_armed_ = false;
  bool shut_down_ = false;
};

}  // namespace quorate
