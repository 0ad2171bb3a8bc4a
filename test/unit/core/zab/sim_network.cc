#include "test/unit/core/zab/sim_network.h"

#include <algorithm>

namespace quorate::sim {
namespace {

constexpr Time beat_every = 20 * ms;

}  // namespace

Network::Network(World& world, std::vector<ServerId> servers, LinkEvent up, LinkEvent down,
                 Delivery deliver)
    : world_(world), up_(std::move(up)), down_(std::move(down)), deliver_(std::move(deliver)) {
  for (const ServerId one : servers) {
    dead_.insert(one);
    for (const ServerId other : servers) {
      if (!(one < other)) continue;
      links_[{one, other}].sides = {{one, {}}, {other, {}}};
      world_.after(world_.between(0, beat_every), [this, one, other] { beat({one, other}); });
    }
  }
}

bool Network::is_paused(ServerId server) const {
  const auto paused = paused_.find(server);
  return paused != paused_.end() && paused->second > world_.now();
}

void Network::heal() {
  cuts_.clear();
  weather_ = Weather{};
}

void Network::beat(Pair ends) {
  world_.after(beat_every, [this, ends] { beat(ends); });
  Link& link = links_[ends];
  const auto [one, other] = ends;
  if (!link.sides[one].up && !link.sides[other].up) {
    connect(ends, link);
    return;
  }
  for (const auto& [at, peer] : {Pair{one, other}, Pair{other, one}}) {
    Side& side = link.sides[at];
    if (!side.up || is_paused(at)) continue;
    if (world_.now() - side.heard > silence) {
      close(at, peer, world_.between(0, 5 * ms));
    } else {
      frame(at, peer, {});
    }
  }
}

void Network::connect(Pair ends, Link& link) {
  const auto [one, other] = ends;
  if (dead_.contains(one) || dead_.contains(other) || is_paused(one) || is_paused(other)) return;
  if (cuts_.contains({one, other}) || cuts_.contains({other, one}) || world_.one_in(3)) return;
  ++link.incarnation;
  for (auto& [id, side] : link.sides) {
    side = Side{};
    side.up = true;
    side.heard = world_.now();
  }
  up_(one, other);
  up_(other, one);
}

void Network::tear(ServerId one, ServerId other) { close(one, other, world_.between(0, 5 * ms)); }

void Network::close(ServerId at, ServerId peer, Time notice) {
  Link& link = links_[pair(at, peer)];
  Side& side = link.sides[at];
  if (!side.up) return;
  side.up = false;
  if (!dead_.contains(at)) down_(at, peer);
  if (cuts_.contains({at, peer}) || notice < 0) return;
  world_.after(notice, [this, at, peer, incarnation = link.incarnation] {
    Link& now = links_[pair(at, peer)];
    if (now.incarnation == incarnation) close(peer, at, -1);
  });
}

void Network::on_crash(ServerId server, bool silently) {
  dead_.insert(server);
  paused_.erase(server);
  for (auto& [ends, link] : links_) {
    if (ends.first != server && ends.second != server) continue;
    const ServerId peer = ends.first == server ? ends.second : ends.first;
    close(server, peer, silently ? -1 : world_.between(0, 3 * ms));
  }
}

void Network::send(ServerId from, ServerId to, const PeerMessage& message) {
  if (links_[pair(from, to)].sides[from].up) frame(from, to, message);
}

void Network::frame(ServerId from, ServerId to, const std::optional<PeerMessage>& message) {
  Link& link = links_[pair(from, to)];
  const std::uint64_t number = ++link.sides[from].sent;
  const auto happens = [this](std::uint64_t n) { return n != 0 && world_.one_in(n); };
  if (cuts_.contains({from, to}) || happens(weather_.loss)) return;
  Side& side = link.sides[to];
  Time when = world_.now() + world_.between(0, weather_.delay_max);
  if (!happens(weather_.reorder)) when = std::max(when, side.last_delivery);
  side.last_delivery = std::max(when, side.last_delivery);
  const std::uint64_t incarnation = link.incarnation;
  const auto deliver = [=, this] { arrive(to, from, incarnation, number, message); };
  world_.at(when, deliver);
  if (happens(weather_.duplicate)) world_.at(when + world_.between(0, 5 * ms), deliver);
}

void Network::arrive(ServerId to, ServerId from, std::uint64_t incarnation, std::uint64_t number,
                     const std::optional<PeerMessage>& message) {
  if (is_paused(to)) {
    world_.at(paused_[to], [=, this] { arrive(to, from, incarnation, number, message); });
    return;
  }
  Link& link = links_[pair(from, to)];
  Side& side = link.sides[to];
  if (link.incarnation != incarnation || !side.up) return;
  if (number != side.received + 1) {
    tear(to, from);
    return;
  }
  side.received = number;
  side.heard = world_.now();
  if (message) deliver_(to, from, *message);
}

}  // namespace quorate::sim
