#include "storage/rocks_image.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/rate_limiter.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "storage/files.h"
#include "storage/image_header_codec.h"
#include "storage/rocks_options.h"
#include "storage/rocks_status.h"
#include "storage/rocks_write.h"

namespace quorate {
namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

std::shared_ptr<rocksdb::RateLimiter> limiter_of(const RocksImageSettings& settings) {
  if (settings.flush_bytes_per_second == 0) return nullptr;
  const std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  return std::shared_ptr<rocksdb::RateLimiter>(rocksdb::NewGenericRateLimiter(
      static_cast<std::int64_t>(std::min(settings.flush_bytes_per_second, most))));
}

Status put_records(rocksdb::WriteBatch& batch, std::span<const ImageWrite> writes) {
  if (!are_image_keys(writes))
    return {ErrorCode::bad_arguments, "an image's key is empty or begins with a zero byte"};
  for (const ImageWrite& write : writes) {
    if (write.value) {
      batch.Put(write.key, slice(write.value->text()));
    } else {
      batch.Delete(write.key);
    }
  }
  return {};
}

/// The header as of `state`; nothing in an image that is being filled.
Result<std::optional<ImageHeader>> header_in(rocksdb::DB& database,
                                             const rocksdb::ReadOptions& state,
                                             const std::string& directory) {
  std::string bytes;
  const auto got = database.Get(state, slice(image_header_key), &bytes);
  if (got.IsNotFound()) return std::optional<ImageHeader>();
  if (!got.ok()) return rocks_error("reading the header of the image " + directory, got);
  const auto header = decode_image_header(bytes);
  if (!header) return {header.code(), directory + ": " + header.error().text};
  return std::optional(*header);
}

class RocksImageReader final : public ImageReader {
 public:
  RocksImageReader(std::string directory, rocksdb::DB& database)
      : directory_(std::move(directory)), database_(database), state_(&database) {}

  Status begin() {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    options.readahead_size = std::size_t{2} << 20;
    options.snapshot = state_.snapshot();
    auto header = header_in(database_, options, directory_);
    if (!header) return header.error();
    header_ = *header;
    iterator_.reset(database_.NewIterator(options));
    iterator_->Seek(first_record);
    return {};
  }

  [[nodiscard]] const std::optional<ImageHeader>& header() const override { return header_; }

  Result<std::optional<Pair>> next() override {
    if (std::exchange(begun_, true) && iterator_->Valid()) iterator_->Next();
    if (iterator_->Valid()) {
      const auto key = iterator_->key();
      const auto value = iterator_->value();
      return std::optional(Pair{{key.data(), key.size()}, {value.data(), value.size()}});
    }
    if (iterator_->status().ok()) return std::optional<Pair>();
    Error error = rocks_error("reading the image " + directory_, iterator_->status());
    error.code = ErrorCode::damaged;  // Whatever the reason: not all of it can be read.
    return error;
  }

 private:
  /// Behind what an image says about itself.
  static constexpr const char* first_record = "\1";

  std::string directory_;
  rocksdb::DB& database_;
  rocksdb::ManagedSnapshot state_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  std::optional<ImageHeader> header_;
  bool begun_ = false;
};

}  // namespace

RocksImage::RocksImage(std::string directory, std::unique_ptr<rocksdb::DB> database)
    : directory_(std::move(directory)),
      database_(std::move(database)),
      staged_(std::make_unique<rocksdb::WriteBatch>()) {}

RocksImage::~RocksImage() = default;

Result<std::unique_ptr<RocksImage>> RocksImage::create(const RocksImageSettings& settings) {
  const auto names = names_in(settings.directory);
  if (!names) return names.error();
  if (!names->empty())
    return {ErrorCode::bad_arguments, "there is something in " + settings.directory + " already"};
  const Status made = make_directory(settings.directory);
  if (!made) return made.error();
  return open_as(settings, Access::create);
}

Result<std::unique_ptr<RocksImage>> RocksImage::open(const RocksImageSettings& settings) {
  return open_as(settings, Access::write);
}

Result<std::unique_ptr<RocksImage>> RocksImage::open_read_only(const RocksImageSettings& settings) {
  return open_as(settings, Access::read);
}

