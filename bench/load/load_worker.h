// One thread of the load: its connections, its epoll, its histograms.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "bench/bare/canned.h"
#include "bench/load/expectation.h"
#include "bench/load/load.h"
#include "bench/load/pending_ring.h"
#include "bench/load/request_template.h"
#include "bench/load/session.h"

namespace quorate::bench {

/// When the load begins, when counting begins and ends. Set before the workers are released; the
/// end may be moved nearer later.
struct LoadTimes {
  Nanoseconds start = 0;
  Nanoseconds window_begin = 0;
  std::atomic<Nanoseconds> window_end = 0;
};

class LoadWorker {
 public:
  /// Drives the connections `first`, `first + step` ... of options.connections. `stats`: of all
  /// nodes, as set-up left them. `failed` is shared: whoever fails stops all.
  LoadWorker(const LoadOptions& options, const NodeSet& nodes, const std::vector<Stat>& stats,
             std::size_t first, std::size_t step, std::atomic<bool>& failed);

  /// Opens the sessions, each up to date with the nodes as set-up left them.
  Status open();
  /// The load, until window_end; then waits for what is unanswered and ends the sessions. `times`
  /// lives as long.
  Status run(const LoadTimes& times);

  /// Right replies so far; may be asked by another thread.
  [[nodiscard]] std::uint64_t reads() const { return reads_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t writes() const { return writes_.load(std::memory_order_relaxed); }

  /// After run(): latencies of the window. Closed loop: of replies that came in it; open loop: of
  /// requests that were due in it.
  [[nodiscard]] const Histogram& read_ns() const { return read_ns_; }
  [[nodiscard]] const Histogram& write_ns() const { return write_ns_; }

 private:
  /// The requests of a connection that are unanswered, oldest first.
  struct Lane {
    std::size_t number = 0;  ///< Among all connections of the run.
    std::uint64_t issued = 0;
    PendingRing pending;
  };

  [[nodiscard]] bool is_open_loop() const { return options_.rate > 0; }
  [[nodiscard]] Nanoseconds window_end() const {
    return times_->window_end.load(std::memory_order_relaxed);
  }
  [[nodiscard]] Nanoseconds due_of(const Lane& lane) const;
  [[nodiscard]] std::uint32_t pick_node(const Lane& lane);
  void issue(std::size_t at, Nanoseconds due);
  /// Issues what the connection may send now, and sends it.
  Status refill(std::size_t at, Nanoseconds now);
  Status on_ready(std::size_t at);
  Status on_frame(std::size_t at, std::span<const std::byte> frame, Nanoseconds now);
  void count(const PendingRequest& answered, Nanoseconds now);
  Status judge(Session& session, std::span<const std::byte> frame, const PendingRequest& pending);
  /// How long nothing is due.
  [[nodiscard]] Nanoseconds idle_time(Nanoseconds now) const;
  Status drain();
  /// Another server may not have applied yet what set-up wrote.
  Status sync_all();
  Status step(Nanoseconds wait);

  const LoadOptions& options_;
  const NodeSet& nodes_;
  std::size_t first_;
  std::size_t step_;
  std::atomic<bool>& failed_;
  RequestTemplate get_;
  RequestTemplate set_;
  std::unique_ptr<Expectation> expectation_;  ///< Against a server.
  std::unique_ptr<CannedFrames> canned_;      ///< Against a bare responder.
  std::unique_ptr<Poller> poller_;
  ReadBuffer buffer_;
  Sessions sessions_;
  std::vector<Lane> lanes_;  ///< One per session.
  std::mt19937_64 random_;
  const LoadTimes* times_ = nullptr;
  bool issuing_ = true;
  std::atomic<std::uint64_t> reads_{0};
  std::atomic<std::uint64_t> writes_{0};
  Histogram read_ns_;
  Histogram write_ns_;
};

}  // namespace quorate::bench
