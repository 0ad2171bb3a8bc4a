// Which znodes the image does not have as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/flat_map.h"
#include "core/tree/znode.h"

namespace quorate {

/// Znodes changed since the last seal, in the order of their first change, and paths that are
/// gone from the tree but not from the image. A znode created and deleted between two seals
/// leaves nothing behind.
class UnsealedNodes {
 public:
  struct Mark {
    Znode* node;         ///< Null: was deleted.
    bool data_changed;   ///< Otherwise only the stat.
    std::uint8_t count;  ///< Records a seal gives for it: 1, or 2 with its data's.
  };

  /// A znode was made; `node` has its path.
  void created(Znode* node);
  void stat_changed(Znode* node);
  void data_changed(Znode* node);
  /// `node` is about to go; it still knows its path.
  void removed(Znode* node);

  /// Records that a seal would give for the znodes.
  [[nodiscard]] std::size_t records() const { return records_ + gone_.size(); }
  [[nodiscard]] const std::vector<Mark>& marks() const { return marks_; }
  [[nodiscard]] const std::map<std::string, bool, std::less<>>& gone() const { return gone_; }
  /// Everything has been sealed: znodes remember what the image has of them.
  void clear();
  /// Forgets without a seal (the tree is emptied for an image).
  void reset();

 private:
  void mark(Znode* node, bool data_changed);
  void close_gaps();

  std::vector<Mark> marks_;
  FlatMap<const Znode*, std::uint32_t> places_;    ///< Of the living in marks_.
  std::map<std::string, bool, std::less<>> gone_;  ///< With whether the image has data there.
  std::size_t records_ = 0;                        ///< Sum of counts of the living.
};

}  // namespace quorate
