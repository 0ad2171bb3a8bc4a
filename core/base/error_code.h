// What can be answered to a caller. The wire numbers are ZooKeeper's; ours start at -1000.
#pragma once

#include <cstdint>
#include <string_view>

namespace quorate {

/// Append only: the numeric value travels between actors, the wire number between processes.
enum class ErrorCode : std::uint8_t {
  ok = 0,
  system_error,                 ///< -1: something inside failed; nothing is known of the effect.
  runtime_inconsistency,        ///< -2: multi: an operation behind the one that failed.
  data_inconsistency,           ///< -3: stored data is damaged.
  connection_loss,              ///< -4: client side: the connection broke, the effect is unknown.
  marshalling_error,            ///< -5: the request could not be decoded.
  unimplemented,                ///< -6: unknown operation, or one that is switched off.
  operation_timeout,            ///< -7: client side: no answer within the deadline.
  bad_arguments,                ///< -8: path, flags, TTL or another argument is invalid.
  unknown_session,              ///< -12
  new_config_no_quorum,         ///< -13
  reconfig_in_progress,         ///< -14
  no_node,                      ///< -101
  no_auth,                      ///< -102
  bad_version,                  ///< -103
  no_children_for_ephemerals,   ///< -108
  node_exists,                  ///< -110
  not_empty,                    ///< -111
  session_expired,              ///< -112
  invalid_callback,             ///< -113: client side.
  invalid_acl,                  ///< -114
  auth_failed,                  ///< -115
  session_moved,                ///< -118: another connection owns the session now.
  not_read_only,                ///< -119
  ephemeral_on_local_session,   ///< -120
  no_watcher,                   ///< -121
  request_timeout,              ///< -122: client side.
  reconfig_disabled,            ///< -123
  session_closed_require_auth,  ///< -124
  quota_exceeded,               ///< -125
  throttled,                    ///< -127: waited too long; not executed.
  too_many_nodes,               ///< -1001: a recursive delete met more nodes than its limit.
  reply_too_large,              ///< -1002: the answer exceeds the frame limit; page it.
  request_too_large,            ///< -1003: the request exceeds the frame limit.
  not_serving,                  ///< -1004: no quorum, starting, or stopping; try another server.
  server_behind,                ///< -1005: the client has seen a later zxid than this server.
  damaged,                      ///< -1006: a stored file or record is damaged (never to clients).
  foreign,                      ///< -1007: a store belongs to another server or cluster.
  io_error,                     ///< -1008: the disk refused; durability is in doubt.
  purged,                       ///< -1009: the history asked for is no longer kept.
  cut,                          ///< -1010: the history being read was truncated.
};

/// ZooKeeper's number for a code, or ours below -1000; 0 for ok.
[[nodiscard]] std::int32_t wire_number(ErrorCode code);

/// The code of a wire number; system_error for an unknown one.
[[nodiscard]] ErrorCode error_code_of(std::int32_t wire_number);

/// "no_node": for logs, JSON and messages.
[[nodiscard]] std::string_view to_string(ErrorCode code);

}  // namespace quorate
