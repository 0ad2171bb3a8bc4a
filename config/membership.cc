#include "config/membership.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/values.h"
#include "config/words.h"

namespace quorate {

using namespace words;

namespace {

constexpr std::string_view member_form =
    "; expected host:quorumPort:electionPort[:participant|observer][|...];[clientHost:]clientPort";

Error refused(std::string text) { return Error{ErrorCode::bad_arguments, std::move(text)}; }

/// The pieces between colons, of which those in brackets don't count: "[::1]:2888" has two.
std::vector<std::string_view> split_colons(std::string_view text) {
  std::vector<std::string_view> pieces;
  std::size_t start = 0;
  bool in_brackets = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') in_brackets = true;
    if (text[i] == ']') in_brackets = false;
    if (text[i] != ':' || in_brackets) continue;
    pieces.push_back(text.substr(start, i - start));
    start = i + 1;
  }
  pieces.push_back(text.substr(start));
  return pieces;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

Result<std::string> unbracketed(std::string_view host) {
  auto name = parse_host(host);
  if (name && name->find(':') != std::string::npos && host.front() != '[')
    return refused("has an IPv6 address without brackets");
  if (!name) return refused(fmt::format("{}{}", name.error().text, member_form));
  return name;
}

Result<PeerAddress> parse_address(std::string_view text, std::optional<MemberRole>& role) {
  const auto pieces = split_colons(text);
  if (pieces.size() < 3 || pieces.size() > 4)
    return refused(fmt::format("is not a server{}", member_form));
  PeerAddress address;
  auto host = unbracketed(pieces[0]);
  if (!host) return host.error();
  address.host = std::move(*host);
  const auto quorum = parse_port(pieces[1]);
  if (!quorum) return refused("has a quorum port that is wrong: " + quorum.error().text);
  const auto election = parse_port(pieces[2]);
  if (!election) return refused("has an election port that is wrong: " + election.error().text);
  address.quorum_port = *quorum;
  address.election_port = *election;
  if (address.quorum_port == address.election_port)
    return refused("has the same port for quorum and election; they must differ");
  if (pieces.size() == 4) {
    const std::string word = lower_case(pieces[3]);
    if (word != "participant" && word != "observer")
      return refused(fmt::format("has the role {}; allowed: participant, observer", quoted(word)));
    const MemberRole said = word == "observer" ? MemberRole::observer : MemberRole::participant;
    if (role && *role != said) return refused("gives its addresses different roles");
    role = said;
  }
  return address;
}

Result<ClientAddress> parse_client(std::string_view text) {
  const auto pieces = split_colons(text);
  if (pieces.size() > 2) {
    return refused(fmt::format("has the client address {}; expected [host:]port", quoted(text)));
  }
  ClientAddress client;
  if (pieces.size() == 2) {
    auto host = unbracketed(pieces[0]);
    if (!host) return host.error();
    client.host = std::move(*host);
  }
  const auto port = parse_port(pieces.back());
  if (!port) return refused("has a client port that is wrong: " + port.error().text);
  client.port = *port;
  return client;
}

Result<Member> parse_member(ServerId id, std::string_view value) {
  Member member;
  member.id = id;
  const std::size_t semicolon = value.find(';');
  if (semicolon != std::string_view::npos) {
    auto client = parse_client(trimmed(value.substr(semicolon + 1)));
    if (!client) return client.error();
    member.client = std::move(*client);
  }
  const auto addresses = split(value.substr(0, semicolon), '|');
  if (addresses.size() > addresses_per_server_max)
    return refused(fmt::format("has more than {} addresses", addresses_per_server_max));
  std::optional<MemberRole> role;
  for (const std::string_view text : addresses) {
    auto address = parse_address(trimmed(text), role);
    if (!address) return address.error();
    member.addresses.push_back(std::move(*address));
  }
  member.role = role.value_or(MemberRole::participant);
  return member;
}

Result<ServerId> parse_server_id(std::string_view text) {
  const auto number = parse_number(text, NumberUnit::count);
  // One spelling for each server, so that its line is found again by its number.
  if (!number || *number > server_id_max || fmt::format("{}", *number) != text)
    return refused(
        fmt::format("has the server number {}; allowed: 0 to {}", quoted(text), server_id_max));
  return ServerId{static_cast<std::uint32_t>(*number)};
}

Result<std::vector<ServerId>> parse_group(std::string_view value) {
  std::vector<ServerId> servers;
  for (const std::string_view text : split(value, ':')) {
    const auto id = parse_server_id(trimmed(text));
    if (!id) return id.error();
    if (std::find(servers.begin(), servers.end(), *id) != servers.end())
      return refused(fmt::format("names server {} twice", id->value));
    servers.push_back(*id);
  }
  return servers;
}

Status check_groups(const Membership& membership) {
  std::map<ServerId, std::uint32_t> group_of;
  for (const auto& [group, servers] : membership.groups) {
    for (const ServerId id : servers) {
      if (!membership.members.contains(id))
        return refused(fmt::format("group.{} names server {}, which has no server.{} line", group,
                                   id.value, id.value));
      const auto [other, fresh] = group_of.try_emplace(id, group);
      if (!fresh)
        return refused(fmt::format("server {} is in group.{} and in group.{}; one is allowed",
                                   id.value, other->second, group));
    }
  }
  for (const auto& [id, member] : membership.members) {
    if (!membership.groups.empty() && member.role == MemberRole::participant &&
        !group_of.contains(id))
      return refused(fmt::format("server.{} votes but is in no group", id.value));
  }
  return {};
}

}  // namespace

bool is_membership_key(std::string_view key) {
  return key.starts_with("server.") || key.starts_with("group.") || key.starts_with("weight.");
}

Status add_membership_line(Membership& membership, std::string_view key, std::string_view value) {
  const std::size_t dot = key.find('.');
  const std::string_view kind = key.substr(0, dot);
  const auto number = parse_server_id(key.substr(dot + 1));
  if (!number) return number.error();

  if (kind == "server") {
    auto member = parse_member(*number, value);
    if (!member) return member.error();
    if (!membership.members.try_emplace(*number, std::move(*member)).second)
      return refused(fmt::format("names server {} a second time", number->value));
  } else if (kind == "group") {
    auto servers = parse_group(value);
    if (!servers) return servers.error();
    if (!membership.groups.try_emplace(number->value, std::move(*servers)).second)
      return refused(fmt::format("names group {} a second time", number->value));
  } else {
    constexpr std::uint64_t weight_max = 1'000'000;
    const auto weight = parse_number(value, NumberUnit::count);
    if (!weight || *weight > weight_max)
      return refused(fmt::format("is not a weight; allowed: 0 to {}", weight_max));
    if (!membership.weights.try_emplace(*number, static_cast<std::uint32_t>(*weight)).second)
      return refused(fmt::format("weighs server {} a second time", number->value));
  }
  return {};
}

Status check_membership(const Membership& membership) {
  if (Status status = check_groups(membership); !status) return status;
  for (const auto& [id, weight] : membership.weights) {
    if (!membership.members.contains(id))
      return refused(
          fmt::format("weight.{} weighs a server without a server.{} line", id.value, id.value));
  }
  bool votes = membership.members.empty();
  std::map<std::pair<std::string, std::uint16_t>, ServerId> peers;
  for (const auto& [id, member] : membership.members) {
    const auto weight = membership.weights.find(id);
    votes = votes || (member.role == MemberRole::participant &&
                      (weight == membership.weights.end() || weight->second > 0));
    for (const PeerAddress& address : member.addresses) {
      const auto [other, fresh] = peers.try_emplace({address.host, address.quorum_port}, id);
      if (!fresh)
        return refused(fmt::format("server.{} and server.{} have the same peer address {}:{}",
                                   other->second.value, id.value, bracketed(address.host),
                                   address.quorum_port));
    }
  }
  if (!votes) return refused("no server may vote: all are observers or have weight 0");
  return {};
}

std::string to_string(const Member& member) {
  std::string text;
  for (const PeerAddress& address : member.addresses) {
    if (!text.empty()) text += '|';
    text += fmt::format("{}:{}:{}:{}", bracketed(address.host), address.quorum_port,
                        address.election_port,
                        member.role == MemberRole::observer ? "observer" : "participant");
  }
  if (member.client)
    text += fmt::format(";{}:{}", bracketed(member.client->host), member.client->port);
  return text;
}

std::vector<std::pair<std::string, std::string>> membership_lines(const Membership& membership) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& [id, member] : membership.members)
    lines.emplace_back(fmt::format("server.{}", id.value), to_string(member));
  for (const auto& [group, servers] : membership.groups) {
    std::string value;
    for (const ServerId id : servers)
      value += fmt::format("{}{}", value.empty() ? "" : ":", id.value);
    lines.emplace_back(fmt::format("group.{}", group), value);
  }
  for (const auto& [id, weight] : membership.weights)
    lines.emplace_back(fmt::format("weight.{}", id.value), fmt::format("{}", weight));
  return lines;
}

std::string members_text(const Membership& membership) {
  if (membership.members.empty()) return {};
  std::string text;
  for (const auto& [key, value] : membership_lines(membership)) {
    text += fmt::format("{}={}\n", key, value);
  }
  return text + "version=0";
}

}  // namespace quorate
