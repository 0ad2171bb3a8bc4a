// What users of the console write into the tree, and as whom.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/console/admin_call.h"
#include "core/base/blob.h"
#include "core/base/result.h"
#include "core/tree/acl.h"

namespace quorate {

/// The schema Data of console/openapi.yaml. Error bad_arguments.
[[nodiscard]] Result<Blob> data_of(const Json& json);

/// A list of the schema AclEntry. Error bad_arguments, naming the entry.
[[nodiscard]] Result<Acl> acl_of(const Json& json);

/// Who somebody is to the tree: where it comes from, and what `text` ("digest:user:password",
/// percent-encoded; empty: nothing more) proves. Errors: bad_arguments, auth_failed; without the
/// text.
[[nodiscard]] Result<std::vector<Identity>> identities_of(std::string_view text,
                                                          const std::string& from,
                                                          std::string_view super_digest);

}  // namespace quorate
