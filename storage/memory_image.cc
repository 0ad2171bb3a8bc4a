#include "storage/memory_image.h"

#include <utility>

namespace quorate {
namespace {

/// Over a copy: the records share their bytes.
class MemoryImageReader final : public ImageReader {
 public:
  MemoryImageReader(std::string directory, MemoryDisk::Image state, bool damaged)
      : directory_(std::move(directory)),
        state_(std::move(state)),
        damaged_(damaged),
        at_(state_.records.begin()) {}

  [[nodiscard]] const std::optional<ImageHeader>& header() const override { return state_.header; }

  Result<std::optional<Pair>> next() override {
    if (at_ != state_.records.end()) {
      const auto& [key, value] = *at_++;
      return std::optional(Pair{key, value.text()});
    }
    if (!damaged_) return std::optional<Pair>();
    return {ErrorCode::damaged, "reading the image " + directory_ + ": a record is damaged"};
  }

 private:
  std::string directory_;
  MemoryDisk::Image state_;
  bool damaged_;
  MemoryDisk::Records::const_iterator at_;
};

}  // namespace

MemoryImage::MemoryImage(MemoryDisk& disk, std::string directory)
    : disk_(disk), start_(disk.start()), directory_(std::move(directory)) {}

Result<std::unique_ptr<MemoryImage>> MemoryImage::create(MemoryDisk& disk, std::string directory) {
  const auto held = disk.lock();
  if (disk.images.contains(directory))
    return {ErrorCode::bad_arguments, "there is something in " + directory + " already"};
  disk.images[directory];
  return std::unique_ptr<MemoryImage>(new MemoryImage(disk, std::move(directory)));
}

Result<std::unique_ptr<MemoryImage>> MemoryImage::open(MemoryDisk& disk, std::string directory) {
  const auto held = disk.lock();
  if (!disk.images.contains(directory))
    return {ErrorCode::damaged, "opening the image " + directory + ": there is none"};
  return std::unique_ptr<MemoryImage>(new MemoryImage(disk, std::move(directory)));
}

Result<std::optional<ImageHeader>> MemoryImage::header() const {
  const auto held = disk_.lock();
  return files().written.header;
}

Status MemoryImage::stage(std::span<const ImageWrite> writes) {
  if (!are_image_keys(writes))
    return {ErrorCode::bad_arguments, "an image's key is empty or begins with a zero byte"};
  staged_.insert(staged_.end(), writes.begin(), writes.end());
  return {};
}

Status MemoryImage::write(std::span<const ImageWrite> writes, const ImageHeader& header) {
  if (const Status gathered = stage(writes); !gathered) return gathered;
  const auto held = disk_.lock();
  const Status done = put(std::exchange(staged_, {}));
  if (done) files().written.header = header;
  return done;
}

Status MemoryImage::fill(std::span<const ImageWrite> writes) {
  const auto held = disk_.lock();
  if (files().written.header) {
    return {ErrorCode::bad_arguments,
            "the image " + directory_ + " is complete and cannot be filled"};
  }
  return put(writes);
}

Status MemoryImage::put(std::span<const ImageWrite> writes) {
  if (!are_image_keys(writes))
    return {ErrorCode::bad_arguments, "an image's key is empty or begins with a zero byte"};
  std::uint64_t bytes = 0;
  for (const ImageWrite& write : writes) {
    bytes += write.key.size() + (write.value ? write.value->size() : 0);
  }
  const Status begun = disk_.begin(DiskOperation::image_write, start_, bytes);
  if (!begun) return begun;
  auto& records = files().written.records;
  for (const ImageWrite& write : writes) {
    if (write.value) {
      records.insert_or_assign(write.key, *write.value);
    } else {
      records.erase(write.key);
    }
  }
  return {};
}

Result<ImageHeader> MemoryImage::flush() {
  const auto held = disk_.lock();
  const auto header = files().written.header;
  if (!header)
    return {ErrorCode::bad_arguments, "the image " + directory_ + " has no header to make durable"};
  const Status begun = disk_.begin(DiskOperation::image_flush, start_, 0);
  if (!begun) return begun.error();
  files().durable = files().written;
  return *header;
}

Result<std::unique_ptr<ImageReader>> MemoryImage::reader() const {
  const auto held = disk_.lock();
  const auto& state = files();
  return {std::make_unique<MemoryImageReader>(directory_, state.written, state.damaged)};
}

Status MemoryImage::checkpoint(const std::string& directory) {
  const auto held = disk_.lock();
  const auto flushed = flush();
  if (!flushed) return flushed.error();
  if (disk_.images.contains(directory))
    return {ErrorCode::bad_arguments, directory + " is there already"};
  const Status begun = disk_.begin(DiskOperation::image_checkpoint, start_, 0);
  if (!begun) return begun;
  disk_.images[directory] = files();
  return {};
}

std::uint64_t MemoryImage::bytes() const {
  const auto held = disk_.lock();
  std::uint64_t sum = 0;
  for (const auto& [key, value] : files().written.records) sum += key.size() + value.size();
  return sum;
}

}  // namespace quorate
