// Numbers in the store's own small records: little-endian, and read with bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace quorate {

inline void store_u32(char* out, std::uint32_t number) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<char>(number >> (8 * i));
}

inline void store_u64(char* out, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) out[i] = static_cast<char>(number >> (8 * i));
}

inline std::uint32_t load_u32(const char* in) {
  std::uint32_t number = 0;
  for (int i = 3; i >= 0; --i) number = (number << 8) | static_cast<unsigned char>(in[i]);
  return number;
}

inline std::uint64_t load_u64(const char* in) {
  std::uint64_t number = 0;
  for (int i = 7; i >= 0; --i) number = (number << 8) | static_cast<unsigned char>(in[i]);
  return number;
}

/// Appends numbers and texts to a record.
class ByteWriter {
 public:
  ByteWriter& u32(std::uint32_t number) {
    char bytes[4];
    store_u32(bytes, number);
    out_.append(bytes, 4);
    return *this;
  }
  ByteWriter& u64(std::uint64_t number) {
    char bytes[8];
    store_u64(bytes, number);
    out_.append(bytes, 8);
    return *this;
  }
  /// As they are, without a length.
  ByteWriter& raw(std::string_view bytes) {
    out_.append(bytes);
    return *this;
  }
  /// With a length of 32 bits before it.
  ByteWriter& text(std::string_view bytes) {
    return u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
  }
  [[nodiscard]] const std::string& str() const { return out_; }

 private:
  std::string out_;
};

/// Takes a record apart. Reading past the end gives zeros and makes whole() false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  std::uint32_t u32() {
    const auto bytes = raw(4);
    return bytes.size() == 4 ? load_u32(bytes.data()) : 0;
  }
  std::uint64_t u64() {
    const auto bytes = raw(8);
    return bytes.size() == 8 ? load_u64(bytes.data()) : 0;
  }
  std::string_view raw(std::size_t size) {
    if (size > in_.size()) {
      short_ = true;
      in_ = {};
      return {};
    }
    const auto piece = in_.substr(0, size);
    in_.remove_prefix(size);
    return piece;
  }
  std::string_view text() { return raw(u32()); }

  /// Nothing was missing and nothing is left over.
  [[nodiscard]] bool whole() const { return !short_ && in_.empty(); }

 private:
  std::string_view in_;
  bool short_ = false;
};

}  // namespace quorate
