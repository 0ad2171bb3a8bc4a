#include "core/tree/digest.h"

#include <array>
#include <cstddef>

#include "core/base/hash.h"

namespace quorate {
namespace {

/// Fixed-size fields as bytes, little-endian on every machine.
class Fields {
 public:
  Fields& add(std::uint64_t number) {
    for (int i = 0; i < 8; ++i) {
      bytes_[size_++] = static_cast<char>(number);
      number >>= 8;
    }
    return *this;
  }
  Fields& add(std::int64_t number) { return add(static_cast<std::uint64_t>(number)); }
  [[nodiscard]] std::string_view bytes() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, std::size_t{8} * 13> bytes_{};
  std::size_t size_ = 0;
};

/// Keeps the hash of a znode's data apart from that of its stat.
constexpr std::uint64_t data_salt = 0x9E3779B97F4A7C15;

}  // namespace

std::uint64_t stat_digest(const Znode& node, std::string_view path, std::uint64_t acl) {
  Fields fields;
  fields.add(node.czxid.value).add(node.mzxid.value).add(node.pzxid().value);
  fields.add(node.ctime_ms).add(node.mtime_ms);
  fields.add(std::int64_t{node.version}).add(std::int64_t{node.aversion()});
  fields.add(node.children_created()).add(node.children_deleted());
  fields.add(node.owner().value).add(node.ttl_ms());
  fields.add(static_cast<std::uint64_t>(node.kind())).add(acl);
  return hash64(fields.bytes(), hash64(path));
}

std::uint64_t data_digest(const Znode& node, std::string_view path) {
  return node.data.empty() ? 0 : hash64(node.data.text(), hash64(path) ^ data_salt);
}

}  // namespace quorate
