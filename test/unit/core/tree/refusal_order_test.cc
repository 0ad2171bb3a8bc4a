// Which refusal comes first, where the tests of the operations leave it open.
#include <doctest/doctest.h>

#include <vector>

#include "core/tree/state.h"
#include "test/unit/core/tree/ensemble.h"

namespace quorate {
namespace {

using namespace quorate::test;

/// One of each, and nothing about it would be right.
std::vector<TxnBody> hopeless_writes() {
  Multi multi;
  multi.ops.emplace_back(Check{"/missing", 5});
  return {TxnBody{create_of("no-slash")},
          TxnBody{Delete{"/", 5}},
          TxnBody{DeleteTree{"/", 1}},
          TxnBody{SetData{"no-slash", blob("x"), 5}},
          TxnBody{SetAcl{"no-slash", {}, 5}},
          TxnBody{multi},
          TxnBody{RefusedWrite{ErrorCode::invalid_acl}}};
}

TEST_CASE("the session is judged before all but a create's own arguments") {
  Ensemble e;

  for (const TxnBody& write : hopeless_writes()) {
    CAPTURE(write.index());
    CHECK(e.as(SessionId{77}, 1, write).error == ErrorCode::session_expired);
    CHECK(e.as(alice, 9, write).error == ErrorCode::session_moved);
    const ErrorCode own = e.as(alice, 1, write).error;
    CHECK(own != ErrorCode::ok);
    CHECK(own != ErrorCode::session_expired);
    CHECK(own != ErrorCode::session_moved);
  }
}

TEST_CASE("a closed session writes nothing more") {
  Ensemble e;
  REQUIRE(e.apply(CloseSession{}).error == ErrorCode::ok);

  for (const TxnBody& write : hopeless_writes()) {
    CAPTURE(write.index());
    CHECK(e.as(alice, 1, write).error == ErrorCode::session_expired);
  }
}

TEST_CASE("a quota is judged last of all in a create, behind WRITE in a setData") {
  Ensemble e;
  EnsembleSettings settings;
  settings.enforce_quota = true;
  e.configure(settings);
  e.create("/a");
  e.create("/a/e", {}, CreateMode::ephemeral);
  e.create_with_acl("/a/locked", acl_of(perms::read, "world", "anyone"));
  e.create("/zookeeper/quota/a");
  e.create("/zookeeper/quota/a/zookeeper_limits",
           "count=-1,bytes=-1=;byteHardLimit=1;countHardLimit=1");

  CHECK(e.create("/a/e/child") == ErrorCode::no_children_for_ephemerals);
  CHECK(e.create("/a/locked/child") == ErrorCode::no_auth);
  CHECK(e.create("/a/missing/child") == ErrorCode::no_node);
  CHECK(e.create("/a/e") == ErrorCode::node_exists);
  CHECK(e.create("/a/new") == ErrorCode::quota_exceeded);
  CHECK(e.apply(SetData{"/a/locked", blob("12"), 77}).error == ErrorCode::no_auth);
  CHECK(e.apply(SetData{"/a/missing", blob("12"), 77}).error == ErrorCode::no_node);
  CHECK(e.apply(SetData{"/a", blob("12"), 77}).error == ErrorCode::quota_exceeded);
}

TEST_CASE("every list and count asks for the node first") {
  Ensemble e;
  ListChildren list;
  list.path = "/missing";

  CHECK(e.state.list_children(list, {}, 1 << 20).code() == ErrorCode::no_node);
  CHECK(e.state.get_acl("/missing", {}).code() == ErrorCode::no_node);
  CHECK(e.state.count_descendants("/missing", {}).code() == ErrorCode::no_node);
}

TEST_CASE("a version that matches any deletes and sets whatever the version is") {
  Ensemble e;
  e.create("/a");
  e.apply(SetData{"/a", blob("x"), 0});
  e.apply(SetAcl{"/a", open_acl(), 0});

  CHECK(e.apply(SetData{"/a", blob("y"), any_version}).error == ErrorCode::ok);
  CHECK(e.apply(SetAcl{"/a", open_acl(), any_version}).error == ErrorCode::ok);
  CHECK(e.apply(Delete{"/a", any_version}).error == ErrorCode::ok);
}

}  // namespace
}  // namespace quorate
