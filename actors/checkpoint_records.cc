#include "actors/checkpoint_records.h"

#include <algorithm>

#include "actors/checkpoint.h"

namespace quorate {

Result<std::vector<CheckpointRecord>> CheckpointRecords::all() {
  const auto zxids = store_.checkpoints();
  if (!zxids) return zxids.error();
  std::erase_if(records_, [&zxids](const auto& known) {
    return std::find(zxids->begin(), zxids->end(), known.first) == zxids->end();
  });
  std::vector<CheckpointRecord> records;
  for (const Zxid zxid : *zxids) records.push_back(record(zxid));
  return records;
}

void CheckpointRecords::note_whole(Zxid zxid, std::int64_t wall_ms) {
  records_.erase(zxid);  // One of the same zxid may have been replaced.
  record(zxid).verified_ms = wall_ms;
}

Status CheckpointRecords::verify(Zxid zxid, std::int64_t wall_ms) {
  const auto known = all();
  if (!known) return known.error();
  if (!records_.contains(zxid))
    return {ErrorCode::no_node, "there is no checkpoint at " + to_string(zxid)};
  const auto opened = store_.open_checkpoint(zxid);
  const Status whole = opened ? verify_image(**opened) : opened.status();
  records_[zxid].verified_ms = wall_ms;
  records_[zxid].damaged = !whole;
  return whole;
}

CheckpointRecord& CheckpointRecords::record(Zxid zxid) {
  const auto [found, is_new] = records_.try_emplace(zxid);
  CheckpointRecord& record = found->second;
  if (!is_new) return record;
  record.zxid = zxid;
  const auto opened = store_.open_checkpoint(zxid);
  record.damaged = !opened;
  if (!opened) return record;
  record.bytes = (*opened)->bytes();
  if (const auto header = (*opened)->header(); header && *header) record.digest = (*header)->digest;
  return record;
}

}  // namespace quorate
