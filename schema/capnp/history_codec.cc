// The frames of a history stream: records of the log, and the chunks of an image before them.
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <variant>

#include "core/base/crc32c.h"
#include "schema/capnp/peer_fields.h"
#include "schema/capnp/peer_frames.h"
#include "schema/capnp/quorum_codec.h"

namespace quorate::capnp_codec {
namespace {

using capnp::sizeInWords;
using Root = quorum::HistoryFrame;

// --- Image chunks
// ----------------------------------------------------------------------------------

/// The checksum of numbers, little-endian, and texts, one behind the other.
class Checksum {
 public:
  template <class Integer>
  Checksum& number(Integer value) {
    std::array<char, sizeof value> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
    }
    crc_ = crc32c({bytes.data(), bytes.size()}, crc_);
    return *this;
  }
  /// Its length first.
  Checksum& text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    crc_ = crc32c(text, crc_);
    return *this;
  }
  [[nodiscard]] std::uint32_t value() const { return crc_; }

 private:
  std::uint32_t crc_ = 0;
};

std::uint32_t checksum_of(const ImageChunk& chunk) {
  Checksum sum;
  sum.number(chunk.index);
  for (const ImagePair& record : chunk.records) sum.text(record.key).text(record.value.text());
  if (const auto& last = chunk.last) {
    sum.number(last->position.zxid.value).number(last->position.chain);
    sum.number(last->time_ms).number(last->digest).number(last->count);
  }
  return sum.value();
}

std::size_t chunk_words(const ImageChunk& chunk) {
  std::size_t sum =
      sizeInWords<quorum::ImageChunk>() + list_words<quorum::ImageRecord>(chunk.records.size());
  for (const ImagePair& record : chunk.records) {
    sum += data_words(record.key.size()) + data_words(record.value.size());
  }
  if (chunk.last) sum += sizeInWords<quorum::ImageSummary>() + sizeInWords<quorum::Position>();
  return sum;
}

void fill_chunk(quorum::ImageChunk::Builder out, const ImageChunk& chunk) {
  out.setIndex(chunk.index);
  out.setCrc32c(checksum_of(chunk));
  if (!chunk.records.empty()) {
    auto records = out.initRecords(static_cast<unsigned>(chunk.records.size()));
    for (unsigned i = 0; i < chunk.records.size(); ++i) {
      records[i].setKey(to_data(chunk.records[i].key));
      if (!chunk.records[i].value.empty()) {
        records[i].setValue(to_data(chunk.records[i].value.bytes()));
      }
    }
  }
  if (!chunk.last) return;
  auto last = out.initLast();
  fill_position(last.initPosition(), chunk.last->position);
  last.setTimeMs(chunk.last->time_ms);
  last.setDigest(chunk.last->digest);
  last.setCount(chunk.last->count);
}

void read_pairs(capnp::List<quorum::ImageRecord>::Reader in, std::vector<ImagePair>& out,
                FieldChecks& checks) {
  constexpr const char* field = "image.records";
  if (!checks.count(in.size(), peer_list_max, field)) return;
  for (const auto record : in) {
    ImagePair pair;
    take(record.getKey(), pair.key);
    take(record.getValue(), pair.value);
    if (pair.key.empty() || pair.key.front() == '\0') {
      checks.refuse(field, "a key that is empty or begins with a zero byte");
    }
    if (!out.empty() && pair.key <= out.back().key) {
      checks.refuse(field, "the keys do not ascend");
    }
    if (!checks.ok()) return;
    out.push_back(std::move(pair));
  }
}

void read_chunk(quorum::ImageChunk::Reader in, ImageChunk& out, FieldChecks& checks) {
  out.index = in.getIndex();
  read_pairs(in.getRecords(), out.records, checks);
  if (in.hasLast()) {
    const auto last = in.getLast();
    out.last = ImageSummary{checks.position(last.getPosition(), "image.last.position"),
                            last.getTimeMs(), last.getDigest(), last.getCount()};
  }
  if (!checks.ok()) return;
  if (checksum_of(out) != in.getCrc32c()) {
    checks.refuse("image.crc32c", "chunk " + std::to_string(out.index) + " was changed on its way");
  }
}

// --- All
// -------------------------------------------------------------------------------------------

/// Without the txns of records.
void read_frame_body(Root::Reader in, HistoryFrame& out, FieldChecks& checks) {
  switch (in.which()) {
    case Root::RECORDS: {
      auto& records = out.emplace<HistoryRecords>();
      const auto from = in.getRecords();
      records.previous = checks.position(from.getPrevious(), "records.previous");
      read_records(from.getRecords(), records.previous, records.records, checks);
      return;
    }
    case Root::IMAGE:
      return read_chunk(in.getImage(), out.emplace<ImageChunk>(), checks);
    case Root::REFUSAL:
      return read_refusal(in.getRefusal(), out.emplace<PeerRefusal>(), checks);
    case Root::UNSET:
      return checks.refuse_unset("history frame");
  }
  checks.refuse_unknown("history frame", in.which());
}

}  // namespace

Blob encode_history(const LogPosition& previous, std::span<const LogRecord> records) {
  const std::size_t fixed =
      root_words<Root>() + sizeInWords<quorum::HistoryRecords>() + sizeInWords<quorum::Position>();
  LogPosition at = previous;
  return build_frames<Root>(cut_records(records, fixed),
                            [&](const Piece& piece, Root::Builder root) {
                              auto out = root.initRecords();
                              fill_position(out.initPrevious(), at);
                              if (piece.count() == 0) return;
                              const auto part = piece.of(records);
                              fill_records(out.initRecords(piece.count()), part);
                              if (piece.end == records.size()) return;
                              for (const LogRecord& record : part) at = advance(at, record);
                            });
}

Blob encode_image_chunk(const ImageChunk& chunk) {
  check(chunk.records.size() <= peer_list_max, "an image is cut into chunks that fit");
  return build_frame<Root>(chunk_words(chunk),
                           [&](Root::Builder root) { fill_chunk(root.initImage(), chunk); });
}

Blob encode_history_refusal(const PeerRefusal& refusal) {
  return build_frame<Root>(refusal_words(refusal),
                           [&](Root::Builder root) { fill_refusal(root.initRefusal(), refusal); });
}

Result<HistoryFrame> decode_history_frame(std::span<const std::byte> frame) {
  Result<HistoryFrame> result{HistoryFrame{}};
  FieldChecks checks;
  const Status status = read_peer_frame<Root>(frame, peer_limits, [&](Root::Reader root) {
    read_frame_body(root, *result, checks);
    return checks.status();
  });
  if (!status.ok()) return status.error();
  if (auto* records = std::get_if<HistoryRecords>(&*result)) decode_txns(records->records, checks);
  if (!checks.ok()) result = checks.status().error();
  return result;
}

}  // namespace quorate::capnp_codec
