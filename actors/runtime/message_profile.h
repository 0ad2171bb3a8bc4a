// What one actor handles, message by message, while somebody looks at it.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/flat_map.h"

namespace caf {
class type_erased_tuple;
}

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
};

/// Written by the actor's thread, read by who looks. At most `kinds_max` kinds and `last_max`
/// messages are kept.
class MessageProfile {
 public:
  static constexpr std::size_t kinds_max = 64;
  static constexpr std::size_t last_max = 200;
  static constexpr std::size_t times_max = 512;  ///< Of one kind.

  using Key = std::uint64_t;

  /// The kind of a message, which is named when it is first seen. To be asked before the message
  /// is handled, which may move its contents out.
  Key kind_of(const caf::type_erased_tuple& message);
  void count(Key kind);
  /// Counts it too.
  void time(Key kind, std::chrono::nanoseconds took, std::int64_t now_ms);

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
    std::int64_t at_ms;
    Key kind;
    std::uint64_t took_ns;
  };

  mutable std::mutex mutex_;
  FlatMap<Key, Counted> kinds_;
  std::deque<Timed> last_;
  std::uint64_t timed_ = 0;
};

}  // namespace quorate
