#include "storage/rocks_store.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/fence.h"
#include "storage/files.h"
#include "storage/image_names.h"
#include "storage/rocks_image.h"
#include "storage/rocks_log.h"

namespace quorate {
namespace {

constexpr std::size_t zxid_digits = 16;

std::string hex_of(Zxid zxid) {
  std::array<char, zxid_digits + 1> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(zxid.value));
  return text.data();
}

std::optional<Zxid> zxid_of(std::string_view name) {
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), value, 16);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == name.data() + name.size();
  if (!whole || name.size() != zxid_digits) return std::nullopt;
  return Zxid{value};
}

bool same_directory(const std::string& one, const std::string& other) {
  std::error_code error;
  return one == other || std::filesystem::equivalent(one, other, error);
}

// What cannot be read ends the copy without an error: that is why the log is being replaced.
Status copy_records(const DurableLog& from, Zxid behind, DurableLog& to) {
  auto reader = from.reader(behind);
  if (!reader) return {};
  for (;;) {
    const auto next = (*reader)->next();
    if (!next || !next.value()) return to.sync();
    const Status appended = to.append(std::span(&*next.value(), 1));
    if (!appended) return appended;
  }
}

template <class T>
Result<std::unique_ptr<SnapshotStore>> as_store(Result<std::unique_ptr<T>> image) {
  if (!image) return image.error();
  return std::unique_ptr<SnapshotStore>(*std::move(image));
}

}  // namespace

RocksStore::RocksStore(RocksStoreSettings settings, std::unique_ptr<StoreLock> data_lock,
                       std::unique_ptr<StoreLock> log_lock)
    : settings_(std::move(settings)),
      data_lock_(std::move(data_lock)),
      log_lock_(std::move(log_lock)) {}

Result<std::unique_ptr<RocksStore>> RocksStore::open(RocksStoreSettings settings) {
  auto data_lock = StoreLock::take(settings.data_directory);
  if (!data_lock) return data_lock.error();
  std::unique_ptr<StoreLock> log_lock;
  if (!same_directory(settings.data_directory, settings.log_directory)) {
    auto taken = StoreLock::take(settings.log_directory);
    if (!taken) return taken.error();
    log_lock = *std::move(taken);
  }
  const Status made = make_directory(settings.data_directory + "/checkpoints");
  if (!made) return made.error();
  return std::unique_ptr<RocksStore>(
      new RocksStore(std::move(settings), *std::move(data_lock), std::move(log_lock)));
}

std::string RocksStore::data(const std::string& name) const {
  return settings_.data_directory + "/" + name;
}

std::string RocksStore::log(const std::string& name) const {
  return settings_.log_directory + "/" + name;
}

std::string RocksStore::checkpoint(Zxid zxid) const { return data("checkpoints/" + hex_of(zxid)); }

Result<std::unique_ptr<DurableLog>> RocksStore::open_log() {
  return open_log_at(log("log"), data("fence"));
}

Result<std::unique_ptr<DurableLog>> RocksStore::open_log_at(const std::string& directory,
                                                            const std::string& fence) {
  auto opened = RocksLog::open({.directory = directory, .fence_path = fence, .env = settings_.env});
  if (!opened) return opened.error();
  return std::unique_ptr<DurableLog>(*std::move(opened));
}

Result<std::optional<FenceMark>> RocksStore::fence() {
  const auto fence = Fence::open(data("fence"));
  if (!fence) return fence.error();
  if (fence.value() == nullptr) return std::optional<FenceMark>();
  return std::optional<FenceMark>(fence.value()->mark());
}

Result<std::unique_ptr<DurableLog>> RocksStore::replace_log(std::unique_ptr<DurableLog> old,
                                                            const LogPosition& anchor,
                                                            const Promises& promises) {
  Status done = build_log(std::move(old), anchor, promises);
  if (done) done = put_new_log_in_place();
  if (!done) return done.error();
  auto opened = open_log();
  if (!opened) return opened;
  const auto walked = (*opened)->walk(anchor);
  if (!walked) return walked.error();
  if (walked->damage) return *walked->damage;
  return opened;
}

