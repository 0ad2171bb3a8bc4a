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

/// The segments of one whole frame; the first `count` count.
struct FrameSegments {
  std::array<kj::ArrayPtr<const capnp::word>, frame_segments_max> segments;
  std::size_t count = 0;
  std::size_t words = 0;  ///< Of all together.
};

/// Without copying an aligned frame. Error marshalling_error when the frame isn't exactly what its
/// header announces.
[[nodiscard]] Status cut_segments(std::span<const std::byte> frame, FrameSegments& out);

/// The segment of a frame that has one, and is aligned and whole: nearly all frames. Otherwise
/// empty.
[[nodiscard]] inline std::span<const capnp::word> only_segment(std::span<const std::byte> frame) {
  if (frame.size() < 8 || frame.size() % sizeof(capnp::word) != 0) return {};
  if (reinterpret_cast<std::uintptr_t>(frame.data()) % alignof(capnp::word) != 0) return {};
  std::uint64_t header = 0;
  std::memcpy(&header, frame.data(), sizeof header);
  const std::size_t words = frame.size() / sizeof(capnp::word) - 1;
  // Zero in the low half: one segment; its words in the high half.
  if (header != std::uint64_t{words} << 32) return {};
  return {reinterpret_cast<const capnp::word*>(frame.data()) + 1, words};
}

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
  const std::span<const capnp::word> only = only_segment(frame);
  if (!only.empty()) {
    const kj::ArrayPtr<const capnp::word> segment(only.data(), only.size());
    return read_message<Root>(kj::arrayPtr(&segment, 1), only.size(), ErrorCode::marshalling_error,
                              read);
  }
  FrameSegments cut;
  if (Status status = cut_segments(frame, cut); !status.ok()) return status;
  return read_message<Root>(kj::arrayPtr(cut.segments.data(), cut.count), cut.words,
                            ErrorCode::marshalling_error, read);
}

}  // namespace quorate::capnp_codec
