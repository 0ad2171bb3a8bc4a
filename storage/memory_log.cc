#include "storage/memory_log.h"

#include <algorithm>
#include <utility>

namespace quorate {
namespace {

Error purged(Zxid zxid, Zxid base) {
  return {ErrorCode::purged,
          "the log begins behind " + to_string(base) + ", not at " + to_string(zxid)};
}

/// Whether `entry` is what follows `before`.
Status prove(const LogPosition& before, const MemoryDisk::Entry& entry) {
  if (advance(before, entry.record) == entry.position) return {};
  return {ErrorCode::damaged, "record " + to_string(entry.record.zxid) +
                                  " does not continue the chain hash of the history"};
}

}  // namespace

/// Holds the records it has yet to read: they are pinned by being shared.
class MemoryLog::Reader final : public LogReader {
 public:
  Reader(LogPosition from, std::vector<MemoryDisk::Entry> entries, CutMark cut)
      : position_(from), entries_(std::move(entries)), cut_(std::move(cut)) {}

  Result<std::optional<LogRecord>> next() override {
    if (over_) return *over_;
    auto record = read();
    if (!record) over_ = record.error();
    return record;
  }

 private:
  Result<std::optional<LogRecord>> read() {
    if (at_ == entries_.size()) return std::optional<LogRecord>();
    const MemoryDisk::Entry& entry = entries_[at_++];
    if (entry.record.zxid.value > *cut_) {
      return {ErrorCode::cut, "the records behind " + to_string(Zxid{*cut_}) +
                                  " were truncated while they were read"};
    }
    const Status good = prove(position_, entry);
    if (!good) return good.error();
    position_ = entry.position;
    return std::optional<LogRecord>(entry.record);
  }

