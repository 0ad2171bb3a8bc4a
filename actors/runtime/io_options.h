// The limits of the I/O thread and what it counts.
#pragma once

#include <chrono>
#include <cstddef>

#include "actors/runtime/counter.h"

namespace quorate {

/// Fixed when the actor system is built.
struct IoOptions {
  /// Most bytes that one receive brings, and so the most that one message to a connection holds.
  std::size_t read_chunk_bytes = std::size_t{32} << 10;
  /// After this much work the loop sends what is due and looks for new events.
  std::chrono::microseconds turn{5000};
  /// How long a gracefully closed link may take to drain and to see the peer's end.
  std::chrono::milliseconds graceful_close{3000};
  /// How long accepting rests after the process ran out of descriptors.
  std::chrono::milliseconds accept_pause{100};
  /// A link whose peer leaves more than this unread is reset. Set per link with set_output_limit().
  std::size_t output_limit_bytes = std::size_t{16} << 20;
  /// Most connections taken from one listening socket in a turn.
  std::size_t accepts_per_turn = 64;
};

/// Written by the I/O thread, read by any. Totals since the start, but for the gauges.
struct IoCounters {
  Counter bytes_in, bytes_out;
  Counter frames_in, frames_out;   ///< As told by the links' owners.
  Counter receives, sends, polls;  ///< System calls.
  Counter wakes;                   ///< Times another thread woke the loop.
  Counter turns, tasks;            ///< Loop turns, and actor resumptions in them.
  Counter busy_ns;                 ///< Spent outside of polling.
  Counter accepted;
  Counter refused_by_admission;   ///< Reset because the admission function said no.
  Counter refused_no_descriptor;  ///< Closed at once because descriptors ran out.
  Counter accept_pauses;
  Counter closed_by_peer, closed_by_error, closed_by_output_limit, closed_forced;
  Counter closed_graceful, closed_by_deadline;
  Counter links_open;     ///< Gauge: sockets of links, closing ones included.
  Counter accepted_open;  ///< Gauge: those of them that were accepted here.
};

}  // namespace quorate
