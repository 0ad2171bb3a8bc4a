#include "client/session_state.h"

namespace quorate::client {

std::string_view to_string(SessionState state) {
  switch (state) {
    case SessionState::connecting:
      return "connecting";
    case SessionState::connected:
      return "connected";
    case SessionState::read_only:
      return "read_only";
    case SessionState::suspended:
      return "suspended";
    case SessionState::expired:
      return "expired";
    case SessionState::auth_failed:
      return "auth_failed";
    case SessionState::closed:
      return "closed";
  }
  return "unknown";
}

}  // namespace quorate::client
