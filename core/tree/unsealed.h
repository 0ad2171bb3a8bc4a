// Which znodes the image does not have as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "core/base/flat_map.h"
#include "core/tree/znode.h"

namespace quorate {

/// Znodes changed since the last seal began, in the order of their first change, and paths that
/// are gone from the tree but not from the image. A znode created and deleted between two seals
/// leaves nothing behind.
///
/// A seal is taken out in slices while the tree goes on changing. What it has not yet given is
/// kept from changing: who is about to change a znode asks is_held() first and, if so, takes the
/// znode's record before the change (Tree::seal_before_change).
class UnsealedNodes {
 public:
  /// A znode was made; `node` has its path.
  void created(Znode* node);
  void stat_changed(Znode* node) { mark(node, false); }
  void data_changed(Znode* node) { mark(node, true); }
  /// `node` is about to go; it still knows its path. REQUIRES: not held.
  void removed(Znode* node);

  /// Znodes and paths that a seal begun now would hold. Each gives one record, or two where its
  /// data has changed as well.
  [[nodiscard]] std::size_t size() const { return marked_.size() - dead_.size() + gone_.size(); }
  /// Bytes of changed data, about: as they were when first marked.
  [[nodiscard]] std::uint64_t data_bytes() const { return data_bytes_; }

  // --- A seal. REQUIRES for begin_seal(): none is under way.
  void begin_seal();
  [[nodiscard]] bool is_sealing() const { return is_sealing_; }
  /// Whether the seal under way has yet to give the record of `node`.
  [[nodiscard]] bool is_held(const Znode& node) const {
    return is_sealing_ && node.is_marked(!generation_);
  }
  /// Whether the seal gives the data of a held znode too.
  [[nodiscard]] bool holds_data(const Znode& node) const {
    return node.is_data_marked(!generation_);
  }
  /// The record of a held znode was given.
  void given(Znode& node);
  /// The next held znode, or null when there is none left.
  [[nodiscard]] Znode* next_held();
  /// The next path that is gone, into `path`; false: there is none left, and the seal has ended.
  [[nodiscard]] bool next_gone(std::string& path);

  /// Forgets everything without a seal (the tree is emptied for an image).
  void reset();

 private:
  using Gone =
      std::map<std::string, bool, std::less<>>;  ///< With whether the image has data there.

  void mark(Znode* node, bool data_changed);
  void close_gaps();

  // No step of theirs grows with what they hold: a deque never moves its elements.
  std::deque<Znode*> marked_;
  FlatSet<const Znode*> dead_;  ///< Addresses in marked_ whose znode is gone: not to be followed.
  Gone gone_;
  std::uint64_t data_bytes_ = 0;

  // What the seal under way holds. Znodes carry marks of two generations, so that beginning a
  // seal touches none of them.
  bool generation_ = false;  ///< Of marked_; the other one is that of the seal.
  bool is_sealing_ = false;
  std::deque<Znode*> held_;
  FlatSet<const Znode*> held_dead_;  ///< Removed since the seal began.
  Gone held_gone_;
};

}  // namespace quorate
