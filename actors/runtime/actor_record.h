// What is known about each actor: for the console, for metrics, for questions at three in the
// night.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace quorate {

/// Where an actor runs.
enum class ActorThread : std::uint8_t {
  io,    ///< The one that all sockets are served on.
  own,   ///< It may block.
  pool,  ///< The scheduler's.
};

/// The counters of one actor. Written by its senders (`enqueued`, `high_water`), by whoever looks
/// at it (`attention`) and by its own thread (the rest); read by anyone. An actor that is counted
/// by itself, on one thread, reads exact at any moment; across threads a message may be in between.
///
/// There is one for each of ten thousand idle connections.
struct ActorRecord {
  ActorRecord(std::uint64_t actor_id, std::uint64_t parent_id, std::uint32_t start_s)
      : id(actor_id), parent(parent_id), started_s(start_s) {}

  // Bits of `attention`.
  static constexpr std::uint32_t kinds = 1;   ///< Count the kinds of messages.
  static constexpr std::uint32_t times = 2;   ///< And time each of them.
  static constexpr std::uint32_t errand = 4;  ///< Added for each errand on its way.

  const std::uint64_t id;
  const std::uint64_t parent;     ///< Who spawned it; 0: no actor.
  const std::uint32_t started_s;  ///< On the steady clock.
  /// Not 0: messages are looked at one by one.
  std::atomic<std::uint32_t> attention{0};
  std::atomic<std::uint64_t> enqueued{0};
  std::atomic<std::uint64_t> handled{0};     ///< Taken from the mailbox and finished.
  std::atomic<std::uint64_t> io_events{0};   ///< Brokers: chunks, which bypass the mailbox.
  std::atomic<std::uint64_t> high_water{0};  ///< Largest depth ever seen by a sender.
  std::atomic<std::uint64_t> busy_ns{0};     ///< Spent in handlers.

  /// Messages waiting or being handled.
  [[nodiscard]] std::uint64_t depth() const {
    const auto done = handled.load(std::memory_order_acquire);
    const auto all = enqueued.load(std::memory_order_relaxed);
    return all > done ? all - done : 0;
  }
};

}  // namespace quorate
