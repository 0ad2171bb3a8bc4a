#include "test/unit/core/zab/sim_disk.h"

#include <algorithm>
#include <iterator>

#include "core/base/hash.h"

namespace quorate::sim {

void Applied::apply(const Record& record) {
  at = record.position;
  time_ms = record.txn->time_ms;
  ++count;
  digest = hash64(record.bytes.text(), digest);
}

std::optional<LogPosition> Disk::position_at(Zxid zxid) const {
  if (zxid < base.zxid) return std::nullopt;
  const auto after = std::partition_point(
      log.begin(), log.end(), [zxid](const Record& record) { return record.zxid() <= zxid; });
  return after == log.begin() ? base : std::prev(after)->position;
}

bool Disk::holds(const LogPosition& position) const {
  if (position.zxid <= image.at.zxid) return true;
  return position.zxid <= last_synced().zxid && position_at(position.zxid) == position;
}

bool Disk::is_chain() const {
  LogPosition at = base;
  for (const Record& record : log) {
    at = advance(at, record.zxid(), record.bytes.text());
    if (at != record.position) return false;
  }
  return true;
}

LogOutline Disk::outline() const {
  LogOutline outline;
  outline.ends = {image.at};
  outline.last_stamp_ms = image.time_ms;
  outline.committed = image.at;
  for (const Record& record : log) {
    if (record.zxid() <= image.at.zxid) continue;
    const bool same_epoch = record.zxid().epoch() == outline.ends.back().zxid.epoch();
    if (same_epoch && outline.ends.size() > 1) outline.ends.pop_back();
    outline.ends.push_back(record.position);
    outline.last_stamp_ms = record.txn->time_ms;
    outline.uncommitted.push_back(record);
    auto& waits = outline.uncommitted;
    while (!waits.empty() && waits.front().zxid() <= record.txn->committed) {
      outline.committed = waits.front().position;
      waits.erase(waits.begin());
    }
  }
  return outline;
}

std::vector<Record> Disk::committed_behind_image() const {
  std::vector<Record> records;
  const Zxid committed = outline().committed.zxid;
  for (const Record& record : log)
    if (record.zxid() > image.at.zxid && record.zxid() <= committed) records.push_back(record);
  return records;
}

void Disk::cut_after(Zxid keep) {
  while (!log.empty() && log.back().zxid() > keep) log.pop_back();
  synced = std::min(synced, log.size());
  fence = std::min(fence, keep);
}

void Disk::anchor_at(const Applied& new_image) {
  log.clear();
  base = new_image.at;
  image = new_image;
  synced = 0;
  fence = last().zxid;
}

void Disk::sync() {
  synced = log.size();
  fence = std::max(fence, last().zxid);
}

}  // namespace quorate::sim
