#include "actors/recovery.h"

#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "schema/capnp/image_codec.h"
#include "schema/capnp/record_codec.h"

namespace quorate {
namespace {

Status load_image(const SnapshotStore& image, State& state, std::optional<ImageHeader>& header) {
  const auto stored = image.header();
  if (!stored) return stored.error();
  header = *stored;
  if (!header) return {};
  const Status read = image.for_each([&state](std::string_view key, std::string_view value) {
    Result<ImageRecord> record = capnp_codec::decode_image(key, value);
    return record ? state.load(*record) : record.status();
  });
  if (!read) return read;
  return state.finish_load(header->position.zxid, header->time_ms, header->digest);
}

/// Applies records as soon as one behind them says that they are committed.
class Replay {
 public:
  explicit Replay(State& state) : state_(state) {}

  Status on_record(const LogRecord& record) {
    Result<Txn> decoded = capnp_codec::decode_txn(record.bytes.bytes());
    if (!decoded) {
      return Error{decoded.error().code,
                   "log record " + to_string(record.zxid) + ": " + decoded.error().text};
    }
    if (decoded->zxid != record.zxid) {
      return Error{ErrorCode::damaged, "log record " + to_string(record.zxid) + " holds the txn " +
                                           to_string(decoded->zxid)};
    }
    auto txn = std::make_shared<const Txn>(std::move(*decoded));
    end_ = {txn->zxid, txn->time_ms};
    uncommitted_.push_back(txn);
    while (!uncommitted_.empty() && uncommitted_.front()->zxid <= txn->committed) {
      state_.apply(*uncommitted_.front());
      uncommitted_.pop_front();
    }
    return {};
  }

  [[nodiscard]] std::vector<std::shared_ptr<const Txn>> uncommitted() const {
    return {uncommitted_.begin(), uncommitted_.end()};
  }
  [[nodiscard]] const std::optional<HistoryEnd>& end() const { return end_; }

 private:
  State& state_;
  std::deque<std::shared_ptr<const Txn>> uncommitted_;
  std::optional<HistoryEnd> end_;
};

/// Who this server is, from its store or, in a fresh one, from its configuration.
Result<Promises> identify(DurableLog& log, ServerId self, const ClusterId& new_cluster) {
  const auto stored = log.promises().load();
  if (!stored) return stored.error();
  if (!*stored) {
    Promises first;
    first.cluster = new_cluster;
    first.server = self;
    return first;
  }
  if ((*stored)->server != self) {
    return Error{ErrorCode::foreign, "the data directory belongs to server " +
                                         std::to_string((*stored)->server.value) +
                                         ", this is server " + std::to_string(self.value) +
                                         "; use the directory of this server, or correct its id"};
  }
  return **stored;
}

}  // namespace

Result<Recovered> recover(DurableLog& log, SnapshotStore& image, ServerId self,
                          const ClusterId& new_cluster, std::uint64_t table_seed) {
  Result<Promises> promises = identify(log, self, new_cluster);
  if (!promises) return promises.error();
  Recovered recovered{State(table_seed), {}, std::move(*promises), {}, 0, false};
  State& state = recovered.state;

  std::optional<ImageHeader> header;
  if (const Status loaded = load_image(image, state, header); !loaded) return loaded.error();
  const LogPosition anchor = header ? header->position : log.base();
  recovered.image_zxid = anchor.zxid;

  Replay replay(state);
  const auto walk =
      log.walk(anchor, [&](const LogRecord& record) { return replay.on_record(record); });
  if (!walk) return walk.error();
  if (walk->damage) return *walk->damage;
  recovered.records_replayed = walk->records;
  recovered.torn_tail = walk->torn_tail;

  ++recovered.promises.incarnation.value;
  if (const Status kept = log.promises().store(recovered.promises); !kept) return kept.error();

  Standing& standing = recovered.standing;
  standing.self = self;
  standing.voters = {self};
  standing.promised = {recovered.promises.accepted_epoch, recovered.promises.current_epoch};
  standing.history = replay.end().value_or(HistoryEnd{anchor.zxid, state.last_time_ms()});
  standing.uncommitted = replay.uncommitted();
  return recovered;
}

}  // namespace quorate
