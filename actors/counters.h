// What a server counts, about its clients above all; written on the I/O thread, read by any.
#pragma once

#include <algorithm>
#include <cstdint>

#include "actors/request_gauge.h"
#include "actors/runtime/counter.h"
#include "core/base/recent_histogram.h"

namespace quorate {

/// How long requests took, from their receipt to their replies; in milliseconds.
struct Latency {
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  std::uint64_t sum = 0;
  std::uint64_t count = 0;
  [[nodiscard]] double average() const {
    return count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(count);
  }
  friend bool operator==(const Latency&, const Latency&) = default;
};

/// A Latency with a single writer.
class LatencyCounter {
 public:
  void add(std::uint64_t took) {
    min_.set(count_.get() == 0 ? took : std::min(min_.get(), took));
    max_.set(std::max(max_.get(), took));
    sum_.add(took);
    count_.add();
  }
  /// For the writer.
  void reset() {
    for (Counter* counter : {&min_, &max_, &sum_, &count_}) counter->set(0);
  }
  [[nodiscard]] Latency read() const { return {min_.get(), max_.get(), sum_.get(), count_.get()}; }

 private:
  Counter min_, max_, sum_, count_;
};

/// Totals since the start, but for the latency and the gauges.
struct ServerCounters {
  Counter requests, replies, events;
  Counter connections_open, outstanding;  ///< Gauges, half a second old at most.
  LatencyCounter latency;                 ///< Of requests since it was reset.
  RequestGauge gauge;                     ///< Likewise, of late and since the start.
  Counter welcomes;
  Counter words;  ///< Four-letter words that were answered.
  Counter sessions_opened, sessions_resumed;
  Counter paused_outstanding;  ///< A connection was not read on, for all together owed too much.
  // Connections that were closed when they came.
  Counter refused_in_total;     ///< Above connections_max.
  Counter refused_per_address;  ///< Above connections_per_ip_max.
  // Why connections were closed, each exactly once.
  Counter closed_by_client;         ///< The session was closed, or the peer went away.
  Counter closed_unknown_protocol;  ///< The first bytes begin no protocol.
  Counter closed_inspected;         ///< Told how things stand.
  Counter closed_malformed;         ///< A frame that cannot be decoded, or out of place.
  Counter closed_too_large;         ///< A frame above the limit.
  Counter closed_version;           ///< No common version, or a request of unknown type.
  Counter closed_auth;
  Counter closed_session;      ///< Expired, moved or refused.
  Counter closed_slow_reader;  ///< Left too much unread.
  Counter closed_handshake_timeout;
  Counter closed_stopping;
  /// Times that this server was found to differ, or found that another one does, or that nobody
  /// knows who. Written by proposal.
  Counter digests_different;
  RecentHistogram syncs;   ///< Of the log; written by the journal.
  RecentHistogram images;  ///< How long it took to bring the image forward; by the snapshotter.
};

/// Frames, and words, of clients.
struct PacketCounts {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
};

[[nodiscard]] inline PacketCounts packets(const ServerCounters& counters) {
  const std::uint64_t hellos = counters.sessions_opened.get() + counters.sessions_resumed.get();
  return {counters.requests.get() + hellos + counters.words.get(),
          counters.replies.get() + counters.events.get() + counters.welcomes.get() +
              counters.words.get()};
}

}  // namespace quorate
