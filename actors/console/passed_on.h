// How a request of the admin API travels between two servers: the texts of AdminRequest.
#pragma once

#include <optional>
#include <string>

#include "actors/console/admin_call.h"

namespace quorate {

/// {"method", "path", "query": [[name, value]], "body", "if_match", "identity", "who", "role",
/// "from"}: texts all. Which server passes it on is known from the link.
[[nodiscard]] std::string encode_passed_on(const AdminRequestLine& request);

/// Nothing when it is not what a server sends. Knows no caller that may do everything: a role that
/// is not known here may do nothing.
[[nodiscard]] std::optional<AdminRequestLine> decode_passed_on(const std::string& text);

/// The path of a route of one server, with that server replaced by `self`.
[[nodiscard]] std::string path_for_self(const std::string& path);

}  // namespace quorate
