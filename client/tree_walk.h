// A node and all below it, parents before children, siblings by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "client/child_cursor.h"
#include "client/client.h"

namespace quorate::client {

struct WalkOptions {
  std::size_t depth_max = std::numeric_limits<std::size_t>::max();  ///< 0: the root alone.
  bool with_data = false;
};

struct WalkedNode {
  std::string path;
  std::size_t depth = 0;  ///< 0 for the root.
  Stat stat;
  Blob data;             ///< When asked for and readable.
  bool readable = true;  ///< Whether the caller may READ it.
};

/// Reads a tree with one request per page of children; leaves cost none of their own. What
/// changes meanwhile may or may not be seen. Holds a page per level.
class TreeWalk {
 public:
  /// REQUIRES: `client` outlives the walk.
  TreeWalk(Client& client, std::string root, WalkOptions options);

  /// The next node, or nothing at the end. Errors: no_node for the root, and what breaks the walk
  /// off (connection_loss, operation_timeout, ...). Nodes that vanish under way are passed over;
  /// the children of nodes that the caller may not READ are, too, and counted.
  [[nodiscard]] Result<std::optional<WalkedNode>> next();

  /// Don't go below the node that next() gave last.
  void skip_below() { enter_.reset(); }

  [[nodiscard]] std::uint64_t denied() const { return denied_; }

 private:
  struct Level {
    std::string path;
    ChildCursor cursor;
  };

  Result<WalkedNode> read_root();
  void leave_for(const WalkedNode& node);

  Client* client_;
  std::string root_;
  WalkOptions options_;
  bool started_ = false;
  std::optional<Level> enter_;  ///< The node given last, if it has children to come.
  std::vector<Level> levels_;
  std::uint64_t denied_ = 0;
};

/// "/a/b" of "/a" and "b".
[[nodiscard]] std::string child_path(const std::string& parent, const std::string& name);

}  // namespace quorate::client
