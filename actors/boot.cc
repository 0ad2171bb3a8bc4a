#include "actors/boot.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "schema/capnp/image_codec.h"
#include "schema/capnp/record_codec.h"
#include "storage/read_ahead.h"
#include "storage/store_recovery.h"

namespace quorate {
namespace {

/// Builds the state from an image and the records behind it; a record is applied as soon as one
/// behind it says that it is committed.
class Replay {
 public:
  Replay(std::uint64_t table_seed, LastWords& words) : table_seed_(table_seed), words_(words) {}

  /// Starts over from `image`, or from nothing.
  Status load(const SnapshotStore* image) {
    state_.emplace(table_seed_);
    uncommitted_.clear();
    time_ms_.reset();
    epoch_ends_.clear();
    records_ = 0;
    held_ = false;
    decodes_no_more_ = false;
    if (image == nullptr) return {};
    const auto header = image->header();
    if (!header) return header.error();
    if (!*header) return {};
    // Reading and decoding a million records takes as long as building the tree of them, and a
    // start waits for both.
    const auto decode = [image](const GiveItem<ImageRecord>& give) {
      return image->for_each([&give](std::string_view key, std::string_view value) {
        Result<ImageRecord> record = capnp_codec::decode_image(key, value);
        return record ? give(*std::move(record), key.size() + value.size()) : record.status();
      });
    };
    const Status read = read_ahead<ImageRecord>(
        decode, [this](const ImageRecord& record) { return state_->load(record); });
    if (!read) return read;
    return state_->finish_load((*header)->position.zxid, (*header)->time_ms, (*header)->digest);
  }

  /// What a record holds; nothing from a deadly one on. For the thread that reads ahead, and so
  /// apart from all else here.
  Result<Txn> decode(const LogRecord& record) {
    decodes_no_more_ = decodes_no_more_ || is_deadly(record.zxid);
    if (decodes_no_more_) return Txn{};
    Result<Txn> decoded = capnp_codec::decode_txn(record.bytes.bytes());
    if (!decoded) {
      return Error{decoded.error().code,
                   "log record " + to_string(record.zxid) + ": " + decoded.error().text};
    }
    if (decoded->zxid != record.zxid) {
      return Error{ErrorCode::damaged, "log record " + to_string(record.zxid) + " holds the txn " +
                                           to_string(decoded->zxid)};
    }
    return decoded;
  }

  Status on_record(const LogRecord& record, const std::shared_ptr<Result<Txn>>& decoded) {
    held_ = held_ || is_deadly(record.zxid);
    if (held_) return {};
    if (!*decoded) return decoded->error();
    // Shares the memory of its result.
    const std::shared_ptr<const Txn> txn(decoded, &decoded->value());
    ++records_;
    time_ms_ = txn->time_ms;
    if (epoch_ends_.empty() || epoch_ends_.back().epoch() != txn->zxid.epoch())
      epoch_ends_.emplace_back();
    epoch_ends_.back() = txn->zxid;
    uncommitted_.push_back({{}, txn, record.bytes});
    while (!uncommitted_.empty() && uncommitted_.front().txn->zxid <= txn->committed) {
      const Txn& committed = *uncommitted_.front().txn;
      const ApplyMark::Scope marked(&words_.mark(), committed.zxid);
      state_->apply(committed);
      uncommitted_.pop_front();
    }
    return {};
  }

  [[nodiscard]] State take_state() { return std::move(*state_); }
  /// What the machines need to know of the log behind `image`. Asked for once, at the end: places
  /// are looked up, which is cheaper than following the chain a second time.
  [[nodiscard]] Result<LogOutline> outline(const DurableLog& log, const LogPosition& image) const {
    LogOutline outline;
    outline.ends = {image};
    outline.last_stamp_ms = time_ms_.value_or(state_->last_time_ms());
    for (const Zxid end : epoch_ends_) {
      const auto position = log.position_at(end);
      if (!position) return position.error();
      outline.ends.push_back(*position);
    }
    const auto committed = log.position_at(std::max(image.zxid, state_->last_applied()));
    if (!committed) return committed.error();
    outline.committed = *committed;
    LogPosition at = *committed;
    for (Record record : uncommitted_) {
      at = advance(at, record.txn->zxid, record.bytes.text());
      record.position = at;
      outline.uncommitted.push_back(std::move(record));
    }
    return outline;
  }
  [[nodiscard]] std::uint64_t records() const { return records_; }
  /// A deadly record was met: what is before it may be applied, nothing else was looked at.
  [[nodiscard]] bool is_held() const { return held_; }

