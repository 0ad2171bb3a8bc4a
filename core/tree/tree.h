// The tree of znodes: structure, counts, ACLs, quotas, digest; no rules about who may do what.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/blob.h"
#include "core/base/flat_map.h"
#include "core/base/result.h"
#include "core/tree/acl_table.h"
#include "core/tree/digest.h"
#include "core/tree/image.h"
#include "core/tree/node_table.h"
#include "core/tree/quota.h"
#include "core/tree/reap_index.h"
#include "core/tree/unsealed.h"
#include "core/tree/znode.h"

namespace quorate {

/// The paths that always exist and cannot be deleted.
namespace reserved {
inline constexpr std::string_view root = "/";
inline constexpr std::string_view zookeeper = "/zookeeper";
inline constexpr std::string_view quota = "/zookeeper/quota";
inline constexpr std::string_view config = "/zookeeper/config";
inline constexpr std::array<std::string_view, 4> all = {root, zookeeper, quota, config};
}  // namespace reserved

/// Whether `path` is one of reserved::all.
[[nodiscard]] bool is_reserved(std::string_view path);

/// What a znode is made from. References must live as long as the call.
struct NewNode {
  NodeKind kind = NodeKind::persistent;
  SessionId owner;          ///< Of ephemerals.
  std::int64_t ttl_ms = 0;  ///< Of TTL nodes.
  const Blob& data;
  const Acl& acl;
};

/// Every change keeps stats, the descendant counts, the digest, quotas and the ephemerals of each
/// session in step, and is noted in a journal until commit() or rollback(). Between two of them
/// lies one txn: it happens wholly or not at all, down to sequence counters (ZOOKEEPER-1624).
///
/// Nothing recurses: a tree may be as deep as a frame is long.
class Tree {
 public:
  /// The reserved nodes. `table_seed` keys the path table.
  explicit Tree(std::uint64_t table_seed);

  // --- What there is. Lookups don't allocate. Pointers and references hold until the next change.
  [[nodiscard]] const Znode* find(std::string_view path) const;
  [[nodiscard]] Znode* find(std::string_view path);
  [[nodiscard]] const Znode& root() const { return *root_; }
  [[nodiscard]] std::size_t size() const { return table_.size() + (root_ == nullptr ? 0 : 1); }
  [[nodiscard]] std::uint64_t data_bytes() const { return root_->subtree_bytes(); }
  /// The znode and all below it, parents before children, siblings by name.
  [[nodiscard]] static std::vector<const Znode*> subtree(const Znode& top);

  [[nodiscard]] bool is_allowed(const Znode& node, std::uint32_t wanted,
                                std::span<const Identity> identities) const {
    return acls_.is_allowed(node.acl, wanted, identities);
  }
  [[nodiscard]] const std::shared_ptr<const Acl>& acl_of(const Znode& node) const {
    return acls_.get(node.acl);
  }
  /// As clients read it: zookeeper_stats of a quota shows the usage of now.
  [[nodiscard]] Blob data_of(const Znode& node) const;
  [[nodiscard]] Stat stat_of(const Znode& node) const;

  /// Paths, sorted bytewise.
  [[nodiscard]] std::vector<std::string> ephemerals_of(SessionId session) const;
  /// Those that start with `prefix`; nothing when they and `entry_bytes` for each exceed
  /// `bytes_max`. Works no longer than that takes.
  [[nodiscard]] std::optional<std::vector<std::string>> ephemerals_of(SessionId session,
                                                                      std::string_view prefix,
                                                                      std::size_t entry_bytes,
                                                                      std::size_t bytes_max) const;
  /// Any `most` of them, or fewer than that with `bytes_max` together; sorted.
  [[nodiscard]] std::vector<std::string> some_ephemerals_of(SessionId session, std::size_t most,
                                                            std::size_t bytes_max) const;
  [[nodiscard]] std::size_t ephemeral_count_of(SessionId session) const;
  [[nodiscard]] std::size_t ephemeral_count() const { return ephemeral_count_; }
  /// Sessions that own at least one ephemeral, in the order of ids.
  [[nodiscard]] std::vector<SessionId> ephemeral_owners() const;
  [[nodiscard]] std::size_t ephemeral_owner_count() const { return ephemerals_.size(); }

  [[nodiscard]] const QuotaTable& quotas() const { return quotas_; }
  [[nodiscard]] QuotaUsage usage_of(std::string_view path) const;
  [[nodiscard]] const ReapIndex& reapable() const { return reapable_; }
  [[nodiscard]] const AclTable& acls() const { return acls_; }
  [[nodiscard]] const NodeTable& table() const { return table_; }
  /// Wrapping sum over all znodes; also of what is not committed yet.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }

