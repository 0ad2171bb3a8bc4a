#include "core/tree/digest.h"

#include <array>
#include <bit>
#include <cstddef>

#include "core/base/hash.h"

namespace quorate {
namespace {

/// Fixed-size fields as bytes, little-endian on every machine.
class Fields {
 public:
  Fields& add(std::uint64_t number) {
    if constexpr (std::endian::native == std::endian::big) number = __builtin_bswap64(number);
    words_[size_++] = number;
    return *this;
  }
  Fields& add(std::int64_t number) { return add(static_cast<std::uint64_t>(number)); }
  [[nodiscard]] std::string_view bytes() const {
    return {reinterpret_cast<const char*>(words_.data()), size_ * sizeof(std::uint64_t)};
  }

 private:
  std::array<std::uint64_t, 13> words_;
  std::size_t size_ = 0;
};

/// Keeps the hash of a znode's data apart from that of its stat.
constexpr std::uint64_t data_salt = 0x9E3779B97F4A7C15;

struct NodeFields {
  Zxid czxid, mzxid, pzxid;
  std::int64_t ctime_ms, mtime_ms;
  std::int32_t version, aversion;
  std::int64_t children_created, children_deleted;
  SessionId owner;
  std::int64_t ttl_ms;
  NodeKind kind;
  bool has_null_data;
};

/// Null data differs from empty data here, because an image has no record of either.
constexpr std::uint64_t null_data_flag = 256;

std::uint64_t digest_of(const NodeFields& node, PathDigest path, std::uint64_t acl) {
  Fields fields;
  fields.add(node.czxid.value).add(node.mzxid.value).add(node.pzxid.value);
  fields.add(node.ctime_ms).add(node.mtime_ms);
  fields.add(std::int64_t{node.version}).add(std::int64_t{node.aversion});
  fields.add(node.children_created).add(node.children_deleted);
  fields.add(node.owner.value).add(node.ttl_ms);
  const std::uint64_t flags = node.has_null_data ? null_data_flag : 0;
  fields.add(static_cast<std::uint64_t>(node.kind) | flags).add(acl);
  return hash64(fields.bytes(), path.hash);
}

std::uint64_t digest_of(const Blob& data, PathDigest path) {
  return data.empty() ? 0 : hash64(data.text(), path.hash ^ data_salt);
}

}  // namespace

PathDigest::PathDigest(std::string_view path) : hash(hash64(path)) {}

std::uint64_t stat_digest(const Znode& node, PathDigest path, std::uint64_t acl) {
  return digest_of({node.czxid, node.mzxid, node.pzxid(), node.ctime_ms, node.mtime_ms,
                    node.version, node.aversion(), node.children_created(), node.children_deleted(),
                    node.owner(), node.ttl_ms(), node.kind(), node.data.is_null()},
                   path, acl);
}

std::uint64_t data_digest(const Znode& node, PathDigest path) { return digest_of(node.data, path); }

std::uint64_t stat_digest(const ImageNode& node, std::uint64_t acl) {
  return digest_of({node.czxid, node.mzxid, node.pzxid, node.ctime_ms, node.mtime_ms, node.version,
                    node.aversion, node.children_created, node.children_deleted,
                    node.ephemeral_owner, node.ttl_ms, kind_of(node), node.null_data},
                   PathDigest(node.path), acl);
}

std::uint64_t data_digest(const ImageData& data) {
  return digest_of(data.data, PathDigest(data.path));
}

std::uint64_t settings_digest(const EnsembleSettings& settings) {
  Hasher hasher;
  hasher.add(std::uint64_t{settings.skip_acl}).add(std::uint64_t{settings.enforce_quota});
  hasher.add(std::uint64_t{settings.extended_types});
  hasher.add(std::uint64_t{settings.multi_ops_max});
  hasher.add(std::uint64_t{settings.delete_tree_max});
  hasher.add(std::uint64_t{settings.feature_level});
  return hasher.digest();
}

NodeKind kind_of(const ImageNode& node) {
  if (node.ephemeral_owner.value != 0) return NodeKind::ephemeral;
  if (node.container) return NodeKind::container;
  return node.ttl_ms != 0 ? NodeKind::ttl : NodeKind::persistent;
}

}  // namespace quorate