 private:
  [[nodiscard]] bool is_deadly(Zxid zxid) const {
    const auto& left = words_.left();
    return left && left->applying == zxid && left->times >= deaths_max;
  }

  std::uint64_t table_seed_;
  LastWords& words_;
  bool held_ = false;
  bool decodes_no_more_ = false;  ///< Of decode() alone.
  std::optional<State> state_;
  std::deque<Record> uncommitted_;  ///< Their positions are found in the end.
  std::optional<std::int64_t> time_ms_;
  std::vector<Zxid> epoch_ends_;
  std::uint64_t records_ = 0;
};

/// Who this server is, from its store or, in a fresh one, from its configuration.
Result<Promises> identify(const std::optional<Promises>& stored, ServerId self,
                          const Beginning& beginning,
                          const std::optional<ClusterId>& required_cluster) {
  if (!stored) {
    Promises first;
    first.cluster = required_cluster.value_or(beginning.cluster);
    first.server = self;
    first.incarnation = beginning.incarnation;
    return first;
  }
  if (required_cluster && stored->cluster != *required_cluster) {
    return Error{ErrorCode::foreign,
                 "the data directory belongs to another ensemble than cluster_id names; use the "
                 "directory of this ensemble, or correct or remove cluster_id"};
  }
  if (stored->server == self) return *stored;
  return Error{ErrorCode::foreign, "the data directory belongs to server " +
                                       std::to_string(stored->server.value) + ", this is server " +
                                       std::to_string(self.value) +
                                       "; use the directory of this server, or correct its id"};
}

/// The first image of a fresh store.
Status make_image(Store& store, std::unique_ptr<SnapshotStore>& image, Promises& promises) {
  if (image) return {};
  const auto name = new_image_name(store);
  if (!name) return name.error();
  auto created = store.create_image(*name);
  if (!created) return created.error();
  image = std::move(*created);
  promises.image_directory = *name;
  return {};
}

Result<Boot> hold(RecoveredStore recovered, State state, const LastWord& words) {
  const auto at = recovered.log->position_at(words.applying);
  if (!at) return at.error();
  return Boot{std::move(recovered.log),
              std::move(recovered.image),
              std::move(state),
              LogOutline{},
              recovered.promises.value_or(Promises{}),
              recovered.image_position.zxid,
              0,
              std::move(recovered.warnings),
              HeldRecord{*at, words}};
}

}  // namespace

Result<Boot> boot(Store& store, ServerId self, const Beginning& beginning, std::uint64_t table_seed,
                  LastWords& words, const std::optional<ClusterId>& required_cluster,
                  const StoreRecoverySettings& recovery) {
  Replay replay(table_seed, words);
  auto recovered = recover_store(
      store, recovery, [&replay](const SnapshotStore* image) { return replay.load(image); },
      LogVisitor([&replay](const LogRecord& record) { return replay.decode(record); },
                 [&replay](const LogRecord& record, const std::shared_ptr<Result<Txn>>& decoded) {
                   return replay.on_record(record, decoded);
                 }));
  if (!recovered) return recovered.error();
  if (replay.is_held()) return hold(*std::move(recovered), replay.take_state(), *words.left());
  Result<Promises> promises = identify(recovered->promises, self, beginning, required_cluster);
  if (!promises) return promises.error();
  if (const Status made = make_image(store, recovered->image, *promises); !made) {
    return made.error();
  }
  ++promises->incarnation.value;
  if (const Status kept = recovered->log->promises().store(*promises); !kept) return kept.error();

  auto outline = replay.outline(*recovered->log, recovered->image_position);
  if (!outline) return outline.error();
  const Zxid image_zxid = recovered->image_position.zxid;
  return Boot{std::move(recovered->log), std::move(recovered->image),    replay.take_state(),
              *std::move(outline),       std::move(*promises),           image_zxid,
              replay.records(),          std::move(recovered->warnings), std::nullopt};
}

Standing take_standing(Boot& boot, ServerId self, Quorum quorum) {
  const Promises& stored = boot.promises;
  const EpochPromise promise{stored.accepted_epoch, stored.accepted_leader, stored.current_epoch,
                             stored.recovering_to};
  // Who decides alone has nobody to bring up to date but observers, which may wait for the disk.
  const bool alone = quorum.is_quorum({self});
  const std::size_t window_bytes_max = alone ? 0 : ZabLimits{}.window_bytes_max;
  return {self, std::move(quorum), promise, History(std::move(boot.outline), window_bytes_max)};
}

}  // namespace quorate