  // --- Changes, with the Stat rules. `path` is that of the node.
  /// REQUIRES: nothing at `path`; `parent` is its parent and no ephemeral.
  Znode& create(Znode& parent, std::string_view path, const NewNode& spec, Stamp stamp);
  /// REQUIRES: no children; not reserved. The znode lives on, unlinked, until commit().
  void remove(Znode& node, std::string_view path, Stamp stamp);
  void set_data(Znode& node, std::string_view path, const Blob& data, Stamp stamp);
  void set_acl(Znode& node, std::string_view path, const Acl& acl);
  void commit();
  void rollback();
  [[nodiscard]] bool has_uncommitted() const { return !steps_.empty(); }

  // --- The image.
  /// Znodes and ACLs that differ from the image's, and about how many bytes that is.
  [[nodiscard]] std::size_t unsealed() const { return unsealed_.size() + acls_.unsealed(); }
  [[nodiscard]] std::uint64_t unsealed_bytes() const;
  /// What differs now is given by seal_some(), as it is now, while the tree goes on changing.
  /// REQUIRES: nothing uncommitted; not sealing.
  void begin_seal();
  /// Appends `most` records or a few more; all that is left when there are fewer.
  void seal_some(std::size_t most, std::vector<ImageChange>& out);
  [[nodiscard]] bool is_sealing() const { return unsealed_.is_sealing(); }
  /// Empties the tree, reserved nodes included, for load().
  void start_load();
  /// ACLs first, parents before children, data behind its node. Errors: damaged.
  Status load(const ImageAcl& record);
  Status load(const ImageNode& record);
  Status load(const ImageData& record);
  Status finish_load();

  /// REQUIRES: nothing uncommitted.
  void check_invariants() const;

 private:
  struct FamilyBefore {
    bool existed = false;
    Zxid pzxid;
    std::int64_t created = 0;
    std::int64_t deleted = 0;
  };
  struct Created {
    Znode* node;
    FamilyBefore parent;
  };
  struct Removed {
    Znode* node;
    FamilyBefore parent;
  };
  struct DataSet {
    Znode* node;
    Blob data;
    Zxid mzxid;
    std::int64_t mtime_ms;
    std::int32_t version;
  };
  struct AclSet {
    Znode* node;
    std::uint32_t acl;
    std::int32_t aversion;
    bool had_family;
  };
  using Step = std::variant<Created, Removed, DataSet, AclSet>;

  struct DestroySubtree {
    void operator()(Znode* top) const;
  };

  void plant_reserved();

  [[nodiscard]] static FamilyBefore before(const Znode& parent);
  static void restore(Znode& parent, const FamilyBefore& former);
  [[nodiscard]] std::uint64_t stat_digest_of(const Znode& node, PathDigest path) const;
  void link(Znode& node, std::string_view path);
  /// As link(), for loading many.
  void link_later(Znode& node, std::string_view path);
  void link_to_parent(Znode& node);
  void unlink(Znode& node, std::string_view path);
  static void add_to_ancestors(const Znode& node, std::uint64_t count, std::uint64_t bytes);
  void refresh_quota(const Znode& node, std::string_view path);
  /// The text of a zookeeper_stats znode whose path has a quota.
  [[nodiscard]] std::optional<std::string> usage_text(const Znode& node) const;

  /// The seal under way takes the record of a znode that is about to change.
  void seal_before_change(Znode& node) {
    if (unsealed_.is_held(node)) give(node, sealed_early_);
  }
  void give(Znode& node, std::vector<ImageChange>& out);
  [[nodiscard]] Znode* loaded_parent(std::string_view path);

  void settle(const Created& step);
  void settle(const Removed& step);
  void settle(const DataSet& step);
  void settle(const AclSet& step);
  void undo(const Created& step);
  void undo(const Removed& step);
  void undo(const DataSet& step);
  void undo(const AclSet& step);

  void check_node(const Znode& node, std::string_view path) const;
  void check_tables(std::span<const Znode* const> nodes) const;

  std::unique_ptr<Znode, DestroySubtree> root_;
  NodeTable table_;
  AclTable acls_;
  QuotaTable quotas_;
  /// Never iterated where it shows: what leaves is sorted.
  FlatMap<SessionId, FlatSet<Znode*>> ephemerals_;
  std::size_t ephemeral_count_ = 0;
  ReapIndex reapable_;
  UnsealedNodes unsealed_;
  std::string last_path_;                       ///< The greatest path loaded so far.
  Znode* last_loaded_ = nullptr;                ///< Of the image being loaded.
  PathDigest last_digest_{std::string_view{}};  ///< Of the path of last_loaded_.
  std::vector<ImageChange> sealed_early_;       ///< Of the seal under way: what changed meanwhile.
  std::vector<Step> steps_;                     ///< The journal of the txn at work.
  std::uint64_t digest_ = 0;
  std::uint64_t digest_committed_ = 0;
};

}  // namespace quorate
