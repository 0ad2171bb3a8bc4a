// What became of a server's role, and why: for people who ask afterwards.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/recent_ring.h"
#include "core/base/ids.h"
#include "core/base/recent_histogram.h"
#include "core/zab/effects.h"
#include "core/zab/election.h"
#include "core/zab/loss_reason.h"
#include "core/zab/standing.h"

namespace quorate {

enum class ElectionStep : std::uint8_t {
  started,    ///< The server itself.
  looking,    ///< What its last role asked for is on disk; it takes part in an election.
  elected,    ///< The election is over: it is to lead, or to follow.
  leading,    ///< A quorum has adopted its epoch.
  following,  ///< It is told so by the leader it follows.
  observing,  ///< Likewise, without a vote.
  left,       ///< It gave its role up.
};

/// As in `ElectionEvent` of console/openapi.yaml.
struct ElectionEvent {
  std::uint64_t seq = 0;
  std::int64_t at_ms = 0;  ///< Since 1970.
  ElectionStep event = ElectionStep::started;
  ServerId server;                   ///< Whose role it is.
  std::optional<ServerId> leader;    ///< Of `left`: the former one.
  std::optional<Epoch> epoch;        ///< Of `left`: only if it was established.
  Zxid zxid;                         ///< The last one logged then.
  std::optional<LossReason> reason;  ///< Of `left`.
  /// Since the event before.
  std::optional<std::chrono::milliseconds> lasted;
  std::vector<Vote> votes;  ///< Of `elected`.
  friend bool operator==(const ElectionEvent&, const ElectionEvent&) = default;
};

/// "looking".
[[nodiscard]] std::string_view to_string(ElectionStep step);

/// "server 2 stopped following 1: no word from the leader for 1.0 s".
[[nodiscard]] std::string text_of(const ElectionEvent& event);

/// How often what happened to one server, since its start.
struct ElectionTotals {
  std::uint64_t looking = 0;  ///< Times that it began to look for a leader.
  std::uint64_t leading = 0, following = 0, observing = 0;  ///< How that ended.
  /// From the first look for a leader until there was one, over all attempts in between.
  RecentHistogram::Totals took;
  std::optional<std::chrono::milliseconds> leads_since;  ///< On the monotonic clock; it leads.
};

/// The last events of one server, and how many there were of each kind. Told by its actors, read by
/// any thread.
class ElectionTimeline {
 public:
  static constexpr std::size_t events_max = 512;

  /// From proposal.
  void on_started(const Standing& standing, const ClockReading& now);
  void on_left(LossReason reason, const Standing& standing, const ClockReading& now);
  void on_role(const Role& role, const Standing& standing, const ClockReading& now);
  /// From election.
  void on_elected(ServerId leader, std::vector<Vote> votes, const ClockReading& now);

  [[nodiscard]] std::vector<ElectionEvent> newest(std::size_t most) const {
    return events_.newest(most);
  }
  [[nodiscard]] ElectionTotals totals() const;
  /// See RecentRing.
  [[nodiscard]] RecentRing<ElectionEvent>& ring() { return events_; }
  [[nodiscard]] const RecentRing<ElectionEvent>& ring() const { return events_; }

 private:
  void add(ElectionEvent event, const ClockReading& now);
  void count(ElectionStep step, const ClockReading& now);

  mutable std::mutex mutex_;
  ServerId server_;
  Zxid zxid_;  ///< As last told by proposal.
  Role role_;  ///< Likewise.
  std::optional<std::chrono::milliseconds> last_;
  ElectionTotals totals_;  ///< Without `took`.
  std::optional<std::chrono::milliseconds> looks_since_;
  RecentHistogram took_;
  RecentRing<ElectionEvent> events_{events_max};
};

}  // namespace quorate
