// What a server says of itself, both ways.
#include <capnp/message.h>

#include "schema/capnp/fields.h"
#include "schema/capnp/messages.h"

namespace quorate::capnp_codec {
namespace {

using capnp::sizeInWords;

constexpr std::int64_t none = -1;

// --- Writing -------------------------------------------------------------------------------------

std::size_t words_of(const EnsembleMember& member) {
  std::size_t sum = list_words<wire::Address>(member.peers.size());
  for (const NetworkAddress& peer : member.peers) sum += text_words(peer.host);
  if (member.clients) sum += sizeInWords<wire::Address>() + text_words(member.clients->host);
  return sum;
}

void fill(wire::Address::Builder out, const NetworkAddress& address) {
  if (!address.host.empty()) out.setHost(to_text(address.host));
  out.setPort(address.port);
}

void fill(wire::EnsembleMember::Builder out, const EnsembleMember& member) {
  out.setServer(member.server.value);
  out.setObserver(member.observer);
  out.setWeight(member.weight);
  out.setGroup(member.group ? std::int64_t{*member.group} : none);
  if (!member.peers.empty()) {
    auto peers = out.initPeers(static_cast<unsigned>(member.peers.size()));
    for (unsigned i = 0; i < member.peers.size(); ++i) fill(peers[i], member.peers[i]);
  }
  if (member.clients) fill(out.initClients(), *member.clients);
  out.setLinked(member.linked);
}

// --- Reading -------------------------------------------------------------------------------------

void read(wire::Address::Reader in, NetworkAddress& out) {
  take(in.getHost(), out.host);
  out.port = in.getPort();
}

void read(wire::EnsembleMember::Reader in, EnsembleMember& out) {
  out.server = ServerId{in.getServer()};
  out.observer = in.getObserver();
  out.weight = in.getWeight();
  if (in.getGroup() >= 0) out.group = static_cast<std::uint32_t>(in.getGroup());
  for (const auto peer : in.getPeers()) read(peer, out.peers.emplace_back());
  if (in.hasClients()) read(in.getClients(), out.clients.emplace());
  out.linked = in.getLinked();
}

}  // namespace

std::size_t message_words(const Inspection& inspection) {
  std::size_t sum = 1 + sizeInWords<wire::ServerMessage>() + sizeInWords<wire::Inspection>() +
                    text_words(inspection.version) +
                    list_words<wire::EnsembleMember>(inspection.members.size());
  for (const EnsembleMember& member : inspection.members) sum += words_of(member);
  return sum;
}

void fill_inspection(wire::Inspection::Builder out, const Inspection& inspection) {
  out.setServer(inspection.server.value);
  if (!inspection.version.empty()) out.setVersion(to_text(inspection.version));
  out.setUptimeMs(inspection.uptime_ms);
  out.setRole(static_cast<wire::ServerRole>(inspection.role));
  out.setServing(inspection.serving);
  out.setRecovering(inspection.recovering);
  out.setQuorumLinked(inspection.quorum_linked);
  out.setLeader(static_cast<std::int32_t>(inspection.leader ? inspection.leader->value : none));
  out.setEpoch(inspection.epoch.value);
  out.setCommitted(inspection.committed.value);
  out.setApplied(inspection.applied.value);
  out.setLogged(inspection.logged.value);
  out.setSessions(inspection.sessions);
  out.setConnections(inspection.connections);
  out.setZnodes(inspection.znodes);
  out.setDigestZxid(inspection.digest_zxid.value);
  out.setDigest(inspection.digest);
  out.setInDoubt(inspection.in_doubt);
  out.setSendsClientsAway(inspection.sends_clients_away);
  if (inspection.members.empty()) return;
  auto members = out.initMembers(static_cast<unsigned>(inspection.members.size()));
  for (unsigned i = 0; i < inspection.members.size(); ++i) fill(members[i], inspection.members[i]);
}

void read_inspection(wire::Inspection::Reader in, Inspection& out) {
  out.server = ServerId{in.getServer()};
  take(in.getVersion(), out.version);
  out.uptime_ms = in.getUptimeMs();
  const auto role = static_cast<std::uint16_t>(in.getRole());
  const bool known = role <= static_cast<std::uint16_t>(ServerRole::read_only);
  out.role = known ? static_cast<ServerRole>(role) : ServerRole::unknown;
  out.serving = in.getServing();
  out.recovering = in.getRecovering();
  out.quorum_linked = in.getQuorumLinked();
  if (in.getLeader() >= 0) out.leader = ServerId{static_cast<std::uint32_t>(in.getLeader())};
  out.epoch = Epoch{in.getEpoch()};
  out.committed = Zxid{in.getCommitted()};
  out.applied = Zxid{in.getApplied()};
  out.logged = Zxid{in.getLogged()};
  out.sessions = in.getSessions();
  out.connections = in.getConnections();
  out.znodes = in.getZnodes();
  out.digest_zxid = Zxid{in.getDigestZxid()};
  out.digest = in.getDigest();
  out.in_doubt = in.getInDoubt();
  out.sends_clients_away = in.getSendsClientsAway();
  for (const auto member : in.getMembers()) read(member, out.members.emplace_back());
}

}  // namespace quorate::capnp_codec
