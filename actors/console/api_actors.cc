// Handlers of the admin API: actors.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "actors/console/api_act.h"
#include "actors/console/api_room.h"
#include "actors/console/trace_view.h"

namespace quorate {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// How long an actor may take to tell of its state.
constexpr std::chrono::milliseconds dump_max{500};

std::string_view name_of(ActorThread thread) {
  switch (thread) {
    case ActorThread::io:
      return "io";
    case ActorThread::own:
      return "own";
    case ActorThread::pool:
      break;
  }
  return "pool";
}

std::string_view state_of(const ActorRow& row) {
  if (!row.actor.alive) return "dead";
  if (row.stuck) return "stuck";
  return row.busy_percent >= 50 ? "busy" : "idle";
}

std::string_view name_of(const ActorSnapshot& actor) {
  if (!actor.supervised) return "none";
  switch (actor.on_death) {
    case OnDeath::restart:
    case OnDeath::restart_if_failed:
      return "restart";
    case OnDeath::restart_with_later:
      return "rest";
    case OnDeath::escalate:
      return "escalate";
    case OnDeath::leave:
      break;
  }
  return "none";
}

bool is_restartable(const ActorSnapshot& actor) {
  return actor.alive && actor.supervised && actor.on_death != OnDeath::escalate &&
         actor.on_death != OnDeath::leave;
}

/// A tenth is enough for a person.
double tenths(double value) { return std::round(value * 10) / 10; }

Json or_null(const std::optional<std::chrono::microseconds>& time) {
  return time ? Json(time->count()) : Json();
}

Json actor_json(const ActorRow& row) {
  const ActorSnapshot& actor = row.actor;
  const std::chrono::milliseconds age = actor.age;
  return {{"id", actor.id},
          {"name", actor.name},
          {"label", actor.label},
          {"parent", actor.parent == 0 ? Json() : Json(actor.parent)},
          {"state", state_of(row)},
          {"thread", name_of(actor.thread)},
          {"depth", actor.depth},
          {"high_water", actor.high_water},
          {"wait_us", or_null(row.wait)},
          {"wait_max_us", or_null(row.wait_max)},
          {"messages_per_s", tenths(row.messages_per_s)},
          {"io_per_s", actor.io_events == 0 ? Json() : Json(tenths(row.io_per_s))},
          {"busy_percent", std::round(row.busy_percent * 100) / 100},
          {"handled", actor.handled},
          {"restarts", actor.restarts},
          {"age_ms", age.count()},
          {"last_exit_reason", actor.last_exit_reason},
          {"traced", actor.traced},
          {"restartable", is_restartable(actor)}};
}

/// By what a list is sorted; the id decides where that is equal.
using Less = std::function<bool(const ActorRow&, const ActorRow&)>;

Less less_by(const std::string& what) {
  const auto by = [](auto key) -> Less {
    return [key](const ActorRow& a, const ActorRow& b) { return key(a) < key(b); };
  };
  using std::chrono::microseconds;
  if (what == "name") {
    return by([](const ActorRow& row) { return std::pair(row.actor.name, row.actor.label); });
  }
  if (what == "busy") return by([](const ActorRow& row) { return row.busy_percent; });
  if (what == "wait")
    return by([](const ActorRow& row) { return row.wait.value_or(microseconds{-1}); });
  if (what == "depth") return by([](const ActorRow& row) { return row.actor.depth; });
  if (what == "messages") return by([](const ActorRow& row) { return row.messages_per_s; });
  if (what == "restarts") return by([](const ActorRow& row) { return row.actor.restarts; });
  if (what == "age") return by([](const ActorRow& row) { return row.actor.age; });
  return by([](const ActorRow& row) { return std::pair(!row.actor.alive, row.actor.id); });
}

bool contains(const ActorSnapshot& actor, const std::string& text) {
  return actor.name.find(text) != std::string::npos ||
         actor.label.find(text) != std::string::npos || std::to_string(actor.id) == text;
}

std::optional<std::uint64_t> id_of(const ApiCallPtr& call) {
  const std::string& text = call->parameter("actor");
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

/// Nothing: there is none, and the call has been answered so.
std::optional<ActorRow> find_actor(const ApiRoom& room, const ApiCallPtr& call) {
  const auto id = id_of(call);
  auto row = id ? room.sampler.row_of(*id) : std::nullopt;
  if (!row) {
    call->refuse({404, "not_found", "no actor " + call->parameter("actor") + " lives",
                  "it may have ended or been started again, under another id"});
  }
  return row;
}

double microseconds_at(const std::vector<std::uint64_t>& ascending_ns, double quantile) {
  const auto last = static_cast<double>(ascending_ns.size() - 1);
  const auto at = static_cast<std::size_t>(std::lround(last * quantile));
  return tenths(static_cast<double>(ascending_ns[at]) / 1000);
}

Json kinds_json(const std::vector<ActorSampler::KindRow>& rows) {
  Json kinds = Json::array();
  for (const auto& [kind, per_s] : rows) {
    Json row{{"message", kind.message}, {"count", kind.count}, {"per_s", tenths(per_s)}};
    const bool timed = !kind.took_ns.empty();
    row["p50_us"] = timed ? Json(microseconds_at(kind.took_ns, 0.5)) : Json();
    row["p99_us"] = timed ? Json(microseconds_at(kind.took_ns, 0.99)) : Json();
    row["max_us"] = timed ? Json(microseconds_at(kind.took_ns, 1)) : Json();
    kinds.push_back(std::move(row));
  }
  return kinds;
}

Json messages_json(const ApiRoom& room, std::uint64_t actor) {
  Json messages = Json::array();
  const auto profile = room.registry.profile_of(actor);
  if (profile == nullptr) return messages;
  for (const TracedMessage& message : profile->last()) {
    messages.push_back(traced_json(message, room.registry));
  }
  return messages;
}

Json dump_json(const StateDump& dump) {
  Json json = Json::object();
  for (const auto& [name, value] : dump.items())
    std::visit([&json, name = name](const auto& is) { json[name] = is; }, value);
  return json;
}

Json io_json(const LinkCounts& counts) {
  return {{"bytes_in", counts.bytes_in},
          {"bytes_out", counts.bytes_out},
          {"frames_in", counts.frames_in},
          {"frames_out", counts.frames_out},
          {"queued_bytes", counts.queued_bytes}};
}

Json traced_until(const ApiRoom& room, std::uint64_t actor) {
  const auto until = room.sampler.traced_until(actor);
  if (!until) return nullptr;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(*until - SteadyClock::now());
  return room.now_ms() + left.count();
}

Json detail_json(ApiRoom& room, const ActorRow& row, const std::optional<StateDump>& dump) {
  const std::uint64_t id = row.actor.id;
  Json json = actor_json(row);
  json["at_ms"] = room.now_ms();
  json["kinds"] = kinds_json(room.sampler.look_at(id, SteadyClock::now()));
  json["io"] = dump && dump->link() ? io_json(*dump->link()) : Json();
  json["dump"] = dump ? dump_json(*dump) : Json();
  json["traced_until_ms"] = traced_until(room, id);
  json["traced"] = !json["traced_until_ms"].is_null();  // The row is up to a second old.
  json["messages"] = messages_json(room, id);
  Json children = Json::array();
  for (const ActorSnapshot& child : room.registry.children_of(id)) {
    if (children.size() == 200) break;  // A listener has as many as there are connections.
    children.push_back({{"id", child.id}, {"name", child.name}, {"label", child.label}});
  }
  json["children"] = std::move(children);
  json["on_death"] = name_of(row.actor);
  json["etag"] = std::to_string(id);
  return json;
}

}  // namespace

void answer_actors(ApiRoom& room, const ApiCallPtr& call) {
  const std::string sort = call->word("sort", "id name busy wait depth messages restarts age");
  const std::string order = call->word("order", "up down");
  const bool with_connections = call->flag("connections");
  const std::string search = call->text("search");
  const std::size_t offset = call->number("offset", 0);
  const std::size_t limit = call->limit();
  if (call->is_refused()) return;
  if (with_connections) room.sampler.want_connections(SteadyClock::now());

  std::vector<const ActorRow*> rows;
  for (const ActorRow& row : room.sampler.rows()) {
    if (!with_connections && row.actor.name == ActorSampler::connection_name) continue;
    if (contains(row.actor, search)) rows.push_back(&row);
  }
  const Less less = less_by(sort);
  const bool down = order == "down";
  std::stable_sort(rows.begin(), rows.end(), [&](const ActorRow* a, const ActorRow* b) {
    return down ? less(*b, *a) : less(*a, *b);
  });
  Json items = Json::array();
  for (std::size_t i = offset; i < rows.size() && items.size() < limit; ++i)
    items.push_back(actor_json(*rows[i]));
  call->answer({{"at_ms", room.now_ms()},
                {"total", rows.size()},
                {"offset", offset},
                {"connections", room.registry.count(ActorSampler::connection_name)},
                {"items", std::move(items)}});
}

void answer_actor(ApiRoom& room, const ApiCallPtr& call) {
  const auto row = find_actor(room, call);
  if (!row) return;
  auto errand = std::make_shared<Errand>();
  errand->wants_dump = true;
  // Whichever comes first answers: the actor, or the end of patience.
  errand->done = [&room, post = room.port.poster(), call, row](Errand::Clock::duration,
                                                               const StateDump& dump) {
    post([&room, call, row, dump] { call->answer(detail_json(room, *row, dump)); });
  };
  room.registry.send_errand(row->actor.id, std::move(errand));
  room.port.after(dump_max, [&room, call, row] {
    if (!call->is_answered()) call->answer(detail_json(room, *row, std::nullopt));
  });
}

void trace_actor(ApiRoom& room, const ApiCallPtr& call) {
  const auto seconds = call->body_number("seconds", 0, 600);
  if (!seconds) call->refuse(bad_request("seconds: how long, from 0 to 600"));
  if (call->is_refused()) return;
  const auto row = find_actor(room, call);
  if (!row) return;
  const auto act =
      ApiAct::begin(room, call, {row->actor.name + " " + std::to_string(row->actor.id), {}, {}});
  if (act == nullptr) return;
  room.sampler.trace(row->actor.id, SteadyClock::now() + std::chrono::seconds(*seconds));
  act->finish(ActOutcome::done(*seconds == 0
                                   ? "it is not traced any more"
                                   : "it is traced for " + std::to_string(*seconds) + " s"));
}

void restart_actor(ApiRoom& room, const ApiCallPtr& call) {
  const auto row = find_actor(room, call);
  if (!row) return;
  const ActorSnapshot& actor = row->actor;
  const auto act = ApiAct::begin(
      room, call,
      {actor.name + " " + std::to_string(actor.id), actor.name, std::to_string(actor.id)});
  if (act == nullptr) return;
  room.port.restart_actor(actor.id,
                          "restarted by " + call->request().caller.name + ": " + act->reason(),
                          ApiAct::finisher(act));
}

}  // namespace quorate
