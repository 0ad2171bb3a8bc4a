// What is known about each actor: for the console, for metrics, for questions at three in the
// night.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/flat_map.h"

namespace quorate {

/// The counters of one actor. Written by its senders (`enqueued`, `high_water`) and by its own
/// thread (the rest); read by anyone. An actor that is counted by itself, on one thread, reads
/// exact at any moment; across threads a message may be in between.
struct ActorRecord {
  explicit ActorRecord(std::uint64_t actor_id) : id(actor_id) {}

  const std::uint64_t id;
  std::atomic<std::uint64_t> enqueued{0};
  std::atomic<std::uint64_t> handled{0};     ///< Taken from the mailbox and finished.
  std::atomic<std::uint64_t> io_events{0};   ///< Brokers: chunks, which bypass the mailbox.
  std::atomic<std::uint64_t> high_water{0};  ///< Largest depth ever seen by a sender.
  std::atomic<std::uint64_t> busy_ns{0};     ///< Spent in handlers.
  std::atomic<bool> trace{false};            ///< Report every message to the registry's sink.

  /// Messages waiting or being handled.
  [[nodiscard]] std::uint64_t depth() const {
    const auto done = handled.load(std::memory_order_acquire);
    const auto all = enqueued.load(std::memory_order_relaxed);
    return all > done ? all - done : 0;
  }
};

/// One line of the console's list of actors.
struct ActorSnapshot {
  std::uint64_t id = 0;  ///< 0 when not alive.
  std::string name;
  bool alive = true;
  std::uint64_t enqueued = 0, handled = 0, depth = 0, high_water = 0, io_events = 0, busy_ns = 0;
  std::uint64_t restarts = 0;    ///< Of the actors of this name.
  std::string last_exit_reason;  ///< Of the last one of this name that died; empty if none did.
  bool trace = false;
};

/// One traced message: who handled what, and how long it took.
struct TraceEvent {
  std::uint64_t actor = 0;
  std::string_view actor_name;
  std::string_view message;  ///< Types and atoms, never contents.
  std::uint64_t took_ns = 0;
};

/// All observed actors of a process. Thread-safe; owned by the System, found by actors through
/// their SystemConfig. Nothing is counted here, only listed: it is locked when an actor starts or
/// ends and when somebody looks.
class ActorRegistry {
 public:
  using TraceSink = std::function<void(const TraceEvent&)>;

  /// A record that is not listed yet. Its name is known only once the actor runs.
  [[nodiscard]] std::shared_ptr<ActorRecord> make_record(std::uint64_t actor_id) const;
  void started(const std::shared_ptr<ActorRecord>& record, std::string name);
  void ended(const ActorRecord& record, std::string reason);
  /// The supervisor started the actors of this name again.
  void restarted(const std::string& name);

  /// Living actors, oldest first; then one line per name of which none is alive any more.
  [[nodiscard]] std::vector<ActorSnapshot> list() const;
  /// Only those of one name.
  [[nodiscard]] std::vector<ActorSnapshot> list(std::string_view name) const;
  /// False if no living actor has this id.
  bool set_trace(std::uint64_t actor_id, bool on);

  /// Receives trace events, on the threads of the traced actors; must not block or throw.
  void set_trace_sink(TraceSink sink);
  void emit(const TraceEvent& event) const;

 private:
  struct Listed {
    std::shared_ptr<ActorRecord> record;
    std::string name;
  };
  struct History {
    std::uint64_t restarts = 0;
    std::string last_exit_reason;
  };

  [[nodiscard]] ActorSnapshot snapshot(const Listed& listed) const;

  mutable std::mutex mutex_;
  FlatMap<std::uint64_t, Listed> actors_;
  TextMap<History> history_;  ///< By name, of which there are few.
  std::shared_ptr<const TraceSink> sink_;
};

}  // namespace quorate
