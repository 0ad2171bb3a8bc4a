#include "actors/snapshotter.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/log.h"
#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/ticker.h"
#include "actors/server_context.h"
#include "core/base/flat_map.h"
#include "schema/capnp/image_codec.h"
#include "storage/snapshot_store.h"
#include "storage/txn_log.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick_every{1000};

struct SnapshotterName {
  static inline const char* name = "snapshotter";
};

/// The newest state of every record that changed since the last write, with what the newest set
/// says about itself.
struct MergedChanges {
  TextMap<std::optional<Blob>> writes;
  std::size_t bytes = 0;
  Zxid zxid;
  std::int64_t time_ms = 0;
  std::uint64_t digest = 0;

  void add(const ImageChanges& set) {
    std::vector<capnp_codec::ImageEntry> entries;
    for (const ImageChange& change : set.changes) capnp_codec::encode_image(change, entries);
    for (auto& entry : entries) {
      const std::size_t size = entry.key.size() + (entry.value ? entry.value->size() : 0);
      auto [place, is_new] = writes.try_emplace(std::move(entry.key));
      if (!is_new && place->second) bytes -= place->second->size();
      bytes += is_new ? size : (entry.value ? entry.value->size() : 0);
      place->second = std::move(entry.value);
    }
    zxid = set.zxid;
    time_ms = set.time_ms;
    digest = set.digest;
  }
};

class SnapshotterActor final : public ThreadActor<Snapshotter, SnapshotterName> {
 public:
  SnapshotterActor(caf::actor_config& config, ServerContext& context, SnapshotStore& store,
                   TxnLog& log)
      : ThreadActor(config), context_(context), store_(store), log_(log), ticker_(tick_every) {}

  behavior_type make_behavior() override {
    const auto header = store_.header();
    if (header && *header) image_zxid_ = (*header)->position.zxid;
    last_write_ = now();
    ticker_.start(*this);
    return {
        [this](meet_a, const PeersPtr& peers) { peers_ = peers; },
        [this](seal_a, const std::shared_ptr<const ImageChanges>& set) {
          merged_.add(*set);
          send(peers_->commit, sealed_a::value);
        },
        [this](tick_a, std::uint64_t generation) {
          if (ticker_.is_current(generation)) on_tick();
        },
    };
  }

 private:
  [[nodiscard]] milliseconds now() const { return context_.clock.read().monotonic; }

  void on_tick() {
    if (is_due() && !asked_) {
      asked_ = true;
      // A set goes to disk only when its last txn is in this server's own log.
      request(peers_->journal, caf::infinite, synced_a::value).then([this](const Logged& logged) {
        asked_ = false;
        if (logged.zxid >= merged_.zxid) write();
      });
    }
    ticker_.rearm(*this);
  }

  [[nodiscard]] bool is_due() const {
    if (!peers_ || merged_.writes.empty()) return false;
    const Config& config = context_.config;
    const bool same_epoch = merged_.zxid.epoch() == image_zxid_.epoch();
    const std::uint64_t behind = merged_.zxid.value - image_zxid_.value;
    return now() - last_write_ >= config.snapshot_interval ||
           merged_.bytes >= config.snapshot_bytes ||
           (same_epoch && behind >= config.snapshot_records) ||
           log_.bytes() >= log_bytes_at_write_ + config.snapshot_log_bytes;
  }

  void write() {
    const auto position = log_.position_at(merged_.zxid);
    if (!position) return fail(position.error());
    const ImageHeader header{*position, merged_.time_ms, merged_.digest};
    std::vector<ImageWrite> writes;
    writes.reserve(merged_.writes.size());
    for (auto& [key, value] : merged_.writes) writes.push_back({key, std::move(value)});
    const std::size_t records = writes.size();
    merged_ = {};
    const milliseconds start = now();
    if (const Status written = store_.write(writes, header); !written) return fail(written.error());
    const Result<ImageHeader> durable = store_.flush();
    if (!durable) return fail(durable.error());
    image_zxid_ = durable->position.zxid;
    log_bytes_at_write_ = log_.bytes();
    last_write_ = now();
    context_.log.info("image_written", kv("zxid", image_zxid_), kv("records", records),
                      kv("ms", (last_write_ - start).count()));
  }

  /// The image is a copy; the log still has everything. But a disk that fails here fails there.
  [[noreturn]] void fail(const Error& error) {
    context_.ending.end(ExitCode::durability, error.text);
  }

  ServerContext& context_;
  SnapshotStore& store_;
  TxnLog& log_;
  Ticker ticker_;
  PeersPtr peers_;
  MergedChanges merged_;
  Zxid image_zxid_;
  milliseconds last_write_{0};
  std::uint64_t log_bytes_at_write_ = 0;
  bool asked_ = false;
};

}  // namespace

Snapshotter spawn_snapshotter(ServerContext& context, SnapshotStore& store, TxnLog& log) {
  return context.system.spawn<SnapshotterActor, caf::detached>(context, store, log);
}

}  // namespace quorate