Result<std::unique_ptr<RocksImage>> RocksImage::open_as(const RocksImageSettings& settings,
                                                        Access access) {
  rocksdb::Options options = image_options(settings.env, limiter_of(settings));
  options.create_if_missing = access == Access::create;
  rocksdb::DB* opened = nullptr;
  const auto status = access == Access::read
                          ? rocksdb::DB::OpenForReadOnly(options, settings.directory, &opened)
                          : rocksdb::DB::Open(options, settings.directory, &opened);
  if (!status.ok()) return rocks_error("opening the image " + settings.directory, status);
  std::unique_ptr<RocksImage> image(
      new RocksImage(settings.directory, std::unique_ptr<rocksdb::DB>(opened)));
  const Status read = image->read_header();
  if (!read) return read.error();
  return image;
}

Status RocksImage::read_header() {
  auto header = header_in(*database_, rocksdb::ReadOptions(), directory_);
  if (!header) return header.error();
  header_ = *header;
  return {};
}

Result<std::optional<ImageHeader>> RocksImage::header() const { return header_; }

Status RocksImage::stage(std::span<const ImageWrite> writes) {
  return put_records(*staged_, writes);
}

// A new batch: Clear() would keep the memory of the largest set there ever was.
void RocksImage::unstage() { staged_ = std::make_unique<rocksdb::WriteBatch>(); }

Status RocksImage::write(std::span<const ImageWrite> writes, const ImageHeader& header) {
  const Status put = put_records(*staged_, writes);
  if (!put) return put;
  staged_->Put(slice(image_header_key), encode_image_header(header));
  const Status written = write_batch(*staged_);
  unstage();
  if (written) header_ = header;
  return written;
}

Status RocksImage::fill(std::span<const ImageWrite> writes) {
  if (header_) {
    return {ErrorCode::bad_arguments,
            "the image " + directory_ + " is complete and cannot be filled"};
  }
  rocksdb::WriteBatch batch;
  const Status put = put_records(batch, writes);
  if (!put) return put;
  return write_batch(batch);
}

Status RocksImage::write_batch(rocksdb::WriteBatch& batch) {
  if (failed_) return *failed_;
  rocksdb::WriteOptions options;
  options.disableWAL = true;  // The log has it: an image is only ever behind.
  const auto written = write_uncounted(*database_, options, batch);
  if (!written.ok()) return latch(rocks_error("writing the image " + directory_, written));
  return {};
}

Result<ImageHeader> RocksImage::flush() {
  if (failed_) return *failed_;
  if (!header_)
    return {ErrorCode::bad_arguments, "the image " + directory_ + " has no header to make durable"};
  const auto flushed = database_->Flush(rocksdb::FlushOptions());
  if (!flushed.ok()) return latch(rocks_error("flushing the image " + directory_, flushed)).error();
  return *header_;
}

Result<std::unique_ptr<ImageReader>> RocksImage::reader() const {
  auto reader = std::make_unique<RocksImageReader>(directory_, *database_);
  const Status begun = reader->begin();
  if (!begun) return begun.error();
  return {std::move(reader)};
}

Status RocksImage::checkpoint(const std::string& directory) {
  const auto flushed = flush();
  if (!flushed) return flushed.error();
  if (exists(directory)) return {ErrorCode::bad_arguments, directory + " is there already"};
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(database_.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = checkpoint->CreateCheckpoint(directory);
  if (status.ok()) return {};
  const Status removed = remove_all(directory + ".tmp");
  Error error = rocks_error("making the checkpoint " + directory, status);
  if (!removed) error.text += "; " + removed.error().text;
  return error;
}

std::uint64_t RocksImage::bytes() const {
  std::uint64_t sum = 0;
  for (const char* property : {"rocksdb.total-sst-files-size", "rocksdb.cur-size-all-mem-tables"}) {
    std::uint64_t part = 0;
    // An unknown property counts as nothing: this is a figure for people.
    if (database_->GetIntProperty(property, &part)) sum += part;
  }
  return sum;
}

Status RocksImage::latch(Error error) {
  if (!failed_) failed_ = error;
  return error;
}

Status clone_image(const std::string& from, const std::string& to) {
  const auto names = names_in(from);
  if (!names) return names.error();
  if (exists(to)) return {ErrorCode::bad_arguments, to + " is there already"};
  const std::string fresh = to + ".new";
  Status done = remove_all(fresh);
  if (done) done = make_directory(fresh);
  for (const std::string& name : *names) {
    if (!done) return done;
    if (name.starts_with("LOG") || name == "LOCK") continue;
    const bool table = name.ends_with(".sst");
    const std::string source = from + "/" + name;
    const std::string target = fresh + "/" + name;
    done = table ? link_file(source, target) : copy_file(source, target);
  }
  if (done) done = sync_directory(fresh);
  return done ? move_durably(fresh, to) : done;
}

}  // namespace quorate
