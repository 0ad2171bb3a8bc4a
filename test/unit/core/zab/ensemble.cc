#include "test/unit/core/zab/ensemble.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "test/unit/core/zab/sim_network.h"
#include "test/unit/core/zab/sim_server.h"
#include "test/unit/core/zab/world.h"

namespace quorate::sim {
namespace {

constexpr Time bad_times = 2500 * ms;
constexpr Time recovery_max = 8000 * ms;
constexpr Time hand_over_max = 2000 * ms;

ServerSet ids(std::uint32_t count) {
  ServerSet servers;
  for (std::uint32_t id = 1; id <= count; ++id) servers.insert(ServerId{id});
  return servers;
}

class Ensemble {
 public:
  explicit Ensemble(const Plan& plan)
      : world_(plan),
        members_(ids(world_.one_in(3) && plan.fault != Fault::epoch_before_log ? 5 : 3)),
        network_(
            world_, {members_.begin(), members_.end()},
            [this](ServerId at, ServerId peer) { servers_.at(at)->on_link_up(peer); },
            [this](ServerId at, ServerId peer) { servers_.at(at)->on_link_down(peer); },
            [this](ServerId to, ServerId from, const PeerMessage& message) {
              servers_.at(to)->on_message(from, message);
            }),
        ledger_(world_, Quorum(members_)),
        around_{world_, network_, ledger_, Quorum(members_), limits(), servers_, {}, 0,
                false,  {},       {}} {
    for (const ServerId id : members_) {
      const Time skew = world_.between(-3000 * ms, 3000 * ms);
      servers_[id] = std::make_unique<Server>(around_, id, skew);
    }
    victim_ = pick();
  }

  Verdict run() {
    for (auto& [id, server] : servers_) start(id, world_.between(0, 30 * ms));
    work();
    world_.run_until(400 * ms);
    around_.crashes = true;
    trouble();
    world_.run_until(400 * ms + bad_times);
    heal();
    recover();
    return std::move(world_.verdict());
  }

 private:
  ZabLimits limits() {
    ZabLimits limits;
    if (world_.one_in(4))
      limits.counters_per_epoch = 20 + static_cast<std::uint32_t>(world_.random(50));
    limits.window_bytes_max = world_.one_in(2) ? 1'500 : 30'000;
    // Where history comes in one step, its log and the promise behind it are asked for together.
    if (world_.fault() == Fault::epoch_before_log) limits.window_bytes_max = 1'000'000;
    if (world_.one_in(4)) limits.in_flight_bytes_max = 2'000;
    if (world_.one_in(4)) limits.unsynced_bytes_max = 20'000;
    return limits;
  }

  ServerId pick() {
    return *std::next(members_.begin(),
                      static_cast<std::ptrdiff_t>(world_.random(members_.size())));
  }

  void start(ServerId id, Time delay) {
    world_.after(delay, [this, id] { servers_.at(id)->start(); });
  }

  /// Clients, images, purges: all the time.
  void work() {
    Server& server = *servers_.at(pick());
    if (resting_) return;
    if (world_.one_in(8)) {
      server.sync();
    } else {
      for (auto burst = 1 + world_.random(4); burst > 0 && server.write();) --burst;
    }
    // An image instead of history hides the fault that is looked for.
    if (world_.one_in(30) && world_.fault() != Fault::epoch_before_log) servers_.at(pick())->seal();
    world_.after(world_.between(ms, 8 * ms), [this] { work(); });
  }

  void trouble() {
    if (!around_.crashes) return;
    for (const auto& [id, server] : servers_)
      if (!server->is_alive()) start(id, world_.between(5 * ms, 300 * ms));
    // What shows the fault is rare; where it is planted, it is looked for, and left alone
    // meanwhile.
    const bool tempted = world_.fault() == Fault::epoch_before_log && !world_.one_in(4);
    world_.after(tempted ? 250 * ms : world_.between(10 * ms, 150 * ms), [this] { trouble(); });
    const ServerId server = pick();
    switch (tempted ? 9 : world_.random(14)) {
      case 0:
      case 1:
        crash(server, world_.one_in(3));
        break;
      case 2:
        if (world_.one_in(6)) {
          for (const ServerId id : members_) crash(id, true);
        } else {
          crash(leader().value_or(server), false);
        }
        break;
      case 3:
        around_.network.pause(server, world_.now() + world_.between(10 * ms, 400 * ms));
        break;
      case 4:
        network_.cut(server, pick());
        break;
      case 5:
        isolate(leader().value_or(server));
        break;
      case 6:
        network_.heal();
        break;
      case 7:
        network_.set_weather({world_.random(2) * 100, world_.random(2) * 100,
                              world_.random(2) * 100, world_.between(ms, 30 * ms)});
        break;
      case 8:
        network_.tear(server, pick());
        break;
      case 9:
        need_who_is_behind();
        break;
      case 10:
        servers_.at(leader().value_or(server))
            ->hand_over(world_.one_in(2) ? std::optional(pick()) : std::nullopt);
        break;
      default:
        lose_history();
        break;
    }
  }

