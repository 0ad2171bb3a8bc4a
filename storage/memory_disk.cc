#include "storage/memory_disk.h"

#include <algorithm>
#include <utility>

namespace quorate {
namespace {

std::uint64_t size_of(const MemoryDisk::Records& records) {
  std::uint64_t sum = 0;
  for (const auto& [key, value] : records) sum += key.size() + value.size();
  return sum;
}

}  // namespace

void MemoryDisk::fail(DiskOperation operation, std::uint64_t nth) {
  const auto held = lock();
  failing_[operation] = nth;
}

void MemoryDisk::set_capacity(std::optional<std::uint64_t> bytes) {
  const auto held = lock();
  capacity_ = bytes;
}

void MemoryDisk::crash(std::size_t unsynced_kept) {
  const auto held = lock();
  const std::size_t unsynced = log.entries.size() - log.synced;
  log.entries.resize(log.synced + std::min(unsynced, unsynced_kept));
  log.synced = log.entries.size();
  for (auto& [name, files] : images) files.written = files.durable;
  broken_.reset();
  failing_.clear();
  ++start_;
}

void MemoryDisk::lose_synced_after(Zxid zxid) {
  const auto held = lock();
  std::erase_if(log.entries, [=](const Entry& entry) { return entry.record.zxid > zxid; });
  log.synced = std::min(log.synced, log.entries.size());
}

void MemoryDisk::damage_record(Zxid zxid) {
  const auto held = lock();
  for (Entry& entry : log.entries) {
    if (entry.record.zxid != zxid) continue;
    std::string bytes(entry.record.bytes.text());
    if (bytes.empty()) bytes.push_back('\0');
    bytes[0] = static_cast<char>(bytes[0] ^ 1);
    entry.record.bytes = Blob(std::string_view(bytes));
  }
}

void MemoryDisk::damage_image(const std::string& directory) {
  const auto held = lock();
  const auto found = images.find(directory);
  if (found != images.end()) found->second.damaged = true;
}

void MemoryDisk::lose_log() {
  const auto held = lock();
  Log lost;
  lost.fence = log.fence;
  lost.fenced_promises = log.fenced_promises;
  log = lost;
}

std::unique_lock<std::recursive_mutex> MemoryDisk::lock() const { return std::unique_lock(mutex_); }

Status MemoryDisk::begin(DiskOperation operation, std::uint64_t start, std::uint64_t size) {
  if (start != start_) return {ErrorCode::io_error, "this server is dead"};
  if (broken_) return *broken_;
  const auto failing = failing_.find(operation);
  if (failing != failing_.end() && --failing->second == 0) {
    failing_.erase(failing);
    broken_ = Error{ErrorCode::io_error, "the disk failed: Input/output error"};
  } else if (capacity_ && size != 0 && bytes() + size > *capacity_) {
    broken_ = Error{ErrorCode::io_error, "the disk is full: No space left on device"};
  }
  if (broken_) return *broken_;
  return {};
}

std::uint64_t MemoryDisk::bytes() const {
  std::uint64_t sum = 0;
  for (const Entry& entry : log.entries) sum += entry.record.bytes.size() + 32;
  for (const auto& [name, files] : images) sum += size_of(files.written.records);
  return sum;
}

}  // namespace quorate
