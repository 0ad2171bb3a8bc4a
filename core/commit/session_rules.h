// Which sessions a server gives.
#pragma once

#include <chrono>

namespace quorate {

struct SessionRules {
  /// New sessions are known to this server alone.
  bool local = false;
  /// A local session that wants to own a node becomes one of the ensemble; otherwise it is refused
  /// with ephemeral_on_local_session.
  bool upgrades = false;
  /// Local sessions expire in steps of it.
  std::chrono::milliseconds expiry_grain{2000};
};

}  // namespace quorate
