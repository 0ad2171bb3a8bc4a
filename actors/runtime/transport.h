// How connections come to be: listening, and dialling without ever blocking the I/O thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "actors/runtime/unique_fd.h"
#include "core/base/result.h"

namespace quorate {

/// A bound, listening socket, ready for add_doorman(fd.release()).
struct ListeningSocket {
  UniqueFd fd;
  std::uint16_t port = 0;  ///< The real one when 0 was asked for.
};

/// A connected socket, ready for add_scribe(fd.release()).
struct DialledSocket {
  UniqueFd fd;
};

struct ListenOptions {
  int backlog = 1024;
  bool reuse_port = false;  ///< Several sockets share the port, one per I/O system.
};

/// The port to the network that actors are given; the simulation has its own.
class Transport {
 public:
  virtual ~Transport() = default;

  /// `address` is numeric ("0.0.0.0", "::", "127.0.0.1") or a name of this host; empty: all
  /// addresses, IPv6 too. The text of an error names address, port, who wanted it and what is
  /// wrong.
  virtual Result<ListeningSocket> listen(const std::string& address, std::uint16_t port,
                                         const std::string& who, const ListenOptions& options) = 0;

  /// Called once, unless the transport is closed first, and on one of its threads: send yourself a
  /// message from it. A failure's text names host, port and what is wrong.
  using OnDialled = std::function<void(Result<DialledSocket>)>;

  /// Returns at once. The host is resolved anew each time, and each of its addresses tried in
  /// turn until `timeout` is spent.
  virtual void dial(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout,
                    OnDialled on_dialled) = 0;
};

/// Listens with an own non-blocking socket.
[[nodiscard]] Result<ListeningSocket> listen_tcp(const std::string& address, std::uint16_t port,
                                                 const std::string& who,
                                                 const ListenOptions& options = {});

}  // namespace quorate
