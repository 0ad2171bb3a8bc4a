#include "actors/credentials.h"

#include <doctest/doctest.h>

namespace quorate {
namespace {

TEST_CASE("a digest is ZooKeeper's: user and base64 of SHA-1") {
  // As ZooKeeper's DigestAuthenticationProvider prints it.
  CHECK(digest_identity("super:test") == "super:D/InIHSb7yEEbrWz8b9l71RjZJU=");
}

TEST_CASE("what has no colon is a user's name and hashed whole, as by ZooKeeper") {
  CHECK(digest_identity("ann") == "ann:dEy5qfs9VYN0TqPs6bTYGdkL3uI=");
  CHECK(digest_identity("").starts_with(":"));
}

TEST_CASE("a password may hold colons and may be empty") {
  CHECK(digest_identity("a:b:c").starts_with("a:"));
  CHECK(digest_identity("a:b:c") != digest_identity("a:b"));
  CHECK(digest_identity("a:") != digest_identity("a"));
}

TEST_CASE("the right digest makes a super user besides") {
  const auto proved = authenticate("digest", "super:test", "super:D/InIHSb7yEEbrWz8b9l71RjZJU=");

  REQUIRE(proved.ok());
  REQUIRE(proved->size() == 2);
  CHECK(proved->at(0) == Identity{"digest", "super:D/InIHSb7yEEbrWz8b9l71RjZJU="});
  CHECK(proved->at(1).scheme == "super");
}

TEST_CASE("the name super alone makes nobody super") {
  const auto wrong = authenticate("digest", "super:guess", "super:D/InIHSb7yEEbrWz8b9l71RjZJU=");
  const auto none = authenticate("digest", "super:test", "");

  CHECK(wrong->size() == 1);
  CHECK(none->size() == 1);
}

TEST_CASE("an unknown scheme proves nothing") {
  CHECK(authenticate("kerberos", "me", "").code() == ErrorCode::auth_failed);
  CHECK(authenticate("world", "anyone", "").code() == ErrorCode::auth_failed);
  CHECK(authenticate("super", "", "").code() == ErrorCode::auth_failed);
}

TEST_CASE("session passwords do not repeat and hash alike") {
  SystemEntropy entropy;
  const SessionPassword one = entropy.session_password();

  CHECK(one != entropy.session_password());
  CHECK(hash_of(one) == hash_of(one));
  CHECK(hash_of(one) != hash_of(entropy.session_password()));
}

TEST_CASE("only loopback addresses are the host's own") {
  for (const char* own : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"}) {
    CAPTURE(own);
    CHECK(is_loopback(own));
  }
  for (const char* other : {"", "128.0.0.1", "1.127.0.1", "::", "::11", "::ffff:10.0.0.1", "12"}) {
    CAPTURE(other);
    CHECK_FALSE(is_loopback(other));
  }
}

}  // namespace
}  // namespace quorate
