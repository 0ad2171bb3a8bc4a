#include "actors/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "actors/peers.h"
#include "actors/room_keeper.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/ticker.h"
#include "actors/spawn.h"
#include "storage/divergences.h"
#include "storage/durable_log.h"

namespace quorate {
namespace {

/// More unsynced bytes than this are synced although more records wait.
constexpr std::size_t unsynced_bytes_max = std::size_t{4} << 20;
constexpr std::chrono::milliseconds tick_every{200};
/// The room on the disks is looked at so often, and behind so many bytes of log.
constexpr unsigned ticks_between_looks = 5;
constexpr std::size_t bytes_between_looks = std::size_t{1} << 20;

std::string hex(std::uint64_t digest) { return fmt::format("{:016x}", digest); }

struct JournalState {
  static inline const char* name = "journal";
  PeersPtr peers;
};

class JournalActor final : public ThreadActor<Journal, JournalState> {
 public:
  JournalActor(caf::actor_config& config, ServerContext& context, DurableLog& log)
      : ThreadActor(config),
        context_(context),
        log_(context.log.component(JournalState::name)),
        txn_log_(log),
        ticker_(tick_every) {
    const auto stored = txn_log_.promises().load();
    if (!stored || !*stored) context_.ending.end(ExitCode::durability, "the promises are gone");
    promises_ = **stored;
    logged_ = txn_log_.last().zxid;
  }

  behavior_type make_behavior() override {
    ticker_.start(*this);
    return {
        [this](meet_a, const PeersPtr& peers) {
          state.peers = peers;
          tell_room();
          settle();
        },
        [this](append_a, const std::shared_ptr<const AppendBatch>& batch) {
          append(*batch);
          settle();
        },
        [this](promise_a, const EpochPromise& promise) { store(promise); },
        [this](cut_a, const LogPosition& keep) { cut(keep); },
        [this](install_a, const InstallImage& image) { install(image); },
        [this](diverge_a, const Divergence& found) { diverge(found); },
        [this](join_a, const ClusterToJoin& found) { join(found.cluster); },
        [this](settle_a) {
          sync();
          send(state.peers->proposal, settle_a::value);
        },
        [this](synced_a) {
          settle();
          // Of the history that the asker means, nothing is here any more.
          return Logged{starts_over_ ? Zxid{} : logged_};
        },
        [this](tick_a, std::uint64_t generation) {
          settle();
          if (ticker_.is_current(generation)) on_tick();
        },
    };
  }

 private:
  void append(const AppendBatch& batch) {
    // A role that has been overtaken may still have appends on their way (ZOOKEEPER-4541).
    if (batch.epoch >= promises_.accepted_epoch && !starts_over_) {
      require(txn_log_.append(batch.records));
      std::size_t bytes = 0;
      for (const LogRecord& record : batch.records) bytes += record.bytes.size();
      unsynced_bytes_ += bytes;
      bytes_since_look_ += bytes;
      if (bytes_since_look_ >= bytes_between_looks) look_at_room();
    }
  }

  /// Group commit: whatever came while the last sync ran goes into this one. Called behind every
  /// message, because the one that was waited for need not be an append.
  void settle() {
    if (mailbox().size() == 0 || unsynced_bytes_ > unsynced_bytes_max) sync();
  }

  void cut(const LogPosition& keep) {
    if (starts_over_) return;
    require(txn_log_.truncate_after(keep.zxid));
    if (txn_log_.last() != keep) {
      context_.ending.end(ExitCode::durability,
                          "the log does not hold what its leader found in it up to " +
                              to_string(keep.zxid) + "; keep a copy and let this server join anew");
    }
    unsynced_bytes_ = 0;
    logged_ = keep.zxid;
  }

  /// First the promises, which name the image: whoever starts between the two steps finds an image
  /// that the log does not reach, and drops the log.
  void install(const InstallImage& image) {
    sync();
    const LogPosition& at = image.install.at;
    promises_.image_directory = image.name;
    store_promise(image.install.promise);
    require(txn_log_.anchor_at(at));
    require(txn_log_.truncate_after(at.zxid));
    if (txn_log_.last() != at)
      context_.ending.end(ExitCode::durability, "the log cannot be made to begin behind the image");
    start_over("an image of another server was installed");
  }

  /// First the promises and the fence, which are all that the next start keeps: without the log,
  /// this server must not be counted before it has again what it acked. Then the note, by which the
  /// next start knows that the rest is wrong.
  void diverge(const Divergence& found) {
    if (starts_over_) return;
    if (context_.divergences == nullptr)
      context_.ending.end(ExitCode::broken, "the state is wrong, and there is no other");
    sync();
    auto& recovering = promises_.recovering_to;
    recovering = std::max(recovering.value_or(Zxid{}), logged_);
    require(txn_log_.promises().store(promises_));
    require(txn_log_.note_logged());
    const DivergenceNote note{found.zxid, found.digest, found.expected,
                              context_.clock.read().wall_ms};
    require(context_.divergences->note(note));
    log_.error("diverged", kv("zxid", note.zxid), kv("digest", hex(note.digest)),
               kv("expected", hex(note.expected)), kv("set_aside", note.aside()),
               kv("in", context_.config.data_dir + " and " + context_.config.data_log_dir),
               kv("next", "begins anew with the state of the others"));
    start_over("its state differs from that of a quorum");
  }

