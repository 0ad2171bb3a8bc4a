#include "actors/inspection.h"

#include <utility>

namespace quorate {
namespace {

ServerRole role_of(const Config& config, const Notice& notice) {
  if (notice.read_only) return ServerRole::read_only;
  switch (notice.stance) {
    case Stance::leading:
      return config.membership.members.size() > 1 ? ServerRole::leading : ServerRole::alone;
    case Stance::following:
      return notice.votes ? ServerRole::following : ServerRole::observing;
    case Stance::looking:
      break;
  }
  return ServerRole::looking;
}

EnsembleMember member_of(const Membership& membership, const Member& member, const Notice& notice) {
  EnsembleMember shown;
  shown.server = member.id;
  shown.observer = member.role == MemberRole::observer;
  if (const auto found = membership.weights.find(member.id); found != membership.weights.end())
    shown.weight = found->second;
  for (const auto& [group, servers] : membership.groups)
    for (const ServerId server : servers)
      if (server == member.id) shown.group = group;
  for (const PeerAddress& peer : member.addresses)
    shown.peers.push_back({peer.host, peer.quorum_port});
  if (member.client) shown.clients = {member.client->host, member.client->port};
  shown.linked = notice.linked.contains(member.id);
  return shown;
}

/// Where a server listens itself is never in doubt.
void add_own_address(EnsembleMember& self, const Config& config) {
  if (!self.clients && config.client_port != 0)
    self.clients = {config.client_address, config.client_port};
}

}  // namespace

Inspection inspection_of(const Config& config, const Notice& notice,
                         std::chrono::milliseconds uptime, std::size_t connections) {
  Inspection shown;
  shown.server = config.server_id;
  shown.version = QUORATE_VERSION;
  shown.uptime_ms = static_cast<std::uint64_t>(uptime.count());
  shown.role = role_of(config, notice);
  shown.serving = notice.serving && notice.established.has_value();
  shown.sends_clients_away = notice.sends_clients_away;
  shown.recovering = notice.recovering;
  shown.quorum_linked = notice.quorum_linked;
  shown.leader = notice.leader;
  shown.epoch = notice.established.value_or(Epoch{});
  shown.committed = notice.committed;
  shown.applied = notice.applied;
  shown.logged = notice.logged;
  shown.sessions = static_cast<std::uint32_t>(notice.sessions);
  shown.connections = static_cast<std::uint32_t>(connections);
  shown.znodes = notice.znodes;
  shown.digest_zxid = notice.mark ? notice.mark->zxid : Zxid{};
  shown.digest = notice.mark ? notice.mark->digest : 0;
  shown.in_doubt = notice.doubt;
  Membership membership = config.membership;
  if (membership.members.empty()) membership.members[config.server_id].id = config.server_id;
  for (const auto& [id, member] : membership.members) {
    shown.members.push_back(member_of(membership, member, notice));
    if (id == config.server_id) add_own_address(shown.members.back(), config);
  }
  return shown;
}

}  // namespace quorate
