// Lets a client live below a node as if that node were the root.
#pragma once

#include <string>
#include <utility>

#include "core/txn/reply.h"
#include "core/txn/request.h"

namespace quorate::client {

/// Adds the prefix to the paths of requests and takes it off those of replies and events. A path
/// that does not start with '/' is left as it is (the server refuses it): it must not turn into
/// a neighbour of the chroot.
class Chroot {
 public:
  /// `prefix` is "" (then nothing changes) or "/a/b".
  explicit Chroot(std::string prefix) : prefix_(std::move(prefix)) {}

  void enter(std::string& path) const;
  void enter(Operation& operation) const;

  /// "/" for the chroot itself. A path outside of it is left as it is.
  void leave(std::string& path) const;
  /// Paths outside of the chroot are dropped from lists.
  void leave(Reply& reply) const;

  [[nodiscard]] const std::string& prefix() const { return prefix_; }

 private:
  [[nodiscard]] bool contains(const std::string& path) const;

  std::string prefix_;
};

}  // namespace quorate::client
