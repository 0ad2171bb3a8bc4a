// Who may do what to a znode. Credentials were hashed at the edge: here identities are compared.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace quorate {

/// Permission bits, as ZooKeeper numbers them.
namespace perms {
inline constexpr std::uint32_t read = 1;
inline constexpr std::uint32_t write = 2;
inline constexpr std::uint32_t create = 4;
inline constexpr std::uint32_t remove = 8;
inline constexpr std::uint32_t admin = 16;
inline constexpr std::uint32_t all = 31;
}  // namespace perms

/// One way in which a connection has proved, or is known, to be somebody: `digest` with
/// `user:hash`, `ip` with the peer's address, `super` with anything.
struct Identity {
  std::string scheme;
  std::string id;
  friend bool operator==(const Identity&, const Identity&) = default;
};

/// `perms` for whoever matches `scheme:id`.
struct AclEntry {
  std::uint32_t perms = 0;
  std::string scheme;
  std::string id;
  friend bool operator==(const AclEntry&, const AclEntry&) = default;
};

/// The rights on one znode, in the order they were given. Not inherited.
using Acl = std::vector<AclEntry>;

/// world:anyone with all permissions.
[[nodiscard]] const Acl& open_acl();

/// What the serving server does before a write is stamped (so that no server's own view of
/// providers enters the log): replaces `auth` entries by the authenticated identities of the
/// connection, drops duplicates, keeps the order. Errors: invalid_acl for an empty list, an
/// unknown scheme, a malformed id, permissions out of range, or `auth` without an identity.
[[nodiscard]] Result<Acl> expand_acl(const Acl& given, std::span<const Identity> identities);

/// Whether one of `wanted` permissions is granted to one of `identities`. An empty list and the
/// identity `super` allow everything.
[[nodiscard]] bool is_allowed(const Acl& acl, std::uint32_t wanted,
                              std::span<const Identity> identities);

/// The list as someone without ADMIN may see it: digest ids as `user:x` (CVE-2019-0201).
[[nodiscard]] Acl masked(const Acl& acl);

/// Whether `scheme` proves an identity (digest, x509, sasl), as opposed to observing one (ip).
[[nodiscard]] bool is_authenticating(std::string_view scheme);

}  // namespace quorate
