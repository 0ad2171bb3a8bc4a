// From bytes of unknown origin to a Cap'n Proto root that may be read: limits, alignment, and the
// one place where the library's exceptions are caught.
#pragma once

#include <capnp/message.h>
#include <kj/exception.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "schema/capnp/frame.h"

namespace quorate::capnp_codec {

/// The most segments any frame may have.
inline constexpr std::uint32_t frame_segments_max = 16;

/// For frames whose size was judged when they were cut out of the stream.
inline constexpr std::size_t frame_bytes_any = std::size_t{1} << 30;

/// Words of alignment scratch that a thread keeps between frames.
inline constexpr std::size_t scratch_words_kept = (std::size_t{1} << 20) / 8;

/// Bytes of the segment table.
[[nodiscard]] constexpr std::size_t frame_header_bytes(std::size_t segments) {
  return (4 * (segments + 1) + 7) / 8 * 8;
}

/// The whole words of `bytes`, in place when they are aligned, otherwise copied to a scratch that
/// belongs to the thread and lasts until its next call.
[[nodiscard]] std::span<const capnp::word> aligned_words(std::span<const std::byte> bytes);

/// The segments of one whole frame, without copying an aligned one.
class FrameSegments {
 public:
  explicit FrameSegments(std::span<const std::byte> frame);
  /// marshalling_error when the frame isn't exactly what its header announces.
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments() const {
    return kj::arrayPtr(segments_.data(), count_);
  }
  [[nodiscard]] std::size_t words() const { return words_; }

 private:
  Status status_;
  std::array<kj::ArrayPtr<const capnp::word>, frame_segments_max> segments_;
  std::size_t count_ = 0;
  std::size_t words_ = 0;
};

/// What a message may cost to read: our decoders follow each pointer once, so twice its words is
/// enough for any honest message, and bounds the lists of elements without size as well, which
/// the library charges one word per element.
[[nodiscard]] inline capnp::ReaderOptions reader_options(std::size_t words) {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 2 * words + 64;
  options.nestingLimit = 16;
  return options;
}

/// Calls `read(root)`, which returns a Status, on the message in `segments`. Whatever the library
/// finds wrong meanwhile becomes `code`.
template <class Root, class Read>
[[nodiscard]] Status read_message(kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments,
                                  std::size_t words, ErrorCode code, Read&& read) {
  try {
    capnp::SegmentArrayMessageReader message(segments, reader_options(words));
    return read(message.getRoot<Root>());
  } catch (const kj::Exception& exception) {
    return {code, exception.getDescription().cStr()};
  }
}

/// As above, for a frame.
template <class Root, class Read>
[[nodiscard]] Status read_frame(std::span<const std::byte> frame, Read&& read) {
  const FrameSegments segments(frame);
  if (!segments.status().ok()) return segments.status();
  return read_message<Root>(segments.segments(), segments.words(), ErrorCode::marshalling_error,
                            read);
}

}  // namespace quorate::capnp_codec
