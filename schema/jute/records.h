// The records that clients and servers exchange, as tables over our own values. Both directions
// read these tables, so that none can differ from the other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/tree/acl.h"
#include "core/tree/stat.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"
#include "schema/jute/opcode.h"
#include "schema/jute/record.h"

namespace quorate::jute {

// --- Values that our records have and the wire has otherwise -----------------------------------

inline void read(Reader& in, Zxid& out) { out.value = in.number<std::uint64_t>(); }
inline void write(Writer& out, Zxid zxid) { out.number(zxid.value); }
inline void read(Reader& in, SessionId& out) { out.value = in.number<std::int64_t>(); }
inline void write(Writer& out, SessionId session) { out.number(session.value); }
inline void read(Reader& in, Opcode& out) { out = Opcode{in.number<std::int32_t>()}; }
inline void write(Writer& out, Opcode opcode) { out.number(static_cast<std::int32_t>(opcode)); }

/// An enumeration of consecutive numbers.
template <class Enum>
void read_enum(Reader& in, Enum first, Enum last, ErrorCode unknown, Enum& out) {
  const auto number = in.number<std::int32_t>();
  if (number < static_cast<std::int32_t>(first) || number > static_cast<std::int32_t>(last)) {
    return in.fail(unknown);
  }
  out = static_cast<Enum>(number);
}
inline void read(Reader& in, CreateMode& out) {
  read_enum(in, CreateMode::persistent, CreateMode::ttl_sequential, ErrorCode::bad_arguments, out);
}
inline void read(Reader& in, WatchMode& out) {
  read_enum(in, WatchMode::persistent, WatchMode::persistent_recursive,
            ErrorCode::marshalling_error, out);
}
inline void read(Reader& in, WatcherType& out) {
  read_enum(in, WatcherType::children, WatcherType::persistent_recursive,
            ErrorCode::marshalling_error, out);
}
inline void write(Writer& out, CreateMode mode) { out.number(static_cast<std::int32_t>(mode)); }
inline void write(Writer& out, WatchMode mode) { out.number(static_cast<std::int32_t>(mode)); }
inline void write(Writer& out, WatcherType type) { out.number(static_cast<std::int32_t>(type)); }

// --- Shared records
// -------------------------------------------------------------------------------

inline constexpr auto acl_record = record(&AclEntry::perms, &AclEntry::scheme, &AclEntry::id);
inline void read(Reader& in, AclEntry& out) { read(in, acl_record, out); }
inline void write(Writer& out, const AclEntry& entry) { write(out, acl_record, entry); }

inline constexpr auto stat_record =
    record(&Stat::czxid, &Stat::mzxid, &Stat::ctime_ms, &Stat::mtime_ms, &Stat::version,
           as<std::int32_t>(&Stat::cversion), &Stat::aversion, &Stat::ephemeral_owner,
           &Stat::data_length, &Stat::num_children, &Stat::pzxid);
inline void read(Reader& in, Stat& out) { read(in, stat_record, out); }
inline void write(Writer& out, const Stat& stat) { write(out, stat_record, stat); }

inline constexpr auto identity_record = record(&Identity::scheme, &Identity::id);
inline void read(Reader& in, Identity& out) { read(in, identity_record, out); }
inline void write(Writer& out, const Identity& identity) { write(out, identity_record, identity); }

// --- The handshake
// --------------------------------------------------------------------------------

/// A client's first frame. Clients before 3.4, and some by others, say nothing of reading only,
/// and expect to be told nothing (ZOOKEEPER-4814).
struct ConnectRequest {
  std::int32_t version = 0;
  Zxid last_seen;
  std::int32_t timeout_ms = 0;
  SessionId session;
  std::string password;
  bool read_only = false;
  friend bool operator==(const ConnectRequest&, const ConnectRequest&) = default;
};
inline constexpr auto connect_request =
    record(&ConnectRequest::version, &ConnectRequest::last_seen, &ConnectRequest::timeout_ms,
           &ConnectRequest::session, &ConnectRequest::password);

/// With a time-out of 0: the session has expired, or id or password are wrong.
struct ConnectResponse {
  std::int32_t version = 0;
  std::int32_t timeout_ms = 0;
  SessionId session;
  std::string password = std::string(16, '\0');
  bool read_only = false;
  friend bool operator==(const ConnectResponse&, const ConnectResponse&) = default;
};
inline constexpr auto connect_response =
    record(&ConnectResponse::version, &ConnectResponse::timeout_ms, &ConnectResponse::session,
           &ConnectResponse::password);

// --- Headers
// --------------------------------------------------------------------------------------

struct RequestHeader {
  std::int32_t xid = 0;
  Opcode opcode = Opcode::error;
};
inline constexpr auto request_header = record(&RequestHeader::xid, &RequestHeader::opcode);

struct ReplyHeader {
  std::int32_t xid = 0;
  std::int64_t zxid = 0;
  std::int32_t error = 0;
};
inline constexpr auto reply_header =
    record(&ReplyHeader::xid, &ReplyHeader::zxid, &ReplyHeader::error);
inline constexpr std::size_t reply_header_bytes = 16;

/// Before each operation of a multi, and each of its results.
struct MultiHeader {
  Opcode opcode = Opcode::error;
  bool done = false;
  std::int32_t error = -1;
};
inline constexpr auto multi_header =
    record(&MultiHeader::opcode, &MultiHeader::done, &MultiHeader::error);
inline constexpr MultiHeader multi_end{Opcode::error, true, -1};

// --- Requests, named as their types are ---------------------------------------------------------

inline constexpr auto nothing = record();

inline constexpr auto create = record(&Create::path, &Create::data, &Create::acl, &Create::mode);
inline constexpr auto create_ttl =
    record(&Create::path, &Create::data, &Create::acl, &Create::mode, &Create::ttl_ms);
inline constexpr auto remove = record(&Delete::path, &Delete::version);
inline constexpr auto exists = record(&Exists::path, &Exists::watch);
inline constexpr auto get_data = record(&GetData::path, &GetData::watch);
inline constexpr auto set_data = record(&SetData::path, &SetData::data, &SetData::version);
inline constexpr auto get_acl = record(&GetAcl::path);
inline constexpr auto set_acl = record(&SetAcl::path, &SetAcl::acl, &SetAcl::version);
inline constexpr auto get_children = record(&GetChildren::path, &GetChildren::watch);
inline constexpr auto sync = record(&Sync::path);
inline constexpr auto check_version = record(&Check::path, &Check::version);
inline constexpr auto check_watches = record(&CheckWatches::path, &CheckWatches::type);
inline constexpr auto remove_watches = record(&RemoveWatches::path, &RemoveWatches::type);
inline constexpr auto set_watches =
    record(&SetWatches::relative_zxid, &SetWatches::data, &SetWatches::exist, &SetWatches::child);
inline constexpr auto set_watches2 =
    record(&SetWatches::relative_zxid, &SetWatches::data, &SetWatches::exist, &SetWatches::child,
           &SetWatches::persistent, &SetWatches::persistent_recursive);
inline constexpr auto get_ephemerals = record(&GetEphemerals::prefix);
inline constexpr auto get_all_children_number = record(&CountDescendants::path);
inline constexpr auto add_watch = record(&AddWatch::path, &AddWatch::mode);

/// `type` of an auth packet: always 0.
struct AuthPacket {
  std::int32_t type = 0;
  std::string scheme;
  std::string credentials;
};
inline constexpr auto auth_packet =
    record(&AuthPacket::type, &AuthPacket::scheme, &AuthPacket::credentials);

// --- Replies
// --------------------------------------------------------------------------------------

inline constexpr auto create_reply = record(&CreateReply::path);
inline constexpr auto create2_reply = record(&CreateReply::path, &CreateReply::stat);
inline constexpr auto stat_reply = record(&StatReply::stat);
inline constexpr auto data_reply = record(&DataReply::data, &DataReply::stat);
inline constexpr auto acl_reply = record(&AclReply::acl, &AclReply::stat);
inline constexpr auto children_reply = record(&ChildrenReply::names);
inline constexpr auto children2_reply = record(&ChildrenReply::names, &ChildrenReply::stat);
inline constexpr auto paths_reply = record(&PathsReply::paths);
inline constexpr auto path_reply = record(&PathReply::path);
inline constexpr auto count_reply = record(as<std::int32_t>(&CountReply::count));
inline constexpr auto identities_reply = record(&IdentitiesReply::identities);

/// What a watch tells; `state` is 3, "connected", whatever the server is.
struct WatcherEvent {
  std::int32_t type = 0;
  std::int32_t state = 3;
  std::string path;
};
inline constexpr auto watcher_event =
    record(&WatcherEvent::type, &WatcherEvent::state, &WatcherEvent::path);

}  // namespace quorate::jute
