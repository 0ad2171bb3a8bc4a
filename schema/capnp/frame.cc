#include "schema/capnp/frame.h"

#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "schema/capnp/frame_reader.h"

namespace quorate::capnp_codec {
namespace {

static_assert(std::endian::native == std::endian::little, "segment tables are read as they are");

std::uint32_t number(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

Result<std::size_t> frame_size(std::span<const std::byte> bytes, const FrameLimits& limits) {
  if (bytes.size() < 4) return std::size_t{0};
  // As 64 bits: a count of 2^32 - 1 must not wrap around to no segment at all.
  const std::uint64_t segments = std::uint64_t{number(bytes, 0)} + 1;
  if (segments > limits.segments_max) {
    return {ErrorCode::marshalling_error,
            "a frame of " + std::to_string(segments) + " segments; at most " +
                std::to_string(limits.segments_max) + " are accepted"};
  }
  const std::size_t header = frame_header_bytes(segments);
  if (bytes.size() < header) return std::size_t{0};
  std::uint64_t size = header;
  for (std::size_t i = 0; i < segments; ++i) {
    size += std::uint64_t{number(bytes, 4 + 4 * i)} * 8;
  }
  if (size > limits.bytes_max) {
    return {ErrorCode::request_too_large, "a frame of " + std::to_string(size) +
                                              " bytes; at most " +
                                              std::to_string(limits.bytes_max) + " are accepted"};
  }
  return static_cast<std::size_t>(size);
}

Status cut_segments(std::span<const std::byte> frame, FrameSegments& out) {
  constexpr FrameLimits any_size{frame_bytes_any, frame_segments_max};
  const Result<std::size_t> size = frame_size(frame, any_size);
  if (!size) return size.status();
  if (*size == 0 || *size != frame.size()) {
    return {ErrorCode::marshalling_error, "the frame's length differs from its header"};
  }
  out.count = std::size_t{number(frame, 0)} + 1;
  std::span<const capnp::word> words = aligned_words(frame.subspan(frame_header_bytes(out.count)));
  out.words = words.size();
  for (std::size_t i = 0; i < out.count; ++i) {
    const std::size_t length = number(frame, 4 + 4 * i);
    out.segments[i] = kj::arrayPtr(words.data(), length);
    words = words.subspan(length);
  }
  return {};
}

std::span<const capnp::word> aligned_words(std::span<const std::byte> bytes) {
  const std::size_t count = bytes.size() / sizeof(capnp::word);
  if (count == 0) return {};  // There may be no memory to copy nothing to.
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(capnp::word) == 0) {
    return {reinterpret_cast<const capnp::word*>(bytes.data()), count};
  }
  thread_local std::vector<std::uint64_t> scratch;
  // A giant of the past must not hold memory for ever.
  if (scratch.capacity() > scratch_words_kept && count <= scratch_words_kept) scratch = {};
  scratch.resize(count);
  std::memcpy(scratch.data(), bytes.data(), count * sizeof(capnp::word));
  return {reinterpret_cast<const capnp::word*>(scratch.data()), count};
}

}  // namespace quorate::capnp_codec
