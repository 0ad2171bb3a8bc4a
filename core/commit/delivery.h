// What the commit machine has to tell connections.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "core/base/error_code.h"
#include "core/base/ids.h"
#include "core/txn/reply.h"

namespace quorate {

/// The handshake is over: the connection owns the session. A refused handshake is a
/// CloseConnection instead.
struct SessionOpened {
  SessionId session;
  std::int64_t timeout_ms = 0;
  Zxid zxid;  ///< Of the txn that created or attached it; of a local session, last applied.
  bool read_only = false;  ///< Nothing can be written at present.
  friend bool operator==(const SessionOpened&, const SessionOpened&) = default;
};

/// Nothing follows for this connection, and nothing that it still sends is executed. Its owner
/// writes out what came before, says goodbye where its protocol can, closes, and reports
/// on_closed().
struct CloseConnection {
  /// ok: the client closed its session. session_expired: it expired, or the handshake named none
  /// that lives, or a wrong password. session_moved: another connection attached it.
  /// connection_loss: the fate of its writes is unknown. not_serving: the state was replaced, so
  /// its watches may have missed something; or others take the clients. not_read_only: this server
  /// cannot write and the client wants that, or it can again. quota_exceeded: its setWatches cannot
  /// be honoured. throttled: it sent more than it was admitted to. Others: why the handshake was
  /// refused.
  ErrorCode reason = ErrorCode::ok;
  friend bool operator==(const CloseConnection&, const CloseConnection&) = default;
};

/// One event object for all connections that are told of one change: whoever encodes it for one
/// of them can keep the bytes for the next, recognising the object by its address while holding
/// it. Events of one change reach the stream of every watcher before the next txn is applied.
using SharedEvent = std::shared_ptr<const WatchEvent>;

using Delivery = std::variant<Reply, SharedEvent, SessionOpened, CloseConnection>;

/// What one connection gets next, in this order.
struct ConnectionStream {
  ConnectionSerial connection;
  std::vector<Delivery> deliveries;
  /// Whether the commit machine is to hear on_drained() when the client has read these, and all
  /// before them.
  bool wants_word = false;
};

}  // namespace quorate
