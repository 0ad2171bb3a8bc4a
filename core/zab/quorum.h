// Which sets of servers decide: a majority of the voters, or majorities of weighted groups.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "core/base/ids.h"

namespace quorate {

using ServerSet = std::set<ServerId>;

/// Any two quorums have a server in common: what one of them has stored, the other hears of.
///
/// With groups (ZooKeeper's group.N and weight.N) a quorum holds more than half of the weight in
/// each of more than half of the groups; a majority is one group in which everybody weighs 1. A
/// server without weight does not vote, a group without weight is none.
class Quorum {
 public:
  using Weights = std::map<ServerId, std::uint32_t>;

  /// A majority. REQUIRES: `voters` is not empty.
  explicit Quorum(const ServerSet& voters);
  /// REQUIRES: no server is in two groups, and somebody has weight.
  explicit Quorum(const std::vector<Weights>& groups);

  [[nodiscard]] const ServerSet& voters() const { return voters_; }
  [[nodiscard]] bool is_voter(ServerId server) const { return voters_.contains(server); }
  /// Whether `servers` can decide; those that do not vote are not counted.
  [[nodiscard]] bool is_quorum(const ServerSet& servers) const;
  /// The highest zxid that a quorum has reached; {0} when none has reached anything.
  [[nodiscard]] Zxid reached(const std::map<ServerId, Zxid>& acked) const;

 private:
  struct Group {
    Weights weights;
    std::uint64_t total = 0;
  };

  std::vector<Group> groups_;
  ServerSet voters_;
};

}  // namespace quorate