  LogPosition position_;
  std::vector<MemoryDisk::Entry> entries_;
  CutMark cut_;
  std::size_t at_ = 0;
  std::optional<Error> over_;
};

MemoryLog::MemoryLog(MemoryDisk& disk, unsigned fence_every_groups)
    : disk_(disk), start_(disk.start()), fence_every_groups_(fence_every_groups) {}

Result<std::unique_ptr<MemoryLog>> MemoryLog::open(MemoryDisk& disk, unsigned fence_every_groups) {
  const auto held = disk.lock();
  std::unique_ptr<MemoryLog> log(new MemoryLog(disk, fence_every_groups));
  if (!disk.log.made && (disk.log.fence != Zxid{} || disk.log.fenced_promises))
    return {ErrorCode::damaged, "the log is lost, but its fence is there"};
  log->fresh_ = !std::exchange(disk.log.made, true);
  return log;
}

Result<LogWalk> MemoryLog::walk(const LogPosition& anchor, const LogVisitor& visit) {
  const auto held = disk_.lock();
  if (anchor.zxid < disk_.log.base.zxid) return purged(anchor.zxid, disk_.log.base.zxid);
  LogWalk out;
  proof_ = Proof::sound;
  const auto start = position_at(anchor.zxid);
  out.last = *start;
  Status broken;
  if (*start != anchor) {
    broken = Status(ErrorCode::damaged,
                    "the log has no record " + to_string(anchor.zxid) + " as the image has it");
  }
  for (std::size_t i = first_behind(anchor.zxid); broken && i < disk_.log.entries.size(); ++i) {
    broken = prove(out.last, disk_.log.entries[i]);
    if (!broken) break;
    out.last = disk_.log.entries[i].position;
    ++out.records;
    if (!visit) continue;
    const LogRecord& record = disk_.log.entries[i].record;
    const Status seen = visit.visit(record, visit.make(record));
    if (!seen) return seen.error();
  }
  if (broken && out.last.zxid < disk_.log.fence) {
    broken = Status(ErrorCode::damaged, "the log ends at " + to_string(out.last.zxid) +
                                            ", below its fence " + to_string(disk_.log.fence));
  }
  proven_ = out.last;
  if (broken) {
    const Status noted = note_logged();
    if (!noted) return noted.error();
    return out;
  }
  proof_ = Proof::damaged;
  out.damage = broken.error();
  out.lost_to = std::max({disk_.log.fence, out.last.zxid, end().zxid});
  return out;
}

Status MemoryLog::note_logged() {
  const auto held = disk_.lock();
  if (const Status open = writable(); !open) return open;
  groups_since_fence_ = 0;
  const Zxid synced = disk_.log.synced == 0 ? disk_.log.base.zxid
                                            : disk_.log.entries[disk_.log.synced - 1].record.zxid;
  if (disk_.log.fence >= synced) return {};
  const Status begun = disk_.begin(DiskOperation::fence, start_, 0);
  if (begun) disk_.log.fence = synced;
  return begun;
}

Zxid MemoryLog::fence() const {
  const auto held = disk_.lock();
  return disk_.log.fence;
}

Status MemoryLog::append(std::span<const LogRecord> records) {
  const auto held = disk_.lock();
  if (const Status open = writable(); !open) return open;
  LogPosition position = end();
  std::uint64_t bytes = 0;
  for (const LogRecord& record : records) {
    if (record.zxid <= position.zxid) {
      return {ErrorCode::bad_arguments,
              "record " + to_string(record.zxid) + " does not follow " + to_string(position.zxid)};
    }
    position.zxid = record.zxid;
    bytes += record.bytes.size();
  }
  const Status begun = disk_.begin(DiskOperation::log_append, start_, bytes);
  if (!begun) return begun;
  position = end();
  for (const LogRecord& record : records) {
    position = advance(position, record);
    disk_.log.entries.push_back({record, position});
  }
  return {};
}

Status MemoryLog::sync() {
  const auto held = disk_.lock();
  if (const Status open = writable(); !open) return open;
  const Status begun = disk_.begin(DiskOperation::log_sync, start_, 0);
  if (!begun) return begun;
  if (disk_.log.synced == disk_.log.entries.size()) return {};
  disk_.log.synced = disk_.log.entries.size();
  if (++groups_since_fence_ < fence_every_groups_) return {};
  return note_logged();
}

Status MemoryLog::truncate_after(Zxid zxid) {
  const auto held = disk_.lock();
  if (proof_ == Proof::none) return writable();
  if (zxid < disk_.log.base.zxid) return purged(zxid, disk_.log.base.zxid);
  if (proof_ == Proof::sound && zxid >= end().zxid) return sync();
  const Status begun = disk_.begin(DiskOperation::log_cut, start_, 0);
  if (!begun) return begun;
  if (proof_ == Proof::damaged) zxid = std::min(zxid, proven_.zxid);
  const auto kept = static_cast<std::ptrdiff_t>(first_behind(zxid));
  disk_.log.entries.erase(disk_.log.entries.begin() + kept, disk_.log.entries.end());
  disk_.log.synced = disk_.log.entries.size();
  disk_.log.fence = std::min(disk_.log.fence, end().zxid);
  proof_ = Proof::sound;
  cut_readers(zxid);
  return {};
}

Status MemoryLog::anchor_at(const LogPosition& position) {
  const auto held = disk_.lock();
  if (proof_ == Proof::sound && position.zxid >= disk_.log.base.zxid) {
    const auto here = position_at(position.zxid);
    if (here && *here == position) return sync();
  }
  const Status begun = disk_.begin(DiskOperation::log_cut, start_, 0);
  if (!begun) return begun;
  disk_.log.entries.clear();
  disk_.log.synced = 0;
  disk_.log.base = position;
  disk_.log.fence = position.zxid;
  proof_ = Proof::sound;
  cut_readers(Zxid{});
  return {};
}

Status MemoryLog::purge_up_to(Zxid zxid) {
  const auto held = disk_.lock();
  if (zxid > end().zxid)
    return {ErrorCode::bad_arguments, "the log ends before " + to_string(zxid)};
  const std::size_t gone = first_behind(zxid);
  if (gone == 0) return {};
  const Status begun = disk_.begin(DiskOperation::log_purge, start_, 0);
  if (!begun) return begun;
  disk_.log.base = disk_.log.entries[gone - 1].position;
  disk_.log.entries.erase(disk_.log.entries.begin(),
                          disk_.log.entries.begin() + static_cast<std::ptrdiff_t>(gone));
  disk_.log.synced -= std::min(disk_.log.synced, gone);
  return {};
}

Result<std::unique_ptr<LogReader>> MemoryLog::reader(Zxid zxid) const {
  const auto held = disk_.lock();
  const auto from = position_at(zxid);
  if (!from) return from.error();
  const auto first = static_cast<std::ptrdiff_t>(first_behind(zxid));
  std::vector<MemoryDisk::Entry> entries(disk_.log.entries.begin() + first,
                                         disk_.log.entries.end());
  auto mark = std::make_shared<std::atomic<std::uint64_t>>(~std::uint64_t{0});
  std::erase_if(marks_, [](const auto& weak) { return weak.expired(); });
  marks_.push_back(mark);
  return std::unique_ptr<LogReader>(
      std::make_unique<Reader>(*from, std::move(entries), std::move(mark)));
}

Result<LogPosition> MemoryLog::position_at(Zxid zxid) const {
  const auto held = disk_.lock();
  if (zxid < disk_.log.base.zxid) return purged(zxid, disk_.log.base.zxid);
  const std::size_t behind = first_behind(zxid);
  return behind == 0 ? disk_.log.base : disk_.log.entries[behind - 1].position;
}

LogPosition MemoryLog::last() const {
  const auto held = disk_.lock();
  if (proof_ == Proof::none) return disk_.log.base;
  return proof_ == Proof::damaged ? proven_ : end();
}

LogPosition MemoryLog::base() const {
  const auto held = disk_.lock();
  return disk_.log.base;
}

std::uint64_t MemoryLog::bytes() const {
  const auto held = disk_.lock();
  std::uint64_t sum = 0;
  for (const auto& entry : disk_.log.entries) sum += entry.record.bytes.size();
  return sum;
}

Result<std::optional<Promises>> MemoryLog::load() const {
  const auto held = disk_.lock();
  return disk_.log.promises;
}

Status MemoryLog::store(const Promises& promises) {
  const auto held = disk_.lock();
  const Status allowed = check_promises(disk_.log.promises, promises);
  if (!allowed) return allowed;
  const Status begun = disk_.begin(DiskOperation::promise, start_, 0);
  if (!begun) return begun;
  disk_.log.promises = promises;
  disk_.log.fenced_promises = promises;
  disk_.log.synced = disk_.log.entries.size();
  return {};
}

std::size_t MemoryLog::first_behind(Zxid zxid) const {
  const auto& entries = disk_.log.entries;
  const auto found = std::upper_bound(
      entries.begin(), entries.end(), zxid,
      [](Zxid wanted, const MemoryDisk::Entry& entry) { return wanted < entry.record.zxid; });
  return static_cast<std::size_t>(found - entries.begin());
}

LogPosition MemoryLog::end() const {
  return disk_.log.entries.empty() ? disk_.log.base : disk_.log.entries.back().position;
}

Status MemoryLog::writable() const {
  if (proof_ == Proof::sound) return {};
  return {ErrorCode::damaged, "the log cannot be appended to: it is not proven up to its end"};
}

void MemoryLog::cut_readers(Zxid zxid) {
  for (const auto& weak : marks_) {
    const auto mark = weak.lock();
    if (mark && *mark > zxid.value) *mark = zxid.value;
  }
}

}  // namespace quorate
