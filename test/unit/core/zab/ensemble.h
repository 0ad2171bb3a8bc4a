// Whole ensembles of the machines of core/zab in one seeded loop: no sockets, no threads, no clock.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace quorate::sim {

/// Mistakes that others have made. Each is made around the machines, where their owner would make
/// it; the checks must notice.
enum class Fault {
  none,
  ack_before_sync,          ///< The journal reports what it has not synced.
  commit_on_minority,       ///< The leader hears acks that nobody sent.
  acks_counted_by_arrival,  ///< Each ack counts for another voter.
  apply_before_commit,      ///< What is logged is applied.
  truncate_forgotten,       ///< A cut is not carried out.
  epoch_before_log,         ///< The promise is stored before the log that it depends on.
  adopted_before_synced,    ///< The promise is reported before the history is synced.
  fence_off,                ///< Who lost its synced tail does not know.
  successor_forgotten,      ///< Nobody hears to whom a leader has handed over.
};

/// The faults by their names, in the order of the enumeration.
constexpr std::array<std::string_view, 10> fault_names{"none",
                                                       "ack_before_sync",
                                                       "commit_on_minority",
                                                       "acks_counted_by_arrival",
                                                       "apply_before_commit",
                                                       "truncate_forgotten",
                                                       "epoch_before_log",
                                                       "adopted_before_synced",
                                                       "fence_off",
                                                       "successor_forgotten"};

struct Plan {
  std::uint64_t seed = 1;
  Fault fault = Fault::none;
  /// Gets each line of the trace when it happens: a check() that aborts takes nothing along.
  std::function<void(const std::string& line)> trace;
};

/// Why a run failed, and what happened in it.
struct Verdict {
  std::optional<std::string> failure;
  std::uint64_t committed = 0;
  std::uint64_t elections = 0;
  std::uint64_t images = 0;
  std::uint64_t cuts = 0;
  std::uint64_t amnesias = 0;
};

/// Runs one seed: an ensemble of 3 or 5 under loss, delay, reorder, duplicates, one-way cuts,
/// crashes between any two fields of Effects, loss of unsynced (and, on a minority, synced) log,
/// restarts and pauses; then heals everything and wants an ensemble that serves and agrees.
[[nodiscard]] Verdict run(const Plan& plan);

}  // namespace quorate::sim
