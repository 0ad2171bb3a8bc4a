// The messages between a client and a server, as core values; the codecs turn them into bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/error_code.h"
#include "core/base/ids.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"

namespace quorate {

/// 16 random bytes that prove a session is one's own. Never logged, never stored by a server.
using SessionPassword = std::array<std::uint8_t, 16>;

inline constexpr std::uint32_t protocol_version = 1;

/// A client's first frame.
struct Hello {
  std::uint32_t version_min = protocol_version;
  std::uint32_t version_max = protocol_version;
  std::uint64_t features = 0;  ///< Bits the client would like; unknown ones are ignored.
  SessionId session;           ///< {0}: a new one; otherwise this one again.
  SessionPassword password{};
  std::int64_t timeout_ms = 0;  ///< Wanted; the server clamps it.
  Zxid last_seen;               ///< A server behind it refuses with server_behind.
  bool read_only = false;       ///< Content with a server that cannot write.
  friend bool operator==(const Hello&, const Hello&) = default;
};

/// The server's answer to Hello: the session is open.
struct Welcome {
  std::uint32_t version = protocol_version;
  std::uint64_t features = 0;
  ServerId server;
  SessionId session;
  SessionPassword password{};
  std::int64_t timeout_ms = 0;
  Zxid zxid;                                 ///< Last applied by this server.
  std::uint32_t frame_bytes_max = 0;         ///< Of frames both ways.
  std::uint32_t requests_in_flight_max = 0;  ///< The server reads no further beyond it.
  bool read_only = false;
  friend bool operator==(const Welcome&, const Welcome&) = default;
};

/// The server's last frame before it closes: why, and what to do.
struct Goodbye {
  ErrorCode error = ErrorCode::system_error;
  std::string text;
  friend bool operator==(const Goodbye&, const Goodbye&) = default;
};

/// Instead of a Hello: what are you, and how are you doing? Takes no session.
struct Inspect {
  friend bool operator==(const Inspect&, const Inspect&) = default;
};

/// What a server does within its ensemble. The numbers are on the wire.
enum class ServerRole : std::uint8_t {
  unknown = 0,  ///< Of a later version.
  looking = 1,
  following = 2,
  observing = 3,
  leading = 4,
  alone = 5,
  read_only = 6,
};

struct NetworkAddress {
  std::string host;  ///< IPv6 without brackets.
  std::uint16_t port = 0;
  friend bool operator==(const NetworkAddress&, const NetworkAddress&) = default;
};

/// A member as the configuration of the server that was asked has it.
struct EnsembleMember {
  ServerId server;
  bool observer = false;
  std::uint32_t weight = 1;
  std::optional<std::uint32_t> group;
  std::vector<NetworkAddress> peers;  ///< One of them is enough.
  std::optional<NetworkAddress> clients;
  bool linked = false;  ///< The asked server has a connection with it, or is it.
  friend bool operator==(const EnsembleMember&, const EnsembleMember&) = default;
};

/// The answer to Inspect; see schema/client.capnp.
struct Inspection {
  ServerId server;
  std::string version;
  std::uint64_t uptime_ms = 0;
  ServerRole role = ServerRole::unknown;
  bool serving = false;
  bool recovering = false;
  bool quorum_linked = false;
  std::optional<ServerId> leader;
  Epoch epoch;  ///< {0} until a quorum has adopted the leader's.
  Zxid committed, applied, logged;
  std::uint32_t sessions = 0;
  std::uint32_t connections = 0;
  std::uint64_t znodes = 0;
  std::vector<EnsembleMember> members;
  Zxid digest_zxid;  ///< {0}: none was taken yet.
  std::uint64_t digest = 0;
  bool in_doubt = false;
  bool sends_clients_away = false;  ///< Serving, but others take the clients.
  friend bool operator==(const Inspection&, const Inspection&) = default;
};

/// Instead of a Hello: let another server lead. From the server's own host, or as super.
struct TransferLeadership {
  std::optional<ServerId> to;  ///< None: whichever voter has come furthest.
  std::string scheme;          ///< Empty: no credentials.
  std::string credentials;
  friend bool operator==(const TransferLeadership&, const TransferLeadership&) = default;
};

/// The answer, when it is agreed to; otherwise it is a Goodbye.
struct LeadershipTransfer {
  ServerId successor;
  friend bool operator==(const LeadershipTransfer&, const LeadershipTransfer&) = default;
};

using ClientMessage = std::variant<Hello, Request, Inspect, TransferLeadership>;
using ServerMessage =
    std::variant<Reply, WatchEvent, Welcome, Goodbye, Inspection, LeadershipTransfer>;

}  // namespace quorate
