// When a supervised actor dies: who is started again, in which order, and when that stops helping.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace quorate {

enum class OnDeath : std::uint8_t {
  restart,             ///< One for one: it alone.
  restart_with_later,  ///< Rest for one: those listed behind it depend on it, so they too.
  restart_if_failed,   ///< It alone, but not if it ended normally.
  leave,               ///< It stays dead.
  escalate,            ///< Nothing works without it.
};

/// More restarts than this within the time mean that restarting does not help.
struct RestartLimit {
  std::size_t restarts_max = 5;
  std::chrono::nanoseconds within = std::chrono::seconds(30);
};

/// What the supervisor must do next; nothing of it has happened yet.
struct RestartDecision {
  std::vector<std::size_t> stop;   ///< In this order; their deaths are reported back.
  std::vector<std::size_t> start;  ///< In this order; counted as running from now on.
  bool escalate = false;           ///< Stop everything and give up.

  friend bool operator==(const RestartDecision&, const RestartDecision&) = default;
};

/// The rules of one supervisor. Children are numbered in the order in which they start; what starts
/// later may depend on what started earlier. Deterministic; time is passed in.
///
///   running --asked to stop--> stopping --died--> down --all asked are down--> running
///      \--------------------- died ---------------^
///
/// Invariant: while a child is stopping nothing is started, so a child never meets the former
/// incarnation of what it depends on.
class RestartPolicy {
 public:
  /// All children count as down.
  RestartPolicy(std::vector<OnDeath> children, RestartLimit limit);

  /// Starts everything, in order.
  RestartDecision start_all();

  /// `child` died; `failed` unless it ended normally. Deaths that were asked for are expected and
  /// do not count as restarts. REQUIRES: the child is not down; now does not go back.
  RestartDecision on_death(std::size_t child, bool failed, std::chrono::nanoseconds now);

  [[nodiscard]] bool is_running(std::size_t child) const;
  /// Whether one more death would be answered with a restart, and not be one too many.
  [[nodiscard]] bool has_room(std::chrono::nanoseconds now) const;

 private:
  enum class State : std::uint8_t { down, running, stopping };

  bool is_above_limit(std::chrono::nanoseconds now);
  RestartDecision start_if_all_stopped(RestartDecision decision);

  std::vector<OnDeath> rules_;
  std::vector<State> states_;
  std::vector<bool> to_start_;
  RestartLimit limit_;
  std::deque<std::chrono::nanoseconds> restarts_;  ///< At most restarts_max, oldest first.
  bool given_up_ = false;
};

}  // namespace quorate
