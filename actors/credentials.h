// Secrets, at the edge: random numbers, hashes of passwords. Nothing beyond this file sees a
// password of a user; core compares identities.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/tree/acl.h"
#include "core/txn/txn.h"
#include "schema/client_messages.h"

namespace quorate {

/// Random numbers from the operating system; a port, so that a simulation can seed them.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual SessionPassword session_password() = 0;
  virtual std::uint64_t number() = 0;
  virtual std::array<std::uint8_t, 32> challenge() = 0;
};

/// Ends the process when the operating system has no random numbers to give.
class SystemEntropy final : public Entropy {
 public:
  SessionPassword session_password() override;
  std::uint64_t number() override;
  std::array<std::uint8_t, 32> challenge() override;
};

[[nodiscard]] std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view text);

/// SHA-256.
[[nodiscard]] PasswordHash hash_of(const SessionPassword& password);

/// The id of an ensemble that was given a name: 16 bytes of the name's SHA-256.
[[nodiscard]] std::array<std::uint8_t, 16> cluster_id_of(std::string_view name);

/// ZooKeeper's digest identity: "user:" + base64(SHA1("user:password")), where the user ends at the
/// first ':', or with the text.
[[nodiscard]] std::string digest_identity(std::string_view user_and_password);

/// Judges what a client presents with auth: the identities it has proved, or auth_failed. Schemes:
/// digest (`super` is added when the digest is `super_digest`, which may be empty for none).
[[nodiscard]] Result<std::vector<Identity>> authenticate(std::string_view scheme,
                                                         std::string_view credentials,
                                                         std::string_view super_digest);

/// Whether these are the credentials of the super user.
[[nodiscard]] bool is_super(std::string_view scheme, std::string_view credentials,
                            std::string_view super_digest);

/// Whether an address is the host's own: 127.0.0.0/8 or ::1, or the former as IPv6 shows it.
[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace quorate