Status RocksStore::build_log(std::unique_ptr<DurableLog> old, const LogPosition& anchor,
                             const Promises& promises) {
  Status done = remove_all(log("log.new"));
  if (done) done = remove_all(data("fence.new"));
  if (!done) return done;
  auto built = open_log_at(log("log.new"), data("fence.new"));
  if (!built) return built.status();
  DurableLog& fresh = **built;
  const auto walked = fresh.walk({});
  done = walked.status();
  if (done) done = fresh.promises().store(promises);
  if (done) done = fresh.anchor_at(anchor);
  // A log that does not continue the image has nothing to give.
  const bool continues =
      old && old->position_at(anchor.zxid).ok() && old->position_at(anchor.zxid).value() == anchor;
  if (done && continues) done = copy_records(*old, anchor.zxid, fresh);
  return done ? fresh.note_logged() : done;
}

// The old fence stands above the new log until it is replaced last: a crash before leaves a log
// that its fence calls damaged, and everything is done again.
Status RocksStore::put_new_log_in_place() {
  Status done;
  if (exists(log("log"))) {
    done = swap_durably(log("log"), log("log.new"));
    if (done) done = remove_all(log("log.damaged"));
    if (done) done = move_durably(log("log.new"), log("log.damaged"));
  } else {
    done = move_durably(log("log.new"), log("log"));
  }
  return done ? move_durably(data("fence.new"), data("fence")) : done;
}

Result<std::vector<std::string>> RocksStore::images() {
  auto names = names_in(settings_.data_directory);
  if (!names) return names;
  std::erase_if(*names, [](const std::string& name) { return !image_number(name); });
  std::sort(names->begin(), names->end(), [](const std::string& one, const std::string& other) {
    return image_number(one) < image_number(other);
  });
  return names;
}

Result<std::unique_ptr<SnapshotStore>> RocksStore::create_image(const std::string& name) {
  return as_store(
      RocksImage::create({data(name), settings_.image_bytes_per_second, settings_.env}));
}

Result<std::unique_ptr<SnapshotStore>> RocksStore::open_image(const std::string& name) {
  return as_store(RocksImage::open({data(name), settings_.image_bytes_per_second, settings_.env}));
}

Status RocksStore::remove_image(const std::string& name) { return remove_all(data(name)); }

Status RocksStore::set_image_aside(const std::string& name) {
  const Status removed = remove_all(data("image.damaged"));
  if (!removed) return removed;
  return move_durably(data(name), data("image.damaged"));
}

Status RocksStore::make_checkpoint(SnapshotStore& image) {
  const Status removed = remove_all(data("checkpoints/unverified"));
  if (!removed) return removed;
  return image.checkpoint(data("checkpoints/unverified"));
}

Result<std::unique_ptr<SnapshotStore>> RocksStore::open_unverified_checkpoint() {
  return as_store(RocksImage::open_read_only({data("checkpoints/unverified"), 0, settings_.env}));
}

Status RocksStore::publish_checkpoint(Zxid zxid) {
  const Status removed = remove_all(checkpoint(zxid));
  if (!removed) return removed;
  return move_durably(data("checkpoints/unverified"), checkpoint(zxid));
}

Result<std::vector<Zxid>> RocksStore::checkpoints() {
  const auto names = names_in(data("checkpoints"));
  if (!names) return names.error();
  std::vector<Zxid> zxids;
  for (const std::string& name : *names) {
    if (const auto zxid = zxid_of(name)) zxids.push_back(*zxid);
  }
  return zxids;
}

Result<std::unique_ptr<SnapshotStore>> RocksStore::open_checkpoint(Zxid zxid) {
  return as_store(RocksImage::open_read_only({checkpoint(zxid), 0, settings_.env}));
}

std::optional<std::int64_t> RocksStore::checkpoint_ms(Zxid zxid) const {
  std::error_code error;
  const auto made = std::filesystem::last_write_time(checkpoint(zxid), error);
  if (error) return std::nullopt;
  const auto since_1970 = std::chrono::file_clock::to_sys(made).time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
}

Status RocksStore::restore_checkpoint(Zxid zxid, const std::string& name) {
  return clone_image(checkpoint(zxid), data(name));
}

Status RocksStore::remove_checkpoint(Zxid zxid) { return remove_all(checkpoint(zxid)); }

}  // namespace quorate
