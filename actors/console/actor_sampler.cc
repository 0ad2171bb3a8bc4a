#include "actors/console/actor_sampler.h"

#include <algorithm>
#include <utility>

namespace quorate {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr seconds looked_at_for{10};
constexpr seconds remembered_for{60};
constexpr seconds stuck_after{2};

double per_second(std::uint64_t now, std::uint64_t before, std::chrono::duration<double> time) {
  return time.count() <= 0 ? 0 : static_cast<double>(now - before) / time.count();
}

}  // namespace

ActorSampler::ActorSampler(ActorRegistry& registry) : registry_(registry) {}

void ActorSampler::tick(Clock::time_point now) {
  const bool all = now < connections_until_;
  const auto actors = all ? registry_.list() : registry_.list_but(connection_name);
  rows_.clear();
  rows_.reserve(actors.size());
  for (const ActorSnapshot& actor : actors) rows_.push_back(row(actor, now));
  for (const ActorSnapshot& actor : actors) {
    if (actor.alive && actor.name != connection_name) probe(actor.id, now);
  }
  tick_watched(now);
  forget_dead();
}

ActorRow ActorSampler::row(const ActorSnapshot& actor, Clock::time_point now) {
  ActorRow made;
  made.actor = actor;
  if (!actor.alive) return made;
  const auto [found, is_new] = samples_.try_emplace(actor.id);
  const Sample before =
      std::exchange(found->second, {now, actor.handled, actor.io_events, actor.busy_ns});
  if (!is_new) {
    const std::chrono::duration<double> time = now - before.at;
    made.messages_per_s = per_second(actor.handled, before.handled, time);
    made.io_per_s = per_second(actor.io_events, before.io_events, time);
    made.busy_percent =
        std::min(100.0, per_second(actor.busy_ns, before.busy_ns, time) / 1e9 * 100);
  }
  read_probe(made, now);
  return made;
}

void ActorSampler::read_probe(ActorRow& row, Clock::time_point now) const {
  const std::lock_guard lock(probes_->mutex);
  const auto found = probes_->of.find(row.actor.id);
  if (found == probes_->of.end()) return;
  auto& probe = found->second;
  while (!probe.recent.empty() && now - probe.recent.front().first > remembered_for)
    probe.recent.pop_front();
  row.wait = probe.last;
  for (const auto& [at, wait] : probe.recent)
    row.wait_max = std::max(row.wait_max.value_or(microseconds{0}), wait);
  if (!probe.under_way) return;
  const auto waiting = std::chrono::duration_cast<microseconds>(now - *probe.under_way);
  row.stuck = waiting >= stuck_after;
  if (!row.stuck) return;
  row.wait = waiting;
  row.wait_max = std::max(row.wait_max.value_or(microseconds{0}), waiting);
}

void ActorSampler::probe(std::uint64_t actor, Clock::time_point now) {
  {
    const std::lock_guard lock(probes_->mutex);
    auto& under_way = probes_->of[actor].under_way;
    // One at a time: an actor that does not come to its messages is not given more of them.
    if (under_way) return;
    under_way = now;
  }
  auto errand = std::make_shared<Errand>();
  errand->done = [probes = probes_, actor](Clock::duration waited, const StateDump&) {
    const std::lock_guard lock(probes->mutex);
    const auto found = probes->of.find(actor);
    if (found == probes->of.end()) return;
    found->second.under_way.reset();
    found->second.last = std::chrono::duration_cast<microseconds>(waited);
    found->second.recent.emplace_back(Clock::now(), *found->second.last);
  };
  registry_.send_errand(actor, std::move(errand));
}

/// Of actors that are not listed any more.
void ActorSampler::forget_dead() {
  FlatSet<std::uint64_t> living;
  for (const ActorRow& row : rows_)
    if (row.actor.alive) living.insert(row.actor.id);
  const auto is_dead = [&living](const auto& entry) { return !living.contains(entry.first); };
  boost::unordered::erase_if(samples_, is_dead);
  const std::lock_guard lock(probes_->mutex);
  boost::unordered::erase_if(probes_->of, is_dead);
}

std::optional<ActorRow> ActorSampler::row_of(std::uint64_t actor) const {
  for (const ActorRow& row : rows_)
    if (row.actor.alive && row.actor.id == actor) return row;
  for (const ActorSnapshot& connection : registry_.list_only(connection_name)) {
    if (!connection.alive || connection.id != actor) continue;
    ActorRow made;
    made.actor = connection;
    return made;
  }
  return std::nullopt;
}

void ActorSampler::want_connections(Clock::time_point now) {
  connections_until_ = now + looked_at_for;
}

std::vector<ActorSampler::KindRow> ActorSampler::look_at(std::uint64_t actor,
                                                         Clock::time_point now) {
  const auto [watched, is_new] = watched_.try_emplace(actor);
  watched->second.looked_at = now;
  if (is_new) {
    watched->second.counted_at = now;
    registry_.watch(actor, true, false);
  }
  std::vector<KindRow> rows;
  const auto profile = registry_.profile_of(actor);
  if (profile == nullptr) return rows;
  for (MessageKind& kind : profile->kinds()) {
    const auto rate = watched->second.per_s.find(kind.message);
    const double per_s = rate == watched->second.per_s.end() ? 0 : rate->second;
    rows.push_back({std::move(kind), per_s});
  }
  return rows;
}

bool ActorSampler::trace(std::uint64_t actor, Clock::time_point until) {
  if (!registry_.watch(actor, true, until > Clock::now())) return false;
  Watched& watched = watched_[actor];
  watched.looked_at = Clock::now();
  watched.traced_until = until;
  return true;
}

std::optional<ActorSampler::Clock::time_point> ActorSampler::traced_until(
    std::uint64_t actor) const {
  const auto found = watched_.find(actor);
  if (found == watched_.end()) return std::nullopt;
  return found->second.traced_until;
}

std::vector<ActorSampler::TraceNews> ActorSampler::take_trace_news() {
  std::vector<TraceNews> news;
  for (auto& [actor, watched] : watched_) {
    if (!watched.traced_until) continue;
    const auto profile = registry_.profile_of(actor);
    if (profile == nullptr) continue;
    const std::vector<TracedMessage> newest_first = profile->last(watched.told);
    if (newest_first.empty()) continue;
    watched.told = newest_first.front().number;
    const std::size_t room = std::min(news_of_actor_max, news_max - news.size());
    for (std::size_t i = std::min(room, newest_first.size()); i > 0; --i)
      news.push_back({actor, newest_first[i - 1]});
  }
  return news;
}

void ActorSampler::tick_watched(Clock::time_point now) {
  for (auto entry = watched_.begin(); entry != watched_.end();) {
    auto& [actor, watched] = *entry;
    if (watched.traced_until && *watched.traced_until <= now) {
      watched.traced_until.reset();
      registry_.watch(actor, true, false);
    }
    const auto profile = registry_.profile_of(actor);
    if (profile == nullptr || (!watched.traced_until && now - watched.looked_at > looked_at_for)) {
      registry_.watch(actor, false, false);
      entry = watched_.erase(entry);
      continue;
    }
    const std::chrono::duration<double> time = now - std::exchange(watched.counted_at, now);
    for (const MessageKind& kind : profile->kinds()) {
      auto& before = watched.counts[kind.message];
      watched.per_s[kind.message] = per_second(kind.count, before, time);
      before = kind.count;
    }
    ++entry;
  }
}

}  // namespace quorate
