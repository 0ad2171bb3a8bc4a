// Handlers of the admin API: how servers are doing.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "actors/console/api_room.h"
#include "actors/console/config_view.h"
#include "actors/console/election_view.h"
#include "actors/console/server_view.h"
#include "actors/four_letter_words/environment.h"
#include "actors/inspection.h"
#include "storage/disk_space.h"
#include "storage/store.h"

namespace quorate {
namespace {

Times times_of(const Histogram& took_us) {
  return {took_us.count(), took_us.at(0.5), took_us.at(0.99), took_us.max()};
}

Json own_status(const ApiRoom& room) {
  const ServerContext& context = room.context;
  const Notice notice = context.board.read();
  const ClockReading now = context.clock.read();
  const std::uint64_t connections = context.counters.connections_open.get();
  ServerFacts facts{
      context.config,
      inspection_of(context.config, notice, now.monotonic - context.started, connections),
      notice,
      now.wall_ms,
      room.draining,
      context.counters.outstanding.get(),
      room.process.memory_bytes(),
      room.process.cpu_percent(),
      open_files(),
      open_files_max(),
      {},
      times_of(context.counters.syncs.recent(now.monotonic)),
      times_of(context.counters.gauge.recent(now.monotonic)),
      context.log.dropped()};
  if (const auto space = disk_space(context.config.data_log_dir)) facts.disk = *space;
  return status_json(facts);
}

/// A checkpoint that has this name was read back whole when it was taken.
Json checkpoint_json(const Store& store, const CheckpointRecord& record) {
  return {{"name", fmt::format("{:016x}", record.zxid.value)},
          {"zxid", to_string(record.zxid)},
          {"at_ms", store.checkpoint_ms(record.zxid).value_or(0)},
          {"bytes", record.bytes},
          {"digest", record.digest ? Json(fmt::format("{:016x}", *record.digest)) : Json()},
          // It became a checkpoint by being read back whole.
          {"verified", record.damaged ? "no" : "yes"},
          {"verified_ms", record.verified_ms == 0 ? Json() : Json(record.verified_ms)}};
}

}  // namespace

void answer_status(ApiRoom& room, const ApiCallPtr& call) { call->answer(own_status(room)); }

void answer_ensemble(ApiRoom& room, const ApiCallPtr& call) {
  room.ensemble.look([&room, call] {
    const ServerContext& context = room.context;
    call->answer(ensemble_json(context.config, context.board.read(), own_status(room),
                               room.ensemble.others(), room.now_ms()));
  });
}

void answer_elections(ApiRoom& room, const ApiCallPtr& call) {
  const std::size_t limit = call->limit();
  if (call->is_refused()) return;
  Json items = Json::array();
  for (const ElectionEvent& event : room.context.timeline.newest(limit))
    items.push_back(election_json(event));
  call->answer({{"at_ms", room.now_ms()}, {"items", std::move(items)}});
}

void answer_config(ApiRoom& room, const ApiCallPtr& call) {
  call->answer(config_json(room.context.config, room.context.config_origins));
}

void answer_backups(ApiRoom& room, const ApiCallPtr& call) {
  room.port.kept_states([&room, call](const std::optional<KeptStates>& kept) {
    if (!kept) {
      return call->refuse({504, "timeout", "the snapshotter did not answer in time",
                           "it may wait for a disk: look at the actors"});
    }
    Json checkpoints = Json::array();
    for (auto one = kept->checkpoints.rbegin(); one != kept->checkpoints.rend(); ++one)
      checkpoints.push_back(checkpoint_json(*room.context.store, *one));
    const Json saved = kept->image_ms == 0 ? Json() : Json(kept->image_ms);
    call->answer(
        {{"at_ms", room.now_ms()},
         {"image",
          {{"zxid", to_string(kept->image)}, {"bytes", kept->image_bytes}, {"saved_at_ms", saved}}},
         {"checkpoints", std::move(checkpoints)},
         {"log",
          {{"first", to_string(kept->log_base)},
           {"last", to_string(room.context.board.read().logged)},
           {"bytes", kept->log_bytes}}}});
  });
}

void answer_metrics_history(ApiRoom& room, const ApiCallPtr& call) {
  const auto since = static_cast<std::int64_t>(call->number("since_ms", 0, INT64_MAX));
  if (call->is_refused()) return;
  call->answer(room.history.json(room.now_ms(), since));
}

}  // namespace quorate
