// Who may do what to a znode. Credentials were hashed at the edge: here identities are compared.
#pragma once

#include <cstddef>
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

/// Entries that one list may have, given or expanded (the size of a frame would allow 100,000).
inline constexpr std::size_t acl_entries_max = 1024;

/// world:anyone with all permissions.
[[nodiscard]] const Acl& open_acl();

/// What the serving server does before a write is stamped (so that no server's own view of
/// providers enters the log): replaces `auth` entries by the authenticated identities of the
/// connection, drops duplicates, keeps the order. Error invalid_acl for an empty list, one of more
/// than acl_entries_max entries before or after expansion, bits beyond perms::all (no bits at all
/// are allowed, as in ZooKeeper), an `auth` entry without an authenticated identity, a scheme
/// other than those below, or an id that its scheme does not know:
///
///   world   `anyone`                         digest  `user:hash`, exactly one ':'
///   auth    anything, ignored                x509    a distinguished name
///   ip      an address, optional `/bits`     sasl    anything but nothing
///
/// `super` is nobody's to grant: it stands above all lists.
[[nodiscard]] Result<Acl> expand_acl(const Acl& given, std::span<const Identity> identities);

/// Whether one of the `wanted` permissions is granted to one of `identities`; with several bits,
/// one in common is enough (getACL asks for READ or ADMIN). An empty list and the identity
/// `super` allow everything. `ip` entries match by prefix, all others by equality.
[[nodiscard]] bool is_allowed(const Acl& acl, std::uint32_t wanted,
                              std::span<const Identity> identities);

/// The list as someone without ADMIN may see it: digest ids as `user:x` (CVE-2019-0201).
[[nodiscard]] Acl masked(const Acl& acl);

/// Whether `scheme` proves an identity (digest, x509, sasl), as opposed to observing one (ip).
[[nodiscard]] bool is_authenticating(std::string_view scheme);

}  // namespace quorate
