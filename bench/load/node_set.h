// The znodes that a run works on: their names, and the value that each must hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/blob.h"

namespace quorate::bench {

/// `count` children of `prefix`, named n000000000, n000000001 and so on. All paths are equally
/// long, so that frames about different nodes differ in nothing but the digits.
///
/// A node's value follows from its number and version: eight bytes mixed from the two, then a
/// fixed pattern. So whoever reads a node and its version knows what the data must be.
class NodeSet {
 public:
  static constexpr std::uint32_t count_max = 1'000'000'000;
  static constexpr std::size_t digits = 9;
  static constexpr std::size_t head_bytes_max = 8;

  /// REQUIRES: `prefix` is a path other than "/"; count at most count_max.
  NodeSet(std::string prefix, std::uint32_t count, std::size_t value_bytes);

  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] std::size_t value_bytes() const { return pattern_.size(); }
  [[nodiscard]] std::string path(std::uint32_t node) const;

  /// Writes the nine digits of a node's name.
  static void write_digits(std::uint32_t node, char* to);

  /// The bytes of a value that depend on node and version: the first min(8, value_bytes).
  [[nodiscard]] static std::uint64_t head(std::uint32_t node, std::int32_t version);
  [[nodiscard]] std::size_t head_bytes() const;

  [[nodiscard]] Blob value(std::uint32_t node, std::int32_t version) const;
  [[nodiscard]] bool is_value(std::string_view data, std::uint32_t node,
                              std::int32_t version) const;

 private:
  std::string prefix_;
  std::uint32_t count_;
  std::string pattern_;
};

}  // namespace quorate::bench
