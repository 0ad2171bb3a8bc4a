#include "core/zab/election.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/check.h"

namespace quorate {

Election::Election(ServerId self, Quorum quorum) : self_(self), quorum_(std::move(quorum)) {}

bool Election::hears_quorum() const {
  ServerSet heard{self_};
  for (const auto& [peer, said] : peers_) heard.insert(peer);
  return quorum_.is_quorum(heard);
}

bool Election::is_new_ensemble() const {
  if (!role_.blank) return false;
  return std::all_of(quorum_.voters().begin(), quorum_.voters().end(), [this](ServerId voter) {
    if (voter == self_) return true;
    const auto peer = peers_.find(voter);
    return peer != peers_.end() && peer->second && peer->second->blank;
  });
}

std::optional<ServerId> Election::established_leader() const {
  std::optional<ServerId> leader;
  Epoch highest;
  for (const auto& [peer, said] : peers_) {
    if (!said || said->stance != Stance::leading || !said->established) continue;
    // A quorum has promised our epoch to another: this one does not know yet that it is over.
    if (*said->established < own_.recency.current) continue;
    if (leader && *said->established <= highest) continue;
    leader = peer;
    highest = *said->established;
  }
  return leader;
}

ElectionEffects Election::on_link_up(ServerId peer, Time now) {
  ElectionEffects effects;
  peers_[peer].reset();
  effects.send.push_back({peer, own_});
  settle(effects, now);
  return effects;
}

ElectionEffects Election::on_link_down(ServerId peer, Time now) {
  ElectionEffects effects;
  peers_.erase(peer);
  settle(effects, now);
  return effects;
}

ElectionEffects Election::on_notification(ServerId from, const ElectionNotice& said, Time now) {
  ElectionEffects effects;
  const auto peer = peers_.find(from);
  if (peer == peers_.end()) return effects;
  const std::optional<ElectionNotice> before = std::exchange(peer->second, said);
  if (role_.stance == Stance::following && role_.leader == from) {
    const bool led = before && before->stance == Stance::leading;
    if (led && said.stance != Stance::leading) effects.leader_left = from;
    if (!led && said.stance == Stance::leading) effects.leader_ready = from;
    // It votes for another, in this round or a later one: it will not lead us.
    if (said.stance == Stance::looking && said.round >= own_.round && said.leader != from)
      effects.leader_left = from;
    if (said.stance == Stance::following) effects.leader_left = from;
  }
  settle(effects, now);
  return effects;
}

ElectionEffects Election::on_role(const Role& role, Time now) {
  ElectionEffects effects;
  role_ = role;
  own_.stance = role.stance;
  own_.recency = role.recency;
  own_.blank = role.blank;
  own_.leader = role.leader;
  own_.established = role.established;
  own_.successor = role.successor;
  const bool ran = std::exchange(running_, role.stance == Stance::looking);
  agreed_since_.reset();
  // Who comes to have a vote while it looks takes it into the election that runs.
  if (running_ && !ran) own_.round = next_round();
  // Whoever begins to look tells its round together with its vote: without, it would pass for an
  // answer that there is no vote.
  settle(effects, now);
  tell(effects);
  return effects;
}

std::uint64_t Election::next_round() const {
  std::uint64_t round = own_.round + 1;
  for (const auto& [peer, said] : peers_) {
    if (!said) continue;
    // That somebody follows us is not a vote for us, whatever its round was.
    const bool looks = said->stance == Stance::looking;
    round = std::max(round, looks ? said->round : said->round + 1);
  }
  return round;
}

ElectionEffects Election::on_tick(Time now) {
  ElectionEffects effects;
  settle(effects, now);
  return effects;
}

void Election::settle(ElectionEffects& effects, Time now) {
  if (!running_) return;
  if (const auto leader = established_leader()) {
    running_ = false;
    effects.elected = Elected{*leader, false};
    effects.votes = votes(*leader);
    return;
  }
  for (const auto& [peer, said] : peers_)
    if (said && said->stance == Stance::looking) own_.round = std::max(own_.round, said->round);
  for (const auto& [peer, said] : peers_) {
    if (said && said->stance == Stance::looking && said->round == own_.round)
      own_.successor = std::max(own_.successor, said->successor);
  }
  vote();
  tell(effects);
  try_elect(effects, now);
}

void Election::vote() {
  const bool afresh = is_new_ensemble();
  own_.stands = (role_.counts || afresh) && quorum_.is_voter(self_) && hears_quorum();
  own_.leader.reset();
  if (!role_.counts && !afresh) return;
  // Whoever a leader handed over to comes before those who only have a higher id.
  std::optional<std::tuple<Recency, bool, ServerId>> best;
  if (own_.stands) best = {own_.recency, own_.successor == self_, self_};
  for (const auto& [peer, said] : peers_) {
    // Who leads since this round was elected in it, and is still the one to vote for.
    if (!said || said->stance == Stance::following || said->round != own_.round || !said->stands ||
        !quorum_.is_voter(peer))
      continue;
    const std::tuple<Recency, bool, ServerId> its{said->recency, own_.successor == peer, peer};
    if (!best || *best < its) best = its;
  }
  if (best) own_.leader = std::get<ServerId>(*best);
}

bool Election::has_answered(const ElectionNotice& said) const {
  if (said.round == own_.round) return true;
  if (said.stance == Stance::looking) return false;
  // Whoever has no vote has answered too, unless it is about to hear that its leader has left.
  if (!said.leader || *said.leader == self_) return !said.leader;
  const auto leader = peers_.find(*said.leader);
  return leader == peers_.end() || !leader->second || leader->second->stance != Stance::looking;
}

void Election::try_elect(ElectionEffects& effects, Time now) {
  if (!own_.leader) {
    agreed_since_.reset();
    return;
  }
  ServerSet agree{self_};
  bool all_answered = true;
  for (const auto& [peer, said] : peers_) {
    if (!quorum_.is_voter(peer)) continue;
    const bool answered = said && has_answered(*said);
    all_answered = all_answered && answered;
    if (answered && said->round == own_.round && said->leader == own_.leader) agree.insert(peer);
  }
  if (!quorum_.is_quorum(agree)) {
    agreed_since_.reset();
    return;
  }
  if (!agreed_since_) agreed_since_ = now;
  if (!all_answered && now - *agreed_since_ < wait) return;
  running_ = false;
  effects.elected = Elected{*own_.leader, is_new_ensemble()};
  effects.votes = votes(*own_.leader);
}

std::vector<Vote> Election::votes(ServerId leader) const {
  std::vector<Vote> votes;
  const auto add = [&](ServerId server, const ElectionNotice& said) {
    if (!said.leader || !quorum_.is_voter(server)) return;
    if (*said.leader == leader || said.round == own_.round)
      votes.push_back({server, *said.leader, said.recency});
  };
  for (const auto& [peer, said] : peers_)
    if (said) add(peer, *said);
  add(self_, own_);
  std::sort(votes.begin(), votes.end(),
            [](const Vote& one, const Vote& other) { return one.server < other.server; });
  return votes;
}

void Election::tell(ElectionEffects& effects) {
  if (own_ == told_) return;
  told_ = own_;
  for (const auto& [peer, said] : peers_) effects.send.push_back({peer, own_});
}

void Election::check_invariants() const {
  check(!running_ || role_.stance == Stance::looking, "who has a role runs no election");
  check(!own_.stands || quorum_.is_voter(self_), "only a voter stands");
}

}  // namespace quorate
