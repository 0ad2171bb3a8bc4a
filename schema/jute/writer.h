// ZooKeeper's serialisation, writing; see reader.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/blob.h"

namespace quorate::jute {

/// Appends to the end of `out`, which outlives it.
class Writer {
 public:
  explicit Writer(std::vector<char>& out) : out_(out) {}

  template <class Integer>
  void number(Integer value) {
    char bytes[sizeof(Integer)];
    put(bytes, value);
    out_.insert(out_.end(), std::begin(bytes), std::end(bytes));
  }

  void bytes(std::string_view text) {
    number(static_cast<std::int32_t>(text.size()));
    out_.insert(out_.end(), text.begin(), text.end());
  }

  void null() { number(std::int32_t{-1}); }

  void raw(std::span<const char> bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }

  /// Begins a frame; end_frame() with what it returns writes the length.
  [[nodiscard]] std::size_t begin_frame() {
    out_.resize(out_.size() + sizeof(std::int32_t));
    return out_.size();
  }
  void end_frame(std::size_t begin) {
    put(out_.data() + begin - sizeof(std::int32_t), static_cast<std::int32_t>(out_.size() - begin));
  }
  [[nodiscard]] std::size_t size_since(std::size_t begin) const { return out_.size() - begin; }
  void cut(std::size_t size) { out_.resize(size); }

 private:
  template <class Integer>
  static void put(char* at, Integer value) {
    auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
    for (std::size_t i = sizeof(Integer); i-- > 0;) {
      at[i] = static_cast<char>(bits & 0xff);
      if constexpr (sizeof(Integer) > 1) bits = static_cast<decltype(bits)>(bits >> 8);
    }
  }

  std::vector<char>& out_;
};

inline void write(Writer& out, std::int32_t value) { out.number(value); }
inline void write(Writer& out, std::uint32_t value) { out.number(value); }
inline void write(Writer& out, std::int64_t value) { out.number(value); }
inline void write(Writer& out, bool value) { out.number(static_cast<std::uint8_t>(value)); }
inline void write(Writer& out, const std::string& text) { out.bytes(text); }
inline void write(Writer& out, const Blob& data) {
  if (data.is_null()) return out.null();
  out.bytes(data.text());
}

template <class Element>
void write(Writer& out, const std::vector<Element>& list) {
  out.number(static_cast<std::int32_t>(list.size()));
  for (const Element& element : list) write(out, element);
}

}  // namespace quorate::jute
