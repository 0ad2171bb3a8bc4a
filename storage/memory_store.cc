#include "storage/memory_store.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "storage/image_names.h"
#include "storage/memory_image.h"
#include "storage/memory_log.h"

namespace quorate {
namespace {

constexpr std::string_view checkpoint_prefix = "checkpoints/";
const std::string unverified = "checkpoints/unverified";

std::string checkpoint(Zxid zxid) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(zxid.value));
  return std::string(checkpoint_prefix) + text.data();
}

Result<std::unique_ptr<SnapshotStore>> as_store(Result<std::unique_ptr<MemoryImage>> image) {
  if (!image) return image.error();
  return std::unique_ptr<SnapshotStore>(*std::move(image));
}

}  // namespace

Result<std::unique_ptr<DurableLog>> MemoryStore::open_log() {
  auto log = MemoryLog::open(disk_);
  if (!log) return log.error();
  return std::unique_ptr<DurableLog>(*std::move(log));
}

Result<std::optional<FenceMark>> MemoryStore::fence() {
  const auto held = disk_.lock();
  if (!disk_.log.made && disk_.log.fence == Zxid{} && !disk_.log.fenced_promises)
    return std::optional<FenceMark>();
  return std::optional<FenceMark>({disk_.log.fence, 0, disk_.log.fenced_promises});
}

Result<std::unique_ptr<DurableLog>> MemoryStore::replace_log(std::unique_ptr<DurableLog> old,
                                                             const LogPosition& anchor,
                                                             const Promises& promises) {
  const auto held = disk_.lock();
  MemoryDisk::Log fresh;
  fresh.made = true;
  fresh.base = anchor;
  fresh.promises = promises;
  fresh.fenced_promises = promises;
  LogPosition position = anchor;
  if (old && old->position_at(anchor.zxid).ok() &&
      old->position_at(anchor.zxid).value() == anchor) {
    auto reader = old->reader(anchor.zxid);
    for (bool more = reader.ok(); more;) {
      auto next = (*reader)->next();
      more = next.ok() && next.value() && next.value()->zxid <= old->last().zxid;
      if (!more) break;
      position = advance(position, **next);
      fresh.entries.push_back({**next, position});
    }
  }
  fresh.synced = fresh.entries.size();
  fresh.fence = position.zxid;
  const Status begun = disk_.begin(DiskOperation::log_cut, disk_.start(), 0);
  if (!begun) return begun.error();
  old.reset();
  disk_.log = std::move(fresh);
  auto opened = open_log();
  if (!opened) return opened;
  const auto walked = (*opened)->walk(anchor);
  if (!walked) return walked.error();
  return opened;
}

Result<std::vector<std::string>> MemoryStore::images() {
  const auto held = disk_.lock();
  std::vector<std::string> names;
  for (const auto& [name, files] : disk_.images) {
    if (image_number(name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end(), [](const std::string& one, const std::string& other) {
    return image_number(one) < image_number(other);
  });
  return names;
}

Result<std::unique_ptr<SnapshotStore>> MemoryStore::create_image(const std::string& name) {
  return as_store(MemoryImage::create(disk_, name));
}

Result<std::unique_ptr<SnapshotStore>> MemoryStore::open_image(const std::string& name) {
  return as_store(MemoryImage::open(disk_, name));
}

Status MemoryStore::remove_image(const std::string& name) {
  const auto held = disk_.lock();
  disk_.images.erase(name);
  return {};
}

Status MemoryStore::set_image_aside(const std::string& name) { return move(name, "image.damaged"); }

Status MemoryStore::make_checkpoint(SnapshotStore& image) {
  const auto held = disk_.lock();
  disk_.images.erase(unverified);
  return image.checkpoint(unverified);
}

Result<std::unique_ptr<SnapshotStore>> MemoryStore::open_unverified_checkpoint() {
  return as_store(MemoryImage::open(disk_, unverified));
}

Status MemoryStore::publish_checkpoint(Zxid zxid) { return move(unverified, checkpoint(zxid)); }

Result<std::vector<Zxid>> MemoryStore::checkpoints() {
  const auto held = disk_.lock();
  std::vector<Zxid> zxids;
  for (const auto& [name, files] : disk_.images) {
    if (!name.starts_with(checkpoint_prefix) || name == unverified) continue;
    zxids.push_back(Zxid{std::stoull(name.substr(checkpoint_prefix.size()), nullptr, 16)});
  }
  return zxids;
}

Result<std::unique_ptr<SnapshotStore>> MemoryStore::open_checkpoint(Zxid zxid) {
  return as_store(MemoryImage::open(disk_, checkpoint(zxid)));
}

std::optional<std::int64_t> MemoryStore::checkpoint_ms(Zxid) const { return std::nullopt; }

Status MemoryStore::restore_checkpoint(Zxid zxid, const std::string& name) {
  const auto held = disk_.lock();
  const auto found = disk_.images.find(checkpoint(zxid));
  if (found == disk_.images.end())
    return {ErrorCode::io_error, "there is no checkpoint of " + to_string(zxid)};
  disk_.images[name] = found->second;
  return {};
}

Status MemoryStore::remove_checkpoint(Zxid zxid) { return remove_image(checkpoint(zxid)); }

Status MemoryStore::move(const std::string& from, const std::string& to) {
  const auto held = disk_.lock();
  auto files = disk_.images.extract(from);
  if (files.empty()) return {ErrorCode::io_error, "there is no " + from};
  disk_.images.erase(to);
  files.key() = to;
  disk_.images.insert(std::move(files));
  return {};
}

}  // namespace quorate
