// The hash functions of the project: XXH3 for tables and digests, never for security.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace quorate {

/// A 64-bit hash of bytes, the same on every server and for ever.
[[nodiscard]] std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

/// A hash over several pieces, equal to hash64() of their concatenation.
class Hasher {
 public:
  explicit Hasher(std::uint64_t seed = 0);
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  ~Hasher();

  Hasher& add(std::string_view bytes);
  /// Little-endian, eight bytes.
  Hasher& add(std::uint64_t number);
  [[nodiscard]] std::uint64_t digest() const;

 private:
  void* state_;
};

}  // namespace quorate
