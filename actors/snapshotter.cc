#include "actors/snapshotter.h"

#include <algorithm>
#include <caf/typed_response_promise.hpp>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/checkpoint.h"
#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/ticker.h"
#include "actors/spawn.h"
#include "schema/capnp/image_codec.h"
#include "storage/snapshot_store.h"
#include "storage/store.h"
#include "storage/txn_log.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick_every{1000};
/// Commit begins a seal within its tick, unless nothing has changed that is in an image.
constexpr milliseconds seal_awaited_max{3000};

using CheckpointPromise = caf::typed_response_promise<CheckpointOutcome>;

struct SnapshotterState {
  static inline const char* name = "snapshotter";
  PeersPtr peers;
  std::vector<CheckpointPromise> saves;  ///< Who waits for a checkpoint.
};

class SnapshotterActor final : public ThreadActor<Snapshotter, SnapshotterState> {
 public:
  SnapshotterActor(caf::actor_config& config, ServerContext& context, Store& store,
                   SnapshotStore& image, TxnLog& log)
      : ThreadActor(config),
        context_(context),
        log_(context.log.component(SnapshotterState::name)),
        store_(store),
        image_(image),
        txn_log_(log),
        checkpoints_(store),
        ticker_(tick_every) {}

  behavior_type make_behavior() override {
    if (context_.own_threads) yield_to_requests();
    const auto header = image_.header();
    if (header && *header) {
      image_zxid_ = (*header)->position.zxid;
      post_image((*header)->time_ms);
    }
    image_.unstage();  // Of a former snapshotter; commit sends its seal again.
    last_checkpoint_ = now();
    // What the log already holds counts: servers that are started often checkpoint too.
    if (const auto taken = store_.checkpoints(); taken && !taken->empty()) {
      checkpoint_zxid_ = taken->back();
      post_checkpoint(store_.checkpoint_ms(checkpoint_zxid_));
    }
    ticker_.start(*this);
    return {
        [this](meet_a, const PeersPtr& peers) { state.peers = peers; },
        [this](seal_a, const std::shared_ptr<const ImageChanges>& slice) { take(*slice); },
        [this](room_a, const Room& room) {
          shortage_ = room.level == RoomLevel::low;
          room_ = room.level;
        },
        [this](kept_a) { return kept(); },
        [this](save_a) { return save(); },
        [this](verify_a, Zxid zxid) { return verify(zxid); },
        [this](measure_a) { return sizes_of_directories(context_.config); },
        [this](tick_a, std::uint64_t generation) {
          if (ticker_.is_current(generation)) on_tick();
        },
    };
  }

 private:
  [[nodiscard]] milliseconds now() const { return context_.clock.read().monotonic; }

  void post_image(std::int64_t state_ms) {
    context_.board.post([state_ms](Notice& notice) { notice.image_ms = state_ms; });
  }

  void post_checkpoint(std::optional<std::int64_t> taken_ms) {
    context_.board.post([taken_ms](Notice& notice) { notice.checkpoint_ms = taken_ms; });
  }

  void on_tick() {
    write_when_synced();
    const bool is_long =
        txn_log_.bytes() >= log_bytes_at_write_ + context_.config.snapshot_log_bytes;
    if (is_long && !sealed_ && state.peers) send(state.peers->commit, seal_a::value);
    const bool seals = sealed_ || records_ > 0;
    if (!state.saves.empty() && !seals && now() >= seal_awaited_until_) save_image();
    if (is_checkpoint_due() && room_ != RoomLevel::critical) checkpoint();
    ticker_.rearm(*this);
  }

  void take(const ImageChanges& slice) {
    entries_.clear();
    for (const ImageChange& change : slice.changes) capnp_codec::encode_image(change, entries_);
    std::vector<ImageWrite> writes;
    writes.reserve(entries_.size());
    for (auto& entry : entries_) writes.push_back({std::move(entry.key), std::move(entry.value)});
    records_ += writes.size();
    if (const Status staged = image_.stage(writes); !staged) fail(staged.error());
    if (!slice.is_last) return;
    sealed_ = SealHead{slice.zxid, slice.time_ms, slice.digest};
    write_when_synced();
  }

  /// A set goes to disk only when its last txn is in this server's own log.
  void write_when_synced() {
    if (!sealed_ || room_ == RoomLevel::critical || std::exchange(asked_, true)) return;
    request(state.peers->journal, caf::infinite, synced_a::value)
        .then([this](const Logged& logged) {
          asked_ = false;
          if (sealed_ && logged.zxid >= sealed_->zxid) write();
        });
  }

