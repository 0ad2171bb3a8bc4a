// How busy each actor is, and how long messages wait for it: from looking once a second.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/runtime/actor_registry.h"
#include "core/base/flat_map.h"

namespace quorate {

struct ActorRow {
  ActorSnapshot actor;
  double messages_per_s = 0;
  double io_per_s = 0;
  double busy_percent = 0;
  std::optional<std::chrono::microseconds> wait;      ///< Of the last probe that came back.
  std::optional<std::chrono::microseconds> wait_max;  ///< Of the last minute.
  bool stuck = false;  ///< A probe has been on its way for two seconds.
};

/// Sends a probe to each actor that is no client's connection with every tick, and takes the
/// difference of its counters. Connections, of which there may be very many, are looked at only
/// while somebody asks for them. Not for several threads.
class ActorSampler {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::string_view connection_name = "connection";

  explicit ActorSampler(ActorRegistry& registry);

  /// Once a second.
  void tick(Clock::time_point now);

  /// As of the last tick, oldest actor first; the dead at the end.
  [[nodiscard]] const std::vector<ActorRow>& rows() const { return rows_; }
  /// Null when no living actor has this id. Connections are looked up when they are asked for.
  [[nodiscard]] std::optional<ActorRow> row_of(std::uint64_t actor) const;
  /// They will be among the rows from the next tick on, for ten seconds.
  void want_connections(Clock::time_point now);

  struct KindRow {
    MessageKind kind;
    double per_s = 0;
  };
  /// Counts the actor's kinds of messages for the next ten seconds; those counted so far.
  std::vector<KindRow> look_at(std::uint64_t actor, Clock::time_point now);
  /// Times each of the actor's messages until then. False: it does not live.
  bool trace(std::uint64_t actor, Clock::time_point until);
  [[nodiscard]] std::optional<Clock::time_point> traced_until(std::uint64_t actor) const;

  static constexpr std::size_t news_of_actor_max = 100;
  static constexpr std::size_t news_max = 200;
  struct TraceNews {
    std::uint64_t actor = 0;
    TracedMessage message;
  };
  /// What traced actors handled since the last call, in their order; of more than there is room for
  /// the newest, which their numbers tell.
  [[nodiscard]] std::vector<TraceNews> take_trace_news();

 private:
  struct Sample {
    Clock::time_point at;
    std::uint64_t handled = 0, io_events = 0, busy_ns = 0;
  };
  /// Written by the actors' threads.
  struct Probes {
    struct Probe {
      std::optional<Clock::time_point> under_way;
      std::optional<std::chrono::microseconds> last;
      std::deque<std::pair<Clock::time_point, std::chrono::microseconds>> recent;
    };
    std::mutex mutex;
    FlatMap<std::uint64_t, Probe> of;
  };
  struct Watched {
    Clock::time_point looked_at;
    std::optional<Clock::time_point> traced_until;
    std::uint64_t told = 0;                       ///< The last message that was taken.
    std::map<std::string, std::uint64_t> counts;  ///< At the last tick.
    std::map<std::string, double> per_s;
    Clock::time_point counted_at;
  };

  [[nodiscard]] ActorRow row(const ActorSnapshot& actor, Clock::time_point now);
  void probe(std::uint64_t actor, Clock::time_point now);
  void read_probe(ActorRow& row, Clock::time_point now) const;
  void tick_watched(Clock::time_point now);
  void forget_dead();

  ActorRegistry& registry_;
  std::shared_ptr<Probes> probes_ = std::make_shared<Probes>();
  FlatMap<std::uint64_t, Sample> samples_;
  std::map<std::uint64_t, Watched> watched_;
  std::vector<ActorRow> rows_;
  Clock::time_point connections_until_{};
};

}  // namespace quorate
