// The Transport of a real server.
#pragma once

#include <memory>

#include "actors/runtime/transport.h"

namespace quorate {

/// Resolving and connecting may block, so each dial has a short-lived thread of its own. Peers are
/// few and dial seldom; more than `dials_max` at once are refused.
class TcpTransport final : public Transport {
 public:
  static constexpr std::size_t dials_max = 32;

  TcpTransport();
  /// Waits for the dials under way; unless it was closed, their callbacks still come.
  ~TcpTransport() override;
  TcpTransport(const TcpTransport&) = delete;
  TcpTransport& operator=(const TcpTransport&) = delete;

  Result<ListeningSocket> listen(const std::string& address, std::uint16_t port,
                                 const std::string& who, const ListenOptions& options) override;
  /// From now on no callback comes, and none is kept: those that were waited for are dropped. When
  /// it returns, none is running either. Call before what they refer to goes.
  void close();
  void dial(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout,
            OnDialled on_dialled) override;

 private:
  struct Dials;
  std::shared_ptr<Dials> dials_;
};

}  // namespace quorate
