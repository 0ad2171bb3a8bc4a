// Building a message of known size in place: one segment, one zeroing, no allocation of its own.
#pragma once

#include <capnp/message.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "core/base/check.h"

namespace quorate::capnp_codec {

static_assert(std::endian::native == std::endian::little, "frame headers are written as they are");

/// Builds into one given segment.
class FlatBuilder final : public capnp::MessageBuilder {
 public:
  /// REQUIRES: zeroed; large enough for the whole message.
  explicit FlatBuilder(std::span<capnp::word> space) : space_(space) {}
  FlatBuilder(const FlatBuilder&) = delete;
  FlatBuilder& operator=(const FlatBuilder&) = delete;
  ~FlatBuilder() noexcept(false) override = default;

  kj::ArrayPtr<capnp::word> allocateSegment(unsigned minimum_words) override {
    check(!given_ && minimum_words <= space_.size(), "a message fits the size computed for it");
    given_ = true;
    return kj::arrayPtr(space_.data(), space_.size());
  }

  [[nodiscard]] std::size_t words_used() { return getSegmentsForOutput()[0].size(); }

 private:
  std::span<capnp::word> space_;
  bool given_ = false;
};

/// Builds a message in `space` and returns its length in words.
template <class Root, class Fill>
std::size_t build_message(std::span<capnp::word> space, Fill&& fill) {
  FlatBuilder message(space);
  fill(message.initRoot<Root>());
  return message.words_used();
}

/// Bytes of the header of a frame with one segment.
inline constexpr std::size_t flat_header_bytes = 8;

/// Appends a frame of one segment to `out`. `words` is the size of the message, root pointer
/// included, or a little more.
template <class Root, class Fill>
void append_frame(std::size_t words, std::vector<char>& out, Fill&& fill) {
  const std::size_t begin = out.size();
  out.resize(begin + flat_header_bytes + words * sizeof(capnp::word));
  char* const body = out.data() + begin + flat_header_bytes;
  std::size_t used = 0;
  if (reinterpret_cast<std::uintptr_t>(body) % alignof(capnp::word) == 0) {
    used = build_message<Root>({reinterpret_cast<capnp::word*>(body), words}, fill);
  } else {
    std::vector<std::uint64_t> scratch(words);  // Only behind something that is no frame.
    used = build_message<Root>({reinterpret_cast<capnp::word*>(scratch.data()), words}, fill);
    std::memcpy(body, scratch.data(), used * sizeof(capnp::word));
  }
  const std::uint32_t header[2] = {0, static_cast<std::uint32_t>(used)};
  std::memcpy(body - flat_header_bytes, header, sizeof header);
  out.resize(begin + flat_header_bytes + used * sizeof(capnp::word));
}

}  // namespace quorate::capnp_codec
