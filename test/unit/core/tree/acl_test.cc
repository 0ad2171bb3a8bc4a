#include "core/tree/acl.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace quorate {
namespace {

const Identity alice{"digest", "alice:hash"};
const Identity bob{"sasl", "bob"};
const Identity near{"ip", "10.1.2.3"};
const Identity super{"super", "root"};

ErrorCode refusal(const Acl& acl, const std::vector<Identity>& identities = {}) {
  return expand_acl(acl, identities).code();
}

TEST_CASE("valid lists are stamped as they are") {
  const Acl given{{perms::read, "world", "anyone"},
                  {perms::all, "digest", "alice:hash"},
                  {perms::admin, "ip", "10.0.0.0/8"},
                  {perms::write, "ip", "2001:db8::/32"},
                  {perms::create, "x509", "CN=\"a, b\",O=c\\,d, C=DE"},
                  {0, "sasl", "bob@REALM"}};

  CHECK(*expand_acl(given, {}) == given);
}

TEST_CASE("duplicates are dropped and the order stays") {
  const Acl given{{perms::read, "sasl", "b"},
                  {perms::read, "sasl", "a"},
                  {perms::read, "sasl", "b"},
                  {perms::write, "sasl", "b"}};

  CHECK(*expand_acl(given, {}) ==
        Acl{{perms::read, "sasl", "b"}, {perms::read, "sasl", "a"}, {perms::write, "sasl", "b"}});
}

TEST_CASE("auth becomes every authenticated identity, in its place") {
  const Acl given{{perms::read, "world", "anyone"}, {perms::all, "auth", "whatever"}};
  const std::vector<Identity> identities{near, alice, super, bob};

  CHECK(*expand_acl(given, identities) == Acl{{perms::read, "world", "anyone"},
                                              {perms::all, "digest", "alice:hash"},
                                              {perms::all, "sasl", "bob"}});
}

TEST_CASE("auth without an authenticated identity is refused") {
  CHECK(refusal({{perms::all, "auth", ""}}) == ErrorCode::invalid_acl);
  CHECK(refusal({{perms::all, "auth", ""}}, {near, super}) == ErrorCode::invalid_acl);
}

TEST_CASE("invalid lists are refused") {
  CHECK(refusal({}) == ErrorCode::invalid_acl);
  CHECK(refusal({{perms::all + 1, "world", "anyone"}}) == ErrorCode::invalid_acl);
  CHECK(refusal({{perms::all, "world", "someone"}}) == ErrorCode::invalid_acl);
  CHECK(refusal({{perms::all, "", ""}}) == ErrorCode::invalid_acl);
  CHECK(refusal({{perms::all, "super", "root"}}) == ErrorCode::invalid_acl);
  CHECK(refusal({{perms::all, "digest", "alice"}}) == ErrorCode::invalid_acl);
  CHECK(refusal({{perms::all, "digest", "alice:"}}) == ErrorCode::invalid_acl);
  CHECK(refusal({{perms::all, "digest", "a:b:c"}}) == ErrorCode::invalid_acl);
  CHECK(refusal({{perms::all, "ip", "10.0.0.0/33"}}) == ErrorCode::invalid_acl);
  CHECK(refusal({{perms::all, "ip", "somewhere"}}) == ErrorCode::invalid_acl);
  CHECK(refusal({{perms::all, "sasl", ""}}) == ErrorCode::invalid_acl);
  for (const char* name : {"", "CN", "=a", "CN=a,", "CN=a,b", "CN=\"a", "CN=a\\", "C N=a"}) {
    CAPTURE(name);
    CHECK(refusal({{perms::all, "x509", name}}) == ErrorCode::invalid_acl);
  }
  CHECK(refusal({{perms::all, "world", "anyone"}, {perms::all, "nope", "x"}}) ==
        ErrorCode::invalid_acl);
}

TEST_CASE("a list is bounded before and after expansion") {
  Acl full;
  for (std::size_t i = 0; i < acl_entries_max; ++i) {
    full.push_back({perms::all, "sasl", std::to_string(i)});
  }
  CHECK(expand_acl(full, {}).ok());

  Acl longer = full;
  longer.push_back({perms::all, "sasl", "one more"});
  CHECK(refusal(longer) == ErrorCode::invalid_acl);

  Acl with_auth = full;
  with_auth.back() = {perms::all, "auth", ""};
  CHECK(refusal(with_auth, {alice}) == ErrorCode::ok);
  CHECK(refusal(with_auth, {alice, bob}) == ErrorCode::invalid_acl);
}

TEST_CASE("an empty list and the super identity allow everything") {
  CHECK(is_allowed({}, perms::admin, {}));
  CHECK(is_allowed({{perms::read, "digest", "x:y"}}, perms::admin, std::vector{super}));
  CHECK_FALSE(is_allowed({{perms::read, "digest", "x:y"}}, perms::read, {}));
}

TEST_CASE("a permission is granted to whoever the entry names") {
  const Acl acl{{perms::read, "world", "anyone"},
                {perms::write, "digest", "alice:hash"},
                {perms::create | perms::remove, "ip", "10.1.0.0/16"}};

  CHECK(is_allowed(acl, perms::read, {}));
  CHECK(is_allowed(acl, perms::write, std::vector{bob, alice}));
  CHECK(is_allowed(acl, perms::remove, std::vector{near}));
  CHECK(is_allowed(acl, perms::admin | perms::read, {}));

  CHECK_FALSE(is_allowed(acl, perms::write, std::vector{bob, near}));
  CHECK_FALSE(is_allowed(acl, perms::write, std::vector{Identity{"digest", "alice:other"}}));
  CHECK_FALSE(is_allowed(acl, perms::write, std::vector{Identity{"sasl", "alice:hash"}}));
  CHECK_FALSE(is_allowed(acl, perms::create, std::vector{Identity{"ip", "10.2.0.1"}}));
  CHECK_FALSE(is_allowed(acl, perms::create, std::vector{Identity{"ip", "nonsense"}}));
  CHECK_FALSE(is_allowed(acl, perms::admin, std::vector{alice, near}));
}

TEST_CASE("only the user of a digest is shown") {
  const Acl acl{{perms::all, "digest", "alice:hash"}, {perms::read, "ip", "::1"}};

  CHECK(masked(acl) == Acl{{perms::all, "digest", "alice:x"}, {perms::read, "ip", "::1"}});
}

TEST_CASE("an address is observed, not authenticated") {
  CHECK(is_authenticating("digest"));
  CHECK(is_authenticating("x509"));
  CHECK(is_authenticating("sasl"));
  CHECK_FALSE(is_authenticating("ip"));
  CHECK_FALSE(is_authenticating("world"));
  CHECK_FALSE(is_authenticating("super"));
}

}  // namespace
}  // namespace quorate
