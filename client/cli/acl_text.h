// ACLs as people write them.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/tree/acl.h"

namespace quorate::cli {

/// "world:anyone:cdrwa,digest:user:hash:rw": scheme up to the first colon, permissions (letters of
/// create, delete, read, write, admin) after the last, the id between. Error bad_arguments names
/// the entry and what is wrong with it.
[[nodiscard]] Result<Acl> parse_acl(std::string_view text);

[[nodiscard]] std::string to_text(const AclEntry& entry);
[[nodiscard]] std::string to_text(const Acl& acl);

/// "cdrwa" for all.
[[nodiscard]] std::string permission_letters(std::uint32_t permissions);

}  // namespace quorate::cli