  void write() {
    const auto position = txn_log_.position_at(sealed_->zxid);
    if (!position) return fail(position.error());
    const ImageHeader header{*position, sealed_->time_ms, sealed_->digest};
    sealed_.reset();
    const std::chrono::microseconds start = context_.clock.fine();
    if (const Status written = image_.write({}, header); !written) return fail(written.error());
    const Result<ImageHeader> durable = image_.flush();
    if (!durable) return fail(durable.error());
    image_zxid_ = durable->position.zxid;
    image_ms_ = context_.clock.read().wall_ms;
    written_.push_back({image_zxid_, now()});
    log_bytes_at_write_ = txn_log_.bytes();
    send(state.peers->commit, sealed_a::value, Sealed{image_zxid_});
    post_image(durable->time_ms);
    const std::chrono::microseconds took = context_.clock.fine() - start;
    context_.counters.images.record(static_cast<std::uint64_t>(took.count()), now());
    log_.info("image_written", kv("zxid", image_zxid_), kv("records", std::exchange(records_, 0)),
              kv("ms", std::chrono::duration_cast<milliseconds>(took)));
    if (!state.saves.empty()) go_on_saving();
  }

  // --- Checkpoints and purge -----------------------------------------------------------------

  [[nodiscard]] bool is_checkpoint_due() const {
    if (image_zxid_ <= checkpoint_zxid_) return false;
    return shortage_ || now() - last_checkpoint_ >= context_.config.checkpoint_interval ||
           txn_log_.bytes() >= log_bytes_at_checkpoint_ + context_.config.checkpoint_log_bytes;
  }

  KeptStates kept() {
    KeptStates states;
    states.image = image_zxid_;
    states.image_ms = image_ms_;
    states.image_bytes = image_.bytes();
    if (auto checkpoints = checkpoints_.all()) states.checkpoints = *std::move(checkpoints);
    states.log_base = txn_log_.base().zxid;
    states.log_bytes = txn_log_.bytes();
    return states;
  }

  /// A checkpoint of what is applied now: what the image does not have of it is asked for first.
  CheckpointPromise save() {
    auto promise = make_response_promise<CheckpointPromise>();
    state.saves.push_back(promise);
    save_at_ = context_.board.read().applied;
    go_on_saving();
    return promise;
  }

  void go_on_saving() {
    if (room_ == RoomLevel::critical) {
      return answer_saves({ErrorCode::io_error,
                           {},
                           "the disk is nearly full: nothing is written until there is room"});
    }
    if (image_zxid_ >= save_at_ || !state.peers) return save_image();
    send(state.peers->commit, seal_a::value);
    seal_awaited_until_ = now() + seal_awaited_max;
  }

  void save_image() {
    if (image_zxid_ == checkpoint_zxid_) {
      return answer_saves(
          {ErrorCode::ok, checkpoint_zxid_, "nothing has changed since it was taken"});
    }
    checkpoint();
    if (image_zxid_ != checkpoint_zxid_)
      return answer_saves({ErrorCode::io_error, {}, "it failed; the server's log says why"});
    answer_saves({ErrorCode::ok, checkpoint_zxid_, "taken and read back whole"});
  }

  void answer_saves(const CheckpointOutcome& outcome) {
    for (CheckpointPromise& promise : std::exchange(state.saves, {})) promise.deliver(outcome);
  }

  CheckpointOutcome verify(Zxid zxid) {
    const Status whole = checkpoints_.verify(zxid, context_.clock.read().wall_ms);
    if (whole) return {ErrorCode::ok, zxid, "read back whole"};
    if (whole.code() == ErrorCode::damaged) {
      log_.error("checkpoint_damaged", kv("zxid", zxid), kv("reason", whole.error().text),
                 kv("do", "take another now, and look at the disk; the image in force is not it"));
    }
    return {whole.code(), zxid, whole.error().text};
  }

