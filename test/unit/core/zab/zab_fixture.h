// What the tests of the replication share: servers, records, and a journal's answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/zab/effects.h"
#include "core/zab/history.h"
#include "core/zab/peer_message.h"
#include "core/zab/standing.h"

namespace quorate {

constexpr ServerId s1{1};
constexpr ServerId s2{2};
constexpr ServerId s3{3};
constexpr ServerId observer{9};

inline Quorum only_one() { return Quorum(ServerSet{s1}); }
inline Quorum three_voters() { return Quorum(ServerSet{s1, s2, s3}); }

constexpr Zxid at(std::uint32_t epoch, std::uint32_t counter) {
  return Zxid::at(Epoch{epoch}, counter);
}

inline ClockReading clock_at(std::int64_t ms) {
  return {1'000'000 + ms, std::chrono::milliseconds{ms}};
}

/// Only has to tell one record from another.
class PlainEncoder final : public TxnEncoder {
 public:
  [[nodiscard]] Blob encode(const Txn& txn) const override {
    return Blob(to_string(txn.zxid) + " " + std::to_string(txn.time_ms) + " of " +
                std::to_string(txn.submission.origin.sequence));
  }
};
inline const PlainEncoder plain_encoder;

inline std::vector<Submission> writes(std::size_t count, std::uint64_t first = 1) {
  std::vector<Submission> submissions(count);
  for (Submission& write : submissions) {
    write.body = Delete{"/a", any_version};
    write.origin.sequence = first++;
  }
  return submissions;
}

/// A record that continues `previous`; another `content` is another record.
inline Record record_behind(const LogPosition& previous, Zxid zxid, std::uint64_t content = 0) {
  auto txn = std::make_shared<Txn>();
  txn->zxid = zxid;
  txn->time_ms = std::int64_t{1000} + zxid.counter();
  txn->submission.origin.sequence = content;
  Record record;
  record.bytes = plain_encoder.encode(*txn);
  record.position = advance(previous, zxid, record.bytes.text());
  record.txn = std::move(txn);
  return record;
}

/// The counters `first` to `last` of an epoch, behind `previous`.
inline std::vector<Record> records_behind(LogPosition previous, std::uint32_t epoch,
                                          std::uint32_t first, std::uint32_t last) {
  std::vector<Record> records;
  for (std::uint32_t counter = first; counter <= last; ++counter) {
    records.push_back(record_behind(previous, at(epoch, counter)));
    previous = records.back().position;
  }
  return records;
}

/// A log of epoch 3 that begins with its first record.
inline std::vector<Record> log_up_to(std::uint32_t counter) {
  return records_behind(LogPosition{}, 3, 1, counter);
}
inline LogPosition end_of(const std::vector<Record>& records) {
  return records.empty() ? LogPosition{} : records.back().position;
}

/// What a start reads: the first `committed` of the records are known to be, and not in memory.
inline LogOutline outline_of(const std::vector<Record>& records, std::size_t committed = 0) {
  LogOutline outline;
  if (records.empty()) return outline;
  for (const Record& record : records) {
    const bool same_epoch = record.zxid().epoch() == outline.ends.back().zxid.epoch();
    if (same_epoch && outline.ends.size() > 1) outline.ends.pop_back();
    outline.ends.push_back(record.position);
  }
  outline.last_stamp_ms = records.back().txn->time_ms;
  if (committed > 0) outline.committed = records[committed - 1].position;
  const auto behind = records.begin() + static_cast<std::ptrdiff_t>(committed);
  outline.uncommitted.assign(behind, records.end());
  return outline;
}

/// A server that has the records and was last in `current`, which it promised to server 3.
inline Standing standing_with(ServerId self, const Quorum& quorum,
                              const std::vector<Record>& records, Epoch current = Epoch{3},
                              std::size_t committed = 0) {
  Standing standing(self, quorum, EpochPromise{current, s3, current, {}},
                    History(outline_of(records, committed), 10'000));
  standing.encoder = &plain_encoder;
  return standing;
}

/// All messages of a kind that go to a server, in order.
template <class Message>
std::vector<Message> sent_to(ServerId to, const Effects& effects) {
  std::vector<Message> messages;
  for (const Envelope& envelope : effects.send) {
    const auto* message = std::get_if<Message>(&envelope.message);
    if (envelope.to == to && message != nullptr) messages.push_back(*message);
  }
  return messages;
}

inline std::vector<Zxid> zxids_of(const std::vector<Record>& records) {
  std::vector<Zxid> zxids;
  for (const Record& record : records) zxids.push_back(record.zxid());
  return zxids;
}
inline std::vector<Zxid> zxids_of(const std::vector<std::shared_ptr<const Txn>>& txns) {
  std::vector<Zxid> zxids;
  for (const auto& txn : txns) zxids.push_back(txn->zxid);
  return zxids;
}
inline std::vector<Zxid> zxids_of(const std::vector<Proposals>& batches) {
  std::vector<Zxid> zxids;
  for (const Proposals& batch : batches)
    for (const Record& record : batch->records) zxids.push_back(record.zxid());
  return zxids;
}

}  // namespace quorate
