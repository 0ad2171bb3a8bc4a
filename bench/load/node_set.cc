#include "bench/load/node_set.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/check.h"

namespace quorate::bench {

static_assert(std::endian::native == std::endian::little, "heads are copied as they are");

NodeSet::NodeSet(std::string prefix, std::uint32_t count, std::size_t value_bytes)
    : prefix_(std::move(prefix)), count_(count), pattern_(value_bytes, '\0') {
  check(count <= count_max, "node numbers have nine digits");
  constexpr std::string_view text = "quorate bench. ";
  for (std::size_t i = 0; i < value_bytes; ++i) pattern_[i] = text[i % text.size()];
}

std::string NodeSet::path(std::uint32_t node) const {
  std::string path = prefix_ + "/n000000000";
  write_digits(node, path.data() + path.size() - digits);
  return path;
}

void NodeSet::write_digits(std::uint32_t node, char* to) {
  for (std::size_t i = digits; i-- > 0; node /= 10) to[i] = static_cast<char>('0' + node % 10);
}

std::uint64_t NodeSet::head(std::uint32_t node, std::int32_t version) {
  // A bijection (the finisher of a splittable random generator): different versions of a node
  // never have the same value.
  std::uint64_t mixed = (std::uint64_t{node} << 32) | static_cast<std::uint32_t>(version);
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31);
}

std::size_t NodeSet::head_bytes() const { return std::min(head_bytes_max, pattern_.size()); }

Blob NodeSet::value(std::uint32_t node, std::int32_t version) const {
  std::string data = pattern_;
  const std::uint64_t mixed = head(node, version);
  std::memcpy(data.data(), &mixed, head_bytes());
  return Blob(data);
}

bool NodeSet::is_value(std::string_view data, std::uint32_t node, std::int32_t version) const {
  if (data.size() != pattern_.size()) return false;
  const std::uint64_t mixed = head(node, version);
  const std::size_t length = head_bytes();
  return std::memcmp(data.data(), &mixed, length) == 0 &&
         data.substr(length) == std::string_view(pattern_).substr(length);
}

}  // namespace quorate::bench
