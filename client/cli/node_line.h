// A node as one line of an export.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/cli/output.h"
#include "core/base/blob.h"
#include "core/base/result.h"
#include "core/tree/acl.h"

namespace quorate::cli {

/// {"path": "/b", "data": "...", "acl": "world:anyone:cdrwa"}; the path is below the exported
/// node, which itself is "/". Empty data and the open ACL are left out; null data is null.
struct NodeLine {
  std::string path;
  Blob data;
  Acl acl;
  friend bool operator==(const NodeLine&, const NodeLine&) = default;
};

[[nodiscard]] std::string to_line(const NodeLine& node);

/// Error bad_arguments says what is wrong with the line.
[[nodiscard]] Result<NodeLine> parse_line(std::string_view line);

/// The first line of an export.
[[nodiscard]] std::string header_line(const std::string& root);
/// Whether `line` is one; error when it is of a later version.
[[nodiscard]] Result<bool> is_header(std::string_view line);

}  // namespace quorate::cli
