// What one actor handles, message by message, while somebody looks at it.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/flat_map.h"

namespace caf {
class mailbox_element;
class type_erased_tuple;
}  // namespace caf

namespace quorate {

/// Messages of one kind: types and atoms, never contents.
struct MessageKind {
  std::string message;
  std::uint64_t count = 0;
  std::vector<std::uint64_t> took_ns;  ///< Of the last that were timed, ascending.
};

/// A message that was timed.
struct TracedMessage {
  std::uint64_t number = 0;  ///< In the order of the actor's messages; from 1.
  std::int64_t at_ms = 0;    ///< When it was finished, since 1970.
  std::string message;
  std::uint64_t took_ns = 0;
  std::optional<std::uint64_t> wait_ns;  ///< In the mailbox; nothing: sent before the trace.
  std::uint64_t from = 0;                ///< The actor that sent it; 0: nobody said.
};

/// Written by the actor's thread and by its senders, read by who looks. At most `kinds_max` kinds
/// and `last_max` messages are kept, and the times of `sent_max` that wait.
class MessageProfile {
 public:
  static constexpr std::size_t kinds_max = 64;
  static constexpr std::size_t last_max = 200;
  static constexpr std::size_t times_max = 512;  ///< Of one kind.
  static constexpr std::size_t sent_max = 4096;

  using Key = std::uint64_t;
  using Clock = std::chrono::steady_clock;
  /// What is known of a message that was timed.
  struct Timing {
    std::chrono::nanoseconds took{0};
    std::optional<std::chrono::nanoseconds> wait;
    std::uint64_t from = 0;
    std::int64_t at_ms = 0;
  };

  /// By its sender: it is put into the mailbox now.
  void on_sent(const caf::mailbox_element* message);
  /// How long it has waited. A message that is skipped is asked about again.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> waited(const caf::mailbox_element* message,
                                                               Clock::time_point now) const;
  /// It is handled: its place in memory may be another's next.
  void forget(const caf::mailbox_element* message);
  /// A trace begins: what was sent before the last one ended is not known any more.
  void forget_all_sent();

  /// The kind of a message, which is named when it is first seen. To be asked before the message
  /// is handled, which may move its contents out.
  Key kind_of(const caf::type_erased_tuple& message);
  void count(Key kind);
  /// Counts it too.
  void time(Key kind, const Timing& timing);

  /// Most frequent first.
  [[nodiscard]] std::vector<MessageKind> kinds() const;
  /// Newest first; only those with a number above `after`.
  [[nodiscard]] std::vector<TracedMessage> last(std::uint64_t after = 0) const;

 private:
  struct Counted {
    std::string message;
    std::uint64_t count = 0;
    std::vector<std::uint64_t> took_ns;  ///< A ring, once it is full.
    std::size_t next = 0;
  };
  struct Timed {
    std::uint64_t number;
    Key kind;
    Timing timing;
  };

  mutable std::mutex mutex_;
  FlatMap<Key, Counted> kinds_;
  std::deque<Timed> last_;
  std::uint64_t timed_ = 0;
  FlatMap<const caf::mailbox_element*, Clock::time_point> sent_;
};

}  // namespace quorate
