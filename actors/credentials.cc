#include "actors/credentials.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "core/base/check.h"

namespace quorate {
namespace {

template <std::size_t size>
std::array<std::uint8_t, size> random_bytes() {
  std::array<std::uint8_t, size> bytes{};
  check(RAND_bytes(bytes.data(), static_cast<int>(size)) == 1, "the system has random numbers");
  return bytes;
}

std::array<std::uint8_t, 32> sha256(const void* bytes, std::size_t size) {
  std::array<std::uint8_t, 32> hash{};
  unsigned hashed = 0;
  const int done = EVP_Digest(bytes, size, hash.data(), &hashed, EVP_sha256(), nullptr);
  check(done == 1 && hashed == hash.size(), "SHA-256 is there");
  return hash;
}

/// Compares in a time that does not depend on where the difference is.
bool equals_secretly(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace

SessionPassword SystemEntropy::session_password() { return random_bytes<16>(); }

std::uint64_t SystemEntropy::number() {
  const auto bytes = random_bytes<8>();
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());
  return number;
}

std::array<std::uint8_t, 32> SystemEntropy::challenge() { return random_bytes<32>(); }

std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view text) {
  std::array<std::uint8_t, 32> mac{};
  unsigned size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes,
                          text.size(), mac.data(), &size);
  check(done != nullptr && size == mac.size(), "HMAC-SHA-256 is there");
  return mac;
}

PasswordHash hash_of(const SessionPassword& password) {
  return sha256(password.data(), password.size());
}

std::array<std::uint8_t, 16> cluster_id_of(std::string_view name) {
  const auto hash = sha256(name.data(), name.size());
  std::array<std::uint8_t, 16> id{};
  std::copy_n(hash.begin(), id.size(), id.begin());
  return id;
}

std::string digest_identity(std::string_view user_and_password) {
  std::array<unsigned char, 20> sha1{};
  unsigned size = 0;
  const int done = EVP_Digest(user_and_password.data(), user_and_password.size(), sha1.data(),
                              &size, EVP_sha1(), nullptr);
  check(done == 1 && size == sha1.size(), "SHA-1 is there");
  std::array<unsigned char, 32> base64{};
  const int length = EVP_EncodeBlock(base64.data(), sha1.data(), static_cast<int>(sha1.size()));
  std::string identity(user_and_password.substr(0, user_and_password.find(':')));
  identity.push_back(':');
  identity.append(reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(length));
  return identity;
}

Result<std::vector<Identity>> authenticate(std::string_view scheme, std::string_view credentials,
                                           std::string_view super_digest) {
  if (scheme != "digest") {
    return Error{ErrorCode::auth_failed, "this server knows the scheme digest only"};
  }
  const std::string identity = digest_identity(credentials);
  std::vector<Identity> proved{{"digest", identity}};
  if (!super_digest.empty() && equals_secretly(identity, super_digest)) {
    proved.push_back({"super", ""});
  }
  return proved;
}

bool is_super(std::string_view scheme, std::string_view credentials,
              std::string_view super_digest) {
  const auto proved = authenticate(scheme, credentials, super_digest);
  return proved.ok() && proved->size() > 1;
}

bool is_loopback(std::string_view address) {
  constexpr std::string_view mapped = "::ffff:";
  if (address.starts_with(mapped)) address.remove_prefix(mapped.size());
  return address.starts_with("127.") || address == "::1";
}

}  // namespace quorate
