#include "actors/image_stream.h"

#include <string_view>
#include <utility>
#include <vector>

#include "schema/capnp/image_codec.h"

namespace quorate {

Result<ImageCutter> ImageCutter::begin(const SnapshotStore& image, std::size_t chunk_bytes) {
  auto reader = image.reader();
  if (!reader) return reader.error();
  if (!(*reader)->header())
    return {ErrorCode::damaged, "this server has no image yet that it could send"};
  return ImageCutter(*std::move(reader), chunk_bytes);
}

Result<ImageChunk> ImageCutter::next() {
  ImageChunk chunk;
  chunk.index = index_++;
  for (std::size_t bytes = 0; bytes < chunk_bytes_;) {
    const auto record = reader_->next();
    if (!record) return record.error();
    if (!*record) {
      const ImageHeader& header = *reader_->header();
      chunk.last = ImageSummary{header.position, header.time_ms, header.digest, count_};
      break;
    }
    const auto [key, value] = **record;
    bytes += key.size() + value.size();
    ++count_;
    chunk.records.push_back({std::string(key), Blob(value)});
  }
  return chunk;
}

Result<ImageIntake> ImageIntake::begin(Store& store) {
  auto name = new_image_name(store);
  if (!name) return name.error();
  auto image = store.create_image(*name);
  if (!image) return image.error();
  return ImageIntake(store, *std::move(name), *std::move(image));
}

ImageIntake::~ImageIntake() {
  if (!image_) return;
  image_.reset();
  // What cannot be removed now goes with the next start, as what a crash leaves behind does.
  static_cast<void>(store_->remove_image(name_));
}

Result<bool> ImageIntake::take(const ImageChunk& chunk) {
  if (!image_) return {ErrorCode::bad_arguments, "the image is complete"};
  if (chunk.index != chunks_) {
    return {ErrorCode::damaged, "chunk " + std::to_string(chunk.index) +
                                    " of the image came, not " + std::to_string(chunks_)};
  }
  ++chunks_;
  if (const Status filled = fill(chunk); !filled) return filled.error();
  if (!chunk.last) return false;
  if (const Status finished = finish(*chunk.last); !finished) return finished.error();
  return true;
}

Status ImageIntake::fill(const ImageChunk& chunk) {
  std::vector<ImageWrite> writes;
  writes.reserve(chunk.records.size());
  for (const ImagePair& pair : chunk.records) {
    const auto record = capnp_codec::decode_image(pair.key, pair.value.text());
    if (!record) return record.error();
    if (const Status added = digest_.add(*record); !added) return added;
    bytes_ += pair.key.size() + pair.value.size();
    writes.push_back({pair.key, pair.value});
  }
  count_ += writes.size();
  return image_->fill(writes);
}

Status ImageIntake::finish(const ImageSummary& summary) {
  if (summary.count != count_) {
    return {ErrorCode::damaged, "the image came with " + std::to_string(count_) + " records, not " +
                                    std::to_string(summary.count)};
  }
  if (summary.digest != digest_.value()) {
    return {ErrorCode::damaged,
            "the image at " + to_string(summary.position.zxid) + ": the digest differs"};
  }
  if (const Status written = image_->write({}, {summary.position, summary.time_ms, summary.digest});
      !written) {
    return written;
  }
  const auto durable = image_->flush();
  if (!durable) return durable.error();
  summary_ = summary;
  image_.reset();
  return {};
}

}  // namespace quorate
