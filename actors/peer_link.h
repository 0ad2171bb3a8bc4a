// The links to the other servers: one keeper per server, one connection after another.
#pragma once

#include <caf/typed_actor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "actors/messages.h"
#include "actors/runtime/transport.h"
#include "core/base/blob.h"
#include "core/zab/effects.h"
#include "core/zab/peer_message.h"
#include "schema/peer_messages.h"

namespace quorate {

struct ServerContext;
struct PeerIdentity;

/// A connection that is not wanted, and why.
struct PeerDismissal {
  std::string text;
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Blob)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::PeerDismissal)

namespace quorate {

///   (frame, bytes)        An encoded message for the server at the other end.
///   (serve, incarnation)  From its keeper: this is the link now; what comes is handed on.
///   (dismiss, why)        From its keeper: another one is; or from proposal: the stream is not
///                         wanted any more.
///   (logged, zxid)        From proposal: the records that came over this stream are synced so far.
///   (more)                From the receiver: a chunk that came over this stream is written.
///   (tick, n)             Its own.
using PeerConnection =
    caf::typed_actor<caf::reacts_to<frame_a, Blob>, caf::reacts_to<serve_a, std::uint64_t>,
                     caf::reacts_to<dismiss_a, PeerDismissal>, caf::reacts_to<logged_a, Zxid>,
                     caf::reacts_to<more_a>, caf::reacts_to<tick_a, std::uint64_t>>;

/// A connection with another server came up, or the last one went down.
struct LinkState {
  ServerId peer;
  std::uint64_t incarnation = 0;  ///< Of the link; grows.
  PeerConnection connection;      ///< Empty: it is down.
  bool answers_admin = false;     ///< The other server knows AdminRequest.
};

/// A decoded message, with where it came from.
struct FromPeer {
  ServerId peer;
  std::uint64_t incarnation = 0;  ///< Of the link.
  PeerMessage message;
};

/// A connection over which a server has said who it is.
struct PeerClaim {
  ServerId peer;
  Incarnation incarnation;  ///< Of the server.
  PeerConnection connection;
  bool answers_admin = false;
};

/// A stream of history that this server asks another for.
struct Stream {
  ServerId leader;
  HistoryWanted wants;
  std::uint64_t number = 0;  ///< Tells it from those that were asked for before.
};

/// Records of a stream of history; null: it has broken.
struct FromHistory {
  Stream stream;
  Proposals batch;
  PeerConnection connection;  ///< To be told (logged), how far the records are on the disk.
};

/// An image that came whole, and lies on the disk under a name that nothing refers to yet.
struct ReceivedImage {
  Stream stream;
  LogPosition at;
  std::int64_t time_ms = 0;  ///< Stamp of the txn there.
  std::string name;
};

/// What became of a dial.
struct Dialled {
  std::optional<Stream> stream;           ///< What it was for, if not for the link.
  std::shared_ptr<DialledSocket> socket;  ///< Null: it failed.
  std::string error;
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::LinkState)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::PeerClaim)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Dialled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::FromHistory)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::ReceivedImage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const quorate::FromPeer>)

namespace quorate {

///   (claim, connection)  A connection to or from this server's peer has said hello.
///   (dialled, socket)    Its own dial has ended.
///   (fetch, stream)      From proposal: dial for a stream of history, which goes there.
///   (tick, n)            Its own: dials when there is no link.
/// To proposal and election: (link, state).
using PeerLink =
    caf::typed_actor<caf::reacts_to<meet_a, PeersPtr>, caf::reacts_to<claim_a, PeerClaim>,
                     caf::reacts_to<dialled_a, Dialled>, caf::reacts_to<fetch_a, Stream>,
                     caf::reacts_to<peer_a, std::shared_ptr<const FromPeer>>,
                     caf::reacts_to<tick_a, std::uint64_t>>;

/// What tells the link to one server from that to another.
[[nodiscard]] std::string peer_label(ServerId peer);

/// Of each pair of servers, the one with the higher id dials.
PeerLink spawn_peer_link(ServerContext& context, const PeerIdentity& identity, ServerId peer);

/// Accepts connections of other servers. `socket`: bound and listening; taken over.
using PeerListener = caf::typed_actor<caf::reacts_to<meet_a, PeersPtr>>;
PeerListener spawn_peer_listener(ServerContext& context, const PeerIdentity& identity, int socket);

}  // namespace quorate
