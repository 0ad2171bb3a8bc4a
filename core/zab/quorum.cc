#include "core/zab/quorum.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/base/check.h"

namespace quorate {
namespace {

std::vector<Quorum::Weights> one_group(const ServerSet& voters) {
  Quorum::Weights weights;
  for (const ServerId voter : voters) weights[voter] = 1;
  return {std::move(weights)};
}

}  // namespace

Quorum::Quorum(const ServerSet& voters) : Quorum(one_group(voters)) {}

Quorum::Quorum(const std::vector<Weights>& groups) {
  for (const Weights& weights : groups) {
    Group group;
    for (const auto& [server, weight] : weights) {
      if (weight == 0) continue;
      check(voters_.insert(server).second, "a voter is in one group");
      group.weights[server] = weight;
      group.total += weight;
    }
    if (group.total > 0) groups_.push_back(std::move(group));
  }
  check(!voters_.empty(), "an ensemble has voters");
}

bool Quorum::is_quorum(const ServerSet& servers) const {
  const auto has_majority = [&servers](const Group& group) {
    std::uint64_t weight = 0;
    for (const auto& [server, its] : group.weights)
      if (servers.contains(server)) weight += its;
    return 2 * weight > group.total;
  };
  const auto majorities = std::count_if(groups_.begin(), groups_.end(), has_majority);
  return 2 * static_cast<std::size_t>(majorities) > groups_.size();
}

Zxid Quorum::reached(const std::map<ServerId, Zxid>& acked) const {
  std::vector<std::pair<Zxid, ServerId>> downwards;
  for (const auto& [server, zxid] : acked)
    if (is_voter(server)) downwards.emplace_back(zxid, server);
  std::sort(downwards.rbegin(), downwards.rend());
  // With everybody the same weight, which is nearly always, no sets need to be made.
  if (groups_.size() == 1 && groups_.front().total == voters_.size()) {
    const std::size_t majority = voters_.size() / 2;
    return downwards.size() > majority ? downwards[majority].first : Zxid{};
  }
  ServerSet servers;
  for (const auto& [zxid, server] : downwards) {
    servers.insert(server);
    if (is_quorum(servers)) return zxid;
  }
  return {};
}

}  // namespace quorate
