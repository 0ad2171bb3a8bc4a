// How a client connects and what it will hold.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/session_state.h"
#include "core/base/ids.h"

namespace quorate::client {

/// Told of every change of the session's state, with the reason where there is one. Called like
/// every callback: on the callback thread, serially, in order with replies and events.
using StateListener = std::function<void(SessionState state, const std::string& reason)>;

/// What it takes to go on with a session in another process: keep it secret.
struct SessionTicket {
  SessionId session;
  std::array<std::uint8_t, 16> password{};
  Zxid last_seen;  ///< The new connection will not see anything older.
};

struct Credentials {
  std::string scheme;  ///< "digest", ...
  std::string secret;  ///< For digest: "user:password".
  friend bool operator==(const Credentials&, const Credentials&) = default;
};

struct Options {
  /// "host:port,host:port/chroot". Ports default to 2181; IPv6 addresses stand in brackets. The
  /// list is shuffled once and each name resolved anew at each dial. With a chroot, every path
  /// given and returned is relative to it; the chroot itself must be created by somebody.
  std::string endpoints = "127.0.0.1:2181";

  /// How long the ensemble keeps the session without hearing from this client; the server may
  /// clamp it. Shorter: failures are noticed sooner. Longer: pauses and restarts are survived.
  std::chrono::milliseconds session_timeout{30'000};

  /// How long one request may take from the call to its answer, waiting for a connection
  /// included; then it fails with operation_timeout. 0: as long as the session lives.
  std::chrono::milliseconds operation_timeout{30'000};

  /// Requests waiting or unanswered, in bytes; beyond it new ones are refused with `throttled`,
  /// not sent.
  std::size_t outgoing_bytes_max = std::size_t{16} << 20;

  /// Replies and events that callbacks have not taken yet, in number; beyond it the client stops
  /// reading until they catch up.
  std::size_t callbacks_max = std::size_t{1} << 16;

  /// Content with a server that has no leader: then the state is `read_only`, what is read may be
  /// old (though never older than what this client has seen), writes and sync() fail with
  /// not_read_only, and the other servers are asked until one can write. A session that began so
  /// ends with its connection; watches are kept. A session that began otherwise is not served.
  bool read_only = false;

  /// Proved on every connection before anything else is sent.
  std::vector<Credentials> credentials;

  /// Go on with this session instead of opening a new one.
  std::optional<SessionTicket> resume;

  StateListener on_state;

  /// For tests: fixes the order of hosts and the back-off. 0: random.
  std::uint64_t seed = 0;
};

}  // namespace quorate::client
