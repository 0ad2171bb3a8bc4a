#include "core/base/error_code.h"

#include <algorithm>
#include <array>

namespace quorate {
namespace {

struct Row {
  ErrorCode code;
  std::int32_t number;
  std::string_view name;
};

constexpr std::array rows = {
    Row{ErrorCode::ok, 0, "ok"},
    Row{ErrorCode::system_error, -1, "system_error"},
    Row{ErrorCode::runtime_inconsistency, -2, "runtime_inconsistency"},
    Row{ErrorCode::data_inconsistency, -3, "data_inconsistency"},
    Row{ErrorCode::connection_loss, -4, "connection_loss"},
    Row{ErrorCode::marshalling_error, -5, "marshalling_error"},
    Row{ErrorCode::unimplemented, -6, "unimplemented"},
    Row{ErrorCode::operation_timeout, -7, "operation_timeout"},
    Row{ErrorCode::bad_arguments, -8, "bad_arguments"},
    Row{ErrorCode::unknown_session, -12, "unknown_session"},
    Row{ErrorCode::new_config_no_quorum, -13, "new_config_no_quorum"},
    Row{ErrorCode::reconfig_in_progress, -14, "reconfig_in_progress"},
    Row{ErrorCode::no_node, -101, "no_node"},
    Row{ErrorCode::no_auth, -102, "no_auth"},
    Row{ErrorCode::bad_version, -103, "bad_version"},
    Row{ErrorCode::no_children_for_ephemerals, -108, "no_children_for_ephemerals"},
    Row{ErrorCode::node_exists, -110, "node_exists"},
    Row{ErrorCode::not_empty, -111, "not_empty"},
    Row{ErrorCode::session_expired, -112, "session_expired"},
    Row{ErrorCode::invalid_callback, -113, "invalid_callback"},
    Row{ErrorCode::invalid_acl, -114, "invalid_acl"},
    Row{ErrorCode::auth_failed, -115, "auth_failed"},
    Row{ErrorCode::session_moved, -118, "session_moved"},
    Row{ErrorCode::not_read_only, -119, "not_read_only"},
    Row{ErrorCode::ephemeral_on_local_session, -120, "ephemeral_on_local_session"},
    Row{ErrorCode::no_watcher, -121, "no_watcher"},
    Row{ErrorCode::request_timeout, -122, "request_timeout"},
    Row{ErrorCode::reconfig_disabled, -123, "reconfig_disabled"},
    Row{ErrorCode::session_closed_require_auth, -124, "session_closed_require_auth"},
    Row{ErrorCode::quota_exceeded, -125, "quota_exceeded"},
    Row{ErrorCode::throttled, -127, "throttled"},
    Row{ErrorCode::too_many_nodes, -1001, "too_many_nodes"},
    Row{ErrorCode::reply_too_large, -1002, "reply_too_large"},
    Row{ErrorCode::request_too_large, -1003, "request_too_large"},
    Row{ErrorCode::not_serving, -1004, "not_serving"},
    Row{ErrorCode::server_behind, -1005, "server_behind"},
    Row{ErrorCode::damaged, -1006, "damaged"},
    Row{ErrorCode::foreign, -1007, "foreign"},
    Row{ErrorCode::io_error, -1008, "io_error"},
    Row{ErrorCode::purged, -1009, "purged"},
    Row{ErrorCode::cut, -1010, "cut"},
};

constexpr bool rows_are_indexed_by_code() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].code) != i) return false;
  }
  return true;
}
static_assert(rows_are_indexed_by_code(), "one row per code, in the order of the enumeration");

const Row& row_of(ErrorCode code) {
  const auto index = static_cast<std::size_t>(code);
  return rows[index < rows.size() ? index : 1];
}

}  // namespace

std::int32_t wire_number(ErrorCode code) { return row_of(code).number; }

ErrorCode error_code_of(std::int32_t wire_number) {
  const auto* found = std::find_if(rows.begin(), rows.end(),
                                   [=](const Row& row) { return row.number == wire_number; });
  return found == rows.end() ? ErrorCode::system_error : found->code;
}

std::string_view to_string(ErrorCode code) { return row_of(code).name; }

}  // namespace quorate