  void join(const ClusterId& cluster) {
    // Whoever has promised something since then belongs where it did.
    if (starts_over_ || promises_.accepted_epoch != Epoch{} || promises_.cluster == cluster) return;
    promises_.cluster = cluster;
    require(txn_log_.promises().store(promises_));
    start_over("this new server has met its ensemble");
  }

  /// Nothing may change any more what the next start will find.
  void start_over(std::string_view reason) {
    starts_over_ = true;
    context_.ending.start_over(reason);
  }

  void sync() {
    if (txn_log_.last().zxid == logged_) return;
    const auto began = context_.clock.fine();
    require(txn_log_.sync());
    unsynced_bytes_ = 0;
    logged_ = txn_log_.last().zxid;
    note_sync(began, context_.clock.fine());
    send(state.peers->proposal, logged_a::value, Logged{logged_});
  }

  void note_sync(std::chrono::microseconds began, std::chrono::microseconds now) {
    context_.stages.note(Milestone::synced, logged_, now);
    context_.counters.syncs.record(static_cast<std::uint64_t>((now - began).count()),
                                   std::chrono::duration_cast<std::chrono::milliseconds>(now));
  }

  void store(const EpochPromise& promise) {
    if (starts_over_) return;
    // The promise speaks of the log before it (ZOOKEEPER-4643).
    sync();
    store_promise(promise);
    send(state.peers->proposal, promise_a::value, promise);
  }

  void store_promise(const EpochPromise& promise) {
    promises_.accepted_epoch = promise.accepted;
    promises_.accepted_leader = promise.leader;
    promises_.current_epoch = promise.current;
    promises_.recovering_to = promise.recovering_to;
    require(txn_log_.promises().store(promises_));
    if (promises_.accepted_epoch != Epoch{}) context_.is_new = false;
  }

  void on_tick() {
    // Apart from the log, how far it had come: so that a lost tail is noticed. Under load the log
    // does it itself now and then; here it is brought up to date when nothing else waits.
    if (fenced_ != logged_ && logged_ == logged_at_tick_) {
      require(txn_log_.note_logged());
      fenced_ = logged_;
    }
    logged_at_tick_ = logged_;
    if (++ticks_since_look_ >= ticks_between_looks) look_at_room();
    ticker_.rearm(*this);
  }

  /// Here, because nobody else is about to need the room, and nobody waits for an answer.
  void look_at_room() {
    ticks_since_look_ = 0;
    bytes_since_look_ = 0;
    if (context_.room == nullptr) return;
    const RoomLevel before = context_.room->level();
    if (context_.room->look() != before) tell_room();
  }

  void tell_room() {
    if (context_.room == nullptr || !state.peers) return;
    const Room room{context_.room->level()};
    context_.board.post([&room](Notice& notice) { notice.room = room.level; });
    send(state.peers->commit, room_a::value, room);
    send(state.peers->snapshotter, room_a::value, room);
  }

  void require(const Status& status) {
    if (!status) context_.ending.end(ExitCode::durability, status.error().text);
  }

  void describe(StateDump& dump) const override {
    dump.add("logged", to_string(logged_));
    dump.add("unsynced_bytes", unsynced_bytes_);
    dump.add("fenced", to_string(fenced_));
    dump.add("log_bytes", txn_log_.bytes());
    dump.add("promised_epoch", promises_.accepted_epoch.value);
    dump.add("promised_to", promises_.accepted_leader.value);
    dump.add("current_epoch", promises_.current_epoch.value);
    if (promises_.recovering_to) dump.add("recovering_to", to_string(*promises_.recovering_to));
    dump.add("starts_over", starts_over_);
    if (context_.room != nullptr) dump.add("room", to_string(context_.room->level()));
  }

  ServerContext& context_;
  Log log_;
  DurableLog& txn_log_;
  Promises promises_;
  Zxid logged_;  ///< Synced up to here.
  Zxid logged_at_tick_;
  Zxid fenced_;
  bool starts_over_ = false;
  std::size_t unsynced_bytes_ = 0;
  std::size_t bytes_since_look_ = 0;
  unsigned ticks_since_look_ = 0;
  Ticker ticker_;
};

}  // namespace

Journal spawn_journal(ServerContext& context, DurableLog& log) {
  return spawn_blocking<JournalActor>(context, log);
}

}  // namespace quorate
