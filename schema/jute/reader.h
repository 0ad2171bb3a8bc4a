// ZooKeeper's serialisation, reading: big-endian numbers, lengths before text, no tags.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "core/base/blob.h"
#include "core/base/error_code.h"

namespace quorate::jute {

/// Before each frame; does not count itself.
inline constexpr std::size_t frame_length_bytes = 4;

/// Reads values one after the other. The first wrong one ends it: whatever is read from then on is
/// zero or empty, and error() says what it was. What remains at the end is nobody's business:
/// newer clients add fields.
class Reader {
 public:
  /// `bytes` outlive the reader.
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const { return error_ == ErrorCode::ok; }
  [[nodiscard]] ErrorCode error() const { return error_; }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
  void fail(ErrorCode error) {
    if (!ok()) return;
    error_ = error;
    rest_ = {};
  }

  template <class Integer>
  [[nodiscard]] Integer number() {
    std::make_unsigned_t<Integer> value = 0;
    for (const std::byte byte : take(sizeof(Integer))) {
      value = static_cast<decltype(value)>(value << 8 | std::to_integer<std::uint8_t>(byte));
    }
    return static_cast<Integer>(value);
  }

  /// The bytes of text or a buffer; null is empty.
  [[nodiscard]] std::span<const std::byte> bytes() { return take(length(1)); }

  /// Whether what comes is a length that says null; which is taken then.
  [[nodiscard]] bool takes_null() {
    constexpr std::size_t length_bytes = sizeof(std::int32_t);
    const auto is_set = [](std::byte byte) { return byte == std::byte{0xff}; };
    if (rest_.size() < length_bytes) return false;
    if (!std::ranges::all_of(rest_.first(length_bytes), is_set)) return false;
    rest_ = rest_.subspan(length_bytes);
    return true;
  }

  /// The count of a list, whose elements have at least four bytes each; null is empty.
  [[nodiscard]] std::size_t count() { return length(4); }

 private:
  /// Empty when there are not as many.
  std::span<const std::byte> take(std::size_t size) {
    if (size > rest_.size()) {
      fail(ErrorCode::marshalling_error);
      return {};
    }
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  /// A number of things that take so many bytes at least: what cannot follow is not believed.
  std::size_t length(std::size_t bytes_each) {
    const auto said = number<std::int32_t>();
    if (said == -1) return 0;
    if (said < 0 || static_cast<std::size_t>(said) > rest_.size() / bytes_each) {
      fail(ErrorCode::marshalling_error);
      return 0;
    }
    return static_cast<std::size_t>(said);
  }

  std::span<const std::byte> rest_;
  ErrorCode error_ = ErrorCode::ok;
};

/// Of what is in a frame. REQUIRES: a whole one.
[[nodiscard]] inline Reader reader_of(std::span<const std::byte> frame) {
  return Reader(frame.subspan(std::min(frame_length_bytes, frame.size())));
}

inline void read(Reader& in, std::int32_t& out) { out = in.number<std::int32_t>(); }
inline void read(Reader& in, std::uint32_t& out) { out = in.number<std::uint32_t>(); }
inline void read(Reader& in, std::int64_t& out) { out = in.number<std::int64_t>(); }
inline void read(Reader& in, bool& out) { out = in.number<std::uint8_t>() != 0; }

inline void read(Reader& in, std::string& out) {
  const auto bytes = in.bytes();
  out.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

inline void read(Reader& in, Blob& out) { out = in.takes_null() ? Blob::null() : Blob(in.bytes()); }

/// A list of what `read` knows.
template <class Element>
void read(Reader& in, std::vector<Element>& out) {
  const std::size_t count = in.count();
  out.clear();
  for (std::size_t i = 0; i < count && in.ok(); ++i) read(in, out.emplace_back());
}

}  // namespace quorate::jute
