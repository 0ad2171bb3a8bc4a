// Links between simulated servers: in order or torn down, and everything that can happen below.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "core/zab/peer_message.h"
#include "test/unit/core/zab/world.h"

namespace quorate::sim {

/// How bad it is; one frame in so many.
struct Weather {
  std::uint64_t loss = 0;  ///< 0: never.
  std::uint64_t duplicate = 0;
  std::uint64_t reorder = 0;
  Time delay_max = 3 * ms;
};

/// Frames carry numbers: whoever misses one, or sees one twice, tears the link down. So does a side
/// that hears nothing for a while; keep-alives see to it that it would.
class Network {
 public:
  using LinkEvent = std::function<void(ServerId at, ServerId peer)>;
  using Delivery = std::function<void(ServerId to, ServerId from, const PeerMessage&)>;

  static constexpr Time silence = 100 * ms;

  Network(World& world, std::vector<ServerId> servers, LinkEvent up, LinkEvent down,
          Delivery deliver);

  void send(ServerId from, ServerId to, const PeerMessage& message);
  void tear(ServerId one, ServerId other);

  /// Nothing arrives in this direction.
  void cut(ServerId from, ServerId to) { cuts_.insert({from, to}); }
  void set_weather(const Weather& weather) { weather_ = weather; }
  void heal();
  /// Its links end without a word from it; `silently` as when the power fails.
  void on_crash(ServerId server, bool silently);
  void on_start(ServerId server) { dead_.erase(server); }
  /// Whatever arrives waits.
  void pause(ServerId server, Time until) { paused_[server] = until; }
  [[nodiscard]] bool is_paused(ServerId server) const;

 private:
  struct Side {
    bool up = false;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    Time heard = 0;
    Time last_delivery = 0;  ///< To this side.
  };
  using Pair = std::pair<ServerId, ServerId>;  ///< The lower id first.
  struct Link {
    std::uint64_t incarnation = 0;
    std::map<ServerId, Side> sides;
  };

  [[nodiscard]] static Pair pair(ServerId one, ServerId other) {
    return one < other ? Pair{one, other} : Pair{other, one};
  }
  void beat(Pair ends);
  void connect(Pair ends, Link& link);
  void close(ServerId at, ServerId peer, Time notice);
  void frame(ServerId from, ServerId to, const std::optional<PeerMessage>& message);
  void arrive(ServerId to, ServerId from, std::uint64_t incarnation, std::uint64_t number,
              const std::optional<PeerMessage>& message);

  World& world_;
  LinkEvent up_;
  LinkEvent down_;
  Delivery deliver_;
  Weather weather_;
  std::map<Pair, Link> links_;
  std::set<Pair> cuts_;  ///< From, to.
  std::set<ServerId> dead_;
  std::map<ServerId, Time> paused_;
};

}  // namespace quorate::sim