  void checkpoint() {
    const milliseconds start = now();
    const Result<Zxid> taken = take_checkpoint(store_, image_);
    // Tried again when the next one is due: a bad copy costs nothing but the purge.
    last_checkpoint_ = now();
    log_bytes_at_checkpoint_ = txn_log_.bytes();
    shortage_ = false;
    if (!taken) {
      log_.error("checkpoint_failed", kv("reason", taken.error().text),
                 kv("do", "check the disk; the log is kept until a checkpoint succeeds"));
      return;
    }
    checkpoint_zxid_ = *taken;
    checkpoints_.note_whole(*taken, context_.clock.read().wall_ms);
    post_checkpoint(context_.clock.read().wall_ms);
    log_.info("checkpoint_taken", kv("zxid", *taken), kv("ms", last_checkpoint_ - start));
    purge();
  }

  /// The log keeps what the older of two checkpoints needs, and the history that is wanted.
  void purge() {
    const auto checkpoints = store_.checkpoints();
    if (!checkpoints) return fail(checkpoints.error());
    const auto point = purge_point(*checkpoints);
    if (!point) return;
    // Counted within the epoch of the image: of earlier epochs nothing more is kept.
    const std::uint64_t wanted = context_.config.history_records;
    const std::uint64_t kept = std::min<std::uint64_t>(wanted, image_zxid_.counter());
    Zxid until = std::min(*point, Zxid{image_zxid_.value - kept});
    until = std::min(until, written_before(context_.config.history));
    if (until <= txn_log_.base().zxid) return;
    const std::uint64_t before = txn_log_.bytes();
    if (const Status purged = txn_log_.purge_up_to(until); !purged) return fail(purged.error());
    log_bytes_at_write_ = log_bytes_at_checkpoint_ = txn_log_.bytes();
    log_.info("log_purged", kv("zxid", until), kv("bytes_before", before),
              kv("bytes", txn_log_.bytes()));
  }

  /// The newest image written at least so long ago; what this process has not seen is kept.
  [[nodiscard]] Zxid written_before(std::chrono::hours age) {
    const milliseconds limit = now() - age;
    Zxid newest;
    while (!written_.empty() && written_.front().when <= limit) {
      newest = written_.front().zxid;
      if (written_.size() == 1 || written_[1].when > limit) break;
      written_.pop_front();
    }
    return newest;
  }

  /// The image is a copy; the log still has everything. But a disk that fails here fails there.
  [[noreturn]] void fail(const Error& error) {
    context_.ending.end(ExitCode::durability, error.text);
  }

  void describe(StateDump& dump) const override {
    dump.add("image", to_string(image_zxid_));
    dump.add("checkpoint", to_string(checkpoint_zxid_));
    dump.add("records_staged", records_);
    if (sealed_) dump.add("sealed", to_string(sealed_->zxid));
    dump.add("waits_for_journal", asked_);
    dump.add("checkpoint_due", is_checkpoint_due());
    dump.add("checkpoint_age_ms", now() - last_checkpoint_);
    dump.add("log_bytes", txn_log_.bytes());
    dump.add("room", to_string(room_));
  }

  ServerContext& context_;
  Log log_;
  Store& store_;
  SnapshotStore& image_;
  TxnLog& txn_log_;
  CheckpointRecords checkpoints_;
  Ticker ticker_;
  /// What a seal says about itself; there is one while all of it is staged.
  struct SealHead {
    Zxid zxid;
    std::int64_t time_ms;
    std::uint64_t digest;
  };
  std::optional<SealHead> sealed_;
  std::vector<capnp_codec::ImageEntry> entries_;
  std::size_t records_ = 0;  ///< Staged.
  Zxid save_at_;             ///< What the checkpoint that somebody waits for is to have.
  milliseconds seal_awaited_until_{0};
  Zxid image_zxid_;
  std::int64_t image_ms_ = 0;  ///< When it came so far; 0: before the start.
  std::uint64_t log_bytes_at_write_ = 0;
  struct Written {
    Zxid zxid;
    milliseconds when;
  };
  std::deque<Written> written_;  ///< Images of this process, as long as the history is kept.
  Zxid checkpoint_zxid_;
  milliseconds last_checkpoint_{0};
  std::uint64_t log_bytes_at_checkpoint_ = 0;
  bool asked_ = false;
  RoomLevel room_ = RoomLevel::ample;
  bool shortage_ = false;  ///< The room became low, and no checkpoint has been tried since.
};

}  // namespace

Snapshotter spawn_snapshotter(ServerContext& context, Store& store, SnapshotStore& image,
                              TxnLog& log) {
  return spawn_blocking<SnapshotterActor>(context, store, image, log);
}

}  // namespace quorate