  void crash(ServerId id, bool silently) {
    servers_.at(id)->crash(silently);
    start(id, world_.between(5 * ms, 300 * ms));
  }

  void isolate(ServerId id) {
    for (const ServerId other : members_) {
      if (other == id) continue;
      network_.cut(id, other);
      if (world_.one_in(2)) network_.cut(other, id);
    }
  }

  /// A server falls behind, by so little that nobody knows yet that the rest is committed; then
  /// those that know more are down but for one, which comes back from a crash: the two have to go
  /// on. When the one that was behind adopts the new epoch, both crash, and whoever had been down
  /// meets the one that was behind.
  void need_who_is_behind() {
    const std::optional<ServerId> leads = leader();
    if (!leads || members_.size() != 3) return;
    ServerId behind = pick();
    if (behind == *leads) return;
    const ServerId other{6 - behind.value - leads->value};
    servers_.at(behind)->crash(true);
    world_.after(world_.between(2 * ms, 15 * ms), [this, behind, other, knows = *leads] {
      if (!around_.crashes) return;
      network_.heal();
      servers_.at(other)->crash(true);
      servers_.at(knows)->crash(true);
      around_.tempted = behind;
      around_.when_tempted = [this, behind, other] {
        start(other, 0);
        start(behind, 0);
      };
      start(knows, 5 * ms);
      start(behind, 5 * ms);
    });
  }

  /// A minority only: one server, while all others know what they should.
  void lose_history() {
    Server& server = *servers_.at(victim_);
    if (!server.is_alive() || ledger_.count() == 0) return;
    for (const auto& [id, other] : servers_)
      if (!other->is_whole()) return;
    server.crash(true);
    if (world_.fault() == Fault::fence_off || world_.one_in(2)) {
      server.lose_tail();
    } else {
      server.lose_everything();
    }
    start(victim_, world_.between(5 * ms, 100 * ms));
    // Those who could tell are the first to be needed.
    if (world_.one_in(2)) crash(leader().value_or(pick()), false);
  }

  [[nodiscard]] std::optional<ServerId> leader() const {
    for (const auto& [id, server] : servers_)
      if (server->is_leading()) return id;
    return std::nullopt;
  }

  void heal() {
    around_.crashes = false;
    network_.heal();
    for (const ServerId id : members_) {
      network_.pause(id, 0);
      start(id, world_.between(0, 20 * ms));
    }
    world_.trace(ServerId{}, [] { return std::string("all is healed"); });
  }

  [[nodiscard]] bool serve() const {
    return std::all_of(servers_.begin(), servers_.end(),
                       [](const auto& entry) { return entry.second->is_serving(); });
  }

  [[nodiscard]] bool agrees() const {
    return std::all_of(servers_.begin(), servers_.end(), [this](const auto& entry) {
      const Server& server = *entry.second;
      return server.is_serving() && server.applied().at.zxid == ledger_.last() &&
             server.unanswered() == 0;
    });
  }

  /// Liveness: within a bound, all serve, a write through each is answered, and all agree.
  void recover() {
    const Time deadline = world_.now() + recovery_max;
    const auto within_deadline = [&](const auto& holds) {
      while (!world_.verdict().failure && world_.now() < deadline) {
        world_.run_until(world_.now() + 20 * ms);
        if (holds()) return true;
      }
      return false;
    };
    const std::uint64_t before = ledger_.count();
    const bool works = within_deadline([&] { return serve() && ledger_.count() > before; });
    resting_ = true;
    const bool done = works && within_deadline([this] { return agrees(); });
    if (!done && !world_.verdict().failure) {
      std::string who = "I-31 an ensemble without faults serves and agrees:";
      for (const auto& [id, server] : servers_) who += "\n    " + server->describe();
      world_.fail(who);
    }
    world_.verdict().committed = ledger_.count();
    if (!world_.verdict().failure) hand_over();
  }

  /// Whoever is named leads next, soon, and all serve again.
  void hand_over() {
    const ServerId before = leader().value_or(ServerId{});
    ServerId next = pick();
    while (next == before) next = pick();
    while (!servers_.at(pick())->hand_over(next)) world_.run_until(world_.now() + 20 * ms);
    const Time deadline = world_.now() + hand_over_max;
    while (!world_.verdict().failure && !(leader() == next && serve())) {
      world_.run_until(world_.now() + 20 * ms);
      if (world_.now() < deadline) continue;
      std::string who = "a leader hands over to server " + std::to_string(next.value) + ":";
      for (const auto& [id, server] : servers_) who += "\n    " + server->describe();
      world_.fail(who);
    }
  }

  World world_;
  ServerSet members_;
  Network network_;
  Ledger ledger_;
  std::map<ServerId, std::unique_ptr<Server>> servers_;
  Surroundings around_;
  ServerId victim_;
  bool resting_ = false;  ///< No client wants anything any more.
};

}  // namespace

Verdict run(const Plan& plan) { return Ensemble(plan).run(); }

}  // namespace quorate::sim
