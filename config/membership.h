// Who belongs to the ensemble: the server.N, group.N and weight.N lines of zoo.cfg.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace quorate {

inline constexpr std::uint32_t server_id_max = 255;
inline constexpr std::size_t addresses_per_server_max = 16;

enum class MemberRole : std::uint8_t { participant, observer };

/// Where other servers reach a server. ZooKeeper's election port is kept and printed, not used:
/// votes travel over the quorum port.
struct PeerAddress {
  std::string host;  ///< Without brackets.
  std::uint16_t quorum_port = 0;
  std::uint16_t election_port = 0;
  friend bool operator==(const PeerAddress&, const PeerAddress&) = default;
};

/// Where clients reach a server.
struct ClientAddress {
  std::string host = "0.0.0.0";
  std::uint16_t port = 0;
  friend bool operator==(const ClientAddress&, const ClientAddress&) = default;
};

struct Member {
  ServerId id;
  std::vector<PeerAddress> addresses;  ///< Not empty; several lead to the same server.
  MemberRole role = MemberRole::participant;
  std::optional<ClientAddress> client;  ///< Absent in old files, where clientPort says it.
  friend bool operator==(const Member&, const Member&) = default;
};

/// Empty when nothing was said about members: a server on its own.
struct Membership {
  std::map<ServerId, Member> members;
  std::map<std::uint32_t, std::vector<ServerId>> groups;
  std::map<ServerId, std::uint32_t> weights;  ///< 1 for who is missing here.
  friend bool operator==(const Membership&, const Membership&) = default;
};

/// Whether the key is server.N, group.N or weight.N for some text N.
[[nodiscard]] bool is_membership_key(std::string_view key);

/// Adds one line. Errors: bad_arguments; the text follows `key = "value"` in a sentence.
///   server.N = host:quorumPort:electionPort[:participant|observer][|host:...];[clientHost:]port
///   group.G  = N:N:...
///   weight.N = weight
[[nodiscard]] Status add_membership_line(Membership& membership, std::string_view key,
                                         std::string_view value);

/// What only all lines together can break: groups name servers that exist, every participant is
/// in exactly one group when there are any, some weight is left to vote with, no two servers share
/// a peer address. The text is a sentence.
[[nodiscard]] Status check_membership(const Membership& membership);

/// The value of server.N, in ZooKeeper's canonical form: host:q:e:role;host:port.
[[nodiscard]] std::string to_string(const Member& member);

/// OptionKey and value of every line, in ascending order.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> membership_lines(
    const Membership& membership);

/// The lines as ZooKeeper's clients read them from /zookeeper/config; empty for a server on its
/// own. Members cannot change at run time: the version of the list is always 0.
[[nodiscard]] std::string members_text(const Membership& membership);

}  // namespace quorate
