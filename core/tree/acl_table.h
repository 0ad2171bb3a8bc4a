// The ACLs in use, each stored once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "core/base/flat_map.h"
#include "core/base/result.h"
#include "core/tree/acl.h"

namespace quorate {

/// ACLs by small numbers, counted by the znodes that use them.
///
/// A new ACL takes the smallest free id, so that ids depend on nothing but the order of txns; the
/// image stores them.
class AclTable {
 public:
  /// The id of `acl`, one use more.
  std::uint32_t acquire(const Acl& acl);
  /// One use more of an ACL in use.
  void acquire(std::uint32_t id);
  /// One use less; the last one frees the id.
  void release(std::uint32_t id);

  // REQUIRES for all: the id is in use.
  [[nodiscard]] const std::shared_ptr<const Acl>& get(std::uint32_t id) const;
  /// Hash of the content: ids are nobody's business outside of the image.
  [[nodiscard]] std::uint64_t digest(std::uint32_t id) const;
  /// is_allowed() of acl.h; at once for what everybody may do.
  [[nodiscard]] bool is_allowed(std::uint32_t id, std::uint32_t wanted,
                                std::span<const Identity> identities) const;

  [[nodiscard]] std::uint64_t uses(std::uint32_t id) const;

  [[nodiscard]] bool contains(std::uint32_t id) const;
  [[nodiscard]] std::size_t size() const { return ids_.size(); }

  /// What a seal has to say: ids whose content differs from the image's. Empty pointer: gone.
  [[nodiscard]] std::size_t unsealed() const { return unsealed_.size(); }
  [[nodiscard]] std::vector<std::pair<std::uint32_t, std::shared_ptr<const Acl>>> seal();

  /// Takes an ACL of an image under its id, without a use yet. False when id or content is taken.
  [[nodiscard]] bool load(std::uint32_t id, const Acl& acl);
  /// Frees what no znode of the image used.
  void finish_load();
  void clear();

  /// No image has more; a greater id is damage, not a reason to allocate.
  static constexpr std::uint32_t id_max = (1U << 28) - 1;

 private:
  struct Entry {
    std::shared_ptr<const Acl> acl;
    std::shared_ptr<const Acl> sealed;  ///< What the image has under this id.
    std::uint64_t uses = 0;
    std::uint64_t digest = 0;
    std::uint32_t world_perms = 0;  ///< What anybody may do.
  };
  struct ContentHash {
    std::size_t operator()(const Acl* acl) const noexcept;
  };
  struct ContentEqual {
    bool operator()(const Acl* a, const Acl* b) const noexcept { return *a == *b; }
  };

  std::uint32_t take_free_id();
  void fill(std::uint32_t id, const Acl& acl);
  void free(std::uint32_t id);
  void note_change(std::uint32_t id);

  std::vector<Entry> entries_;  ///< By id; freed ones have no acl.
  std::set<std::uint32_t> free_ids_;
  FlatMap<const Acl*, std::uint32_t, ContentHash, ContentEqual> ids_;
  std::set<std::uint32_t> unsealed_;
};

/// A hash of the content of an ACL, the same on every server.
[[nodiscard]] std::uint64_t digest_of(const Acl& acl);

}  // namespace quorate
