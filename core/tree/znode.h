// One node of the tree, in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/blob.h"
#include "core/base/ids.h"
#include "core/tree/children.h"
#include "core/tree/stat.h"

namespace quorate {

/// How a znode ends. Sequential is not a kind: the number is part of the name.
enum class NodeKind : std::uint8_t {
  persistent,  ///< By a delete.
  ephemeral,   ///< With its session. Has no children.
  container,   ///< By a reap, some time after its last child has gone.
  ttl,         ///< By a reap, when without children and not set for its time to live.
};

/// The longest time to live, about 34 years: ZooKeeper keeps it in 40 bits.
inline constexpr std::int64_t ttl_ms_max = (std::int64_t{1} << 40) - 1;

/// What only some znodes need: those that have or had children, containers and TTL nodes, and
/// those whose ACL was set.
struct Family {
  Zxid pzxid;
  std::int64_t created = 0;  ///< Children ever created: the sequence counter (64 bits inside).
  std::int64_t deleted = 0;
  std::uint64_t descendants = 0;       ///< All below, at any depth.
  std::uint64_t descendant_bytes = 0;  ///< Data of all below.
  std::int64_t ttl_ms = 0;             ///< Of TTL nodes.
  SessionId owner;                     ///< Of ephemerals.
  std::int32_t aversion = 0;
  ChildList children;
};

/// A znode: 68 bytes and its name in one allocation, a Blob for the data, and a Family where one
/// is needed. No path is stored: it is the names on the way up.
///
/// Made and changed by Tree alone, which keeps table, digest and counts in step; everybody else
/// sees const ones.
struct Znode {
  /// Longer names are refused. A record of the log is shorter (txn_bytes_max).
  static constexpr std::size_t name_bytes_max = (std::size_t{1} << 23) - 1;

  /// REQUIRES: name.size() <= name_bytes_max. Destroyed with destroy().
  [[nodiscard]] static Znode* make(Znode* parent, std::string_view name, NodeKind kind);
  static void destroy(Znode* node);

  Znode(const Znode&) = delete;
  Znode& operator=(const Znode&) = delete;

  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] NodeKind kind() const { return static_cast<NodeKind>(kind_); }
  /// The path, walking up; "/" for the root.
  [[nodiscard]] std::string path() const;
  /// The same into `out`, reusing its memory.
  void path_to(std::string& out) const;
  /// Whether `path` (starting with '/', not "/") names this znode.
  [[nodiscard]] bool is_at(std::string_view path) const;

  [[nodiscard]] const Family* family() const { return has_family_ != 0 ? family_ : nullptr; }
  [[nodiscard]] Family* family() { return has_family_ != 0 ? family_ : nullptr; }
  /// Allocates the Family unless there is one; changes nothing that can be read.
  Family& ensure_family();
  /// REQUIRES: nothing in it differs from what a znode without one reads.
  void drop_family();

  [[nodiscard]] Zxid pzxid() const { return has_family_ != 0 ? family_->pzxid : czxid; }
  [[nodiscard]] std::int64_t children_created() const;
  [[nodiscard]] std::int64_t children_deleted() const;
  [[nodiscard]] std::int64_t ttl_ms() const;
  [[nodiscard]] std::int32_t aversion() const;
  [[nodiscard]] SessionId owner() const;  ///< Of ephemerals; 0 for all others.
  void set_owner(SessionId owner);        ///< REQUIRES: ephemeral.
  [[nodiscard]] std::size_t child_count() const;
  [[nodiscard]] std::uint64_t descendants() const;
  [[nodiscard]] std::uint64_t subtree_bytes() const;  ///< Own data and that of all below.
  /// As clients see it; data_length is that of the stored data.
  [[nodiscard]] Stat stat() const;

  /// Whether the image has this znode's record, and its data's: kept by UnsealedNodes.
  [[nodiscard]] bool in_image() const { return in_image_ != 0; }
  [[nodiscard]] bool data_in_image() const { return data_in_image_ != 0; }
  void set_in_image(bool node, bool data);
  /// Whether it, or its data too, changed since a seal: for two generations of seals, of which
  /// one may be under way. Kept by UnsealedNodes.
  [[nodiscard]] bool is_marked(bool generation) const {
    return (marks_ & node_mark(generation)) != 0;
  }
  [[nodiscard]] bool is_data_marked(bool generation) const {
    return (marks_ & data_mark(generation)) != 0;
  }
  void mark(bool generation, bool data_too) {
    marks_ = (marks_ | node_mark(generation) | (data_too ? data_mark(generation) : 0U)) & 15U;
  }
  void unmark(bool generation) {
    marks_ = marks_ & ~(node_mark(generation) | data_mark(generation)) & 15U;
  }

  Znode* parent;
  Blob data;

 private:
  Znode(Znode* parent_node, std::string_view name, NodeKind kind);
  ~Znode();

  union {
    std::int64_t owner_;  ///< Without a Family.
    Family* family_;
  };

 public:
  Zxid czxid;
  Zxid mzxid;
  std::int64_t ctime_ms = 0;
  std::int64_t mtime_ms = 0;
  std::int32_t version = 0;
  std::uint32_t acl = 0;  ///< Id in the AclTable.

 private:
  static constexpr std::uint32_t node_mark(bool generation) { return generation ? 4U : 1U; }
  static constexpr std::uint32_t data_mark(bool generation) { return generation ? 8U : 2U; }

  std::uint32_t name_size_ : 23;
  std::uint32_t kind_ : 2;
  std::uint32_t has_family_ : 1;
  std::uint32_t in_image_ : 1;
  std::uint32_t data_in_image_ : 1;
  std::uint32_t marks_ : 4;
  char name_[4];  ///< The first bytes; the allocation is as long as the name needs.

  static constexpr std::size_t name_offset = 68;
};

static_assert(sizeof(Znode) == 72, "a znode is small: there are millions");

/// The zxid of a change and the leader's clock.
struct Stamp {
  Zxid zxid;
  std::int64_t time_ms = 0;
};

/// The version after `version`: wraps at the end and leaves out -1, which means "any"
/// (ZOOKEEPER-4743).
[[nodiscard]] std::int32_t next_version(std::int32_t version);

}  // namespace quorate
