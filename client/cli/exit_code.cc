#include "client/cli/exit_code.h"

namespace quorate::cli {

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::ok:
      return ExitCode::ok;
    case ErrorCode::bad_arguments:
    case ErrorCode::invalid_acl:
    case ErrorCode::request_too_large:
      return ExitCode::usage;
    case ErrorCode::no_node:
    case ErrorCode::no_watcher:
      return ExitCode::not_found;
    case ErrorCode::bad_version:
    case ErrorCode::node_exists:
    case ErrorCode::not_empty:
    case ErrorCode::no_children_for_ephemerals:
    case ErrorCode::quota_exceeded:
    case ErrorCode::too_many_nodes:
      return ExitCode::conflict;
    case ErrorCode::no_auth:
    case ErrorCode::auth_failed:
    case ErrorCode::session_closed_require_auth:
      return ExitCode::auth;
    case ErrorCode::connection_loss:
    case ErrorCode::session_expired:
    case ErrorCode::session_moved:
    case ErrorCode::not_serving:
    case ErrorCode::not_read_only:
    case ErrorCode::server_behind:
      return ExitCode::no_connection;
    case ErrorCode::operation_timeout:
    case ErrorCode::request_timeout:
    case ErrorCode::throttled:
      return ExitCode::timeout;
    default:
      return ExitCode::other;
  }
}

}  // namespace quorate::cli
