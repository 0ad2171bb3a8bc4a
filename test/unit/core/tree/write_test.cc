// Delete, setData, setACL, check and deleteTree: effects, refusals, and their order.
#include <doctest/doctest.h>

#include <limits>

#include "core/tree/state.h"
#include "test/unit/core/tree/ensemble.h"

namespace quorate {
namespace {

using namespace quorate::test;

TEST_CASE("a deleted node is gone, and told with the ACL it had") {
  Ensemble e;
  e.create_with_acl("/a", acl_of(perms::read, "world", "anyone"));

  const Outcome outcome = e.apply(Delete{"/a", 0});

  CHECK(outcome.error == ErrorCode::ok);
  CHECK_FALSE(e.has("/a"));
  REQUIRE(outcome.changes.size() == 1);
  CHECK(outcome.changes[0].type == EventType::deleted);
  CHECK(*outcome.changes[0].acl == acl_of(perms::read, "world", "anyone"));
  CHECK(*outcome.changes[0].parent_acl == open_acl());
  e.state.check_invariants();
}

TEST_CASE("reserved nodes and paths without a slash are no arguments of a delete") {
  Ensemble e;

  for (const char* path : {"/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config", "", "a"}) {
    CAPTURE(path);
    CHECK(e.apply(Delete{path}).error == ErrorCode::bad_arguments);
    CHECK(e.apply(DeleteTree{path, 10}).error == ErrorCode::bad_arguments);
  }
  CHECK(e.apply(Delete{std::string("/a\0", 3)}).error == ErrorCode::bad_arguments);
}

TEST_CASE("a delete checks parent, permission, node, version and children in this order") {
  Ensemble e;
  e.create_with_acl("/locked", acl_of(perms::all & ~perms::remove, "world", "anyone"));
  e.create("/a");
  e.create("/a/b");

  CHECK(e.apply(Delete{"/missing/x"}).error == ErrorCode::no_node);
  CHECK(e.apply(Delete{"/locked/missing"}).error == ErrorCode::no_auth);
  CHECK(e.apply(Delete{"/missing", 5}).error == ErrorCode::no_node);
  CHECK(e.apply(Delete{"/a/"}).error == ErrorCode::no_node);
  CHECK(e.apply(Delete{"/a", 5}).error == ErrorCode::bad_version);
  CHECK(e.apply(Delete{"/a", 0}).error == ErrorCode::not_empty);
}

TEST_CASE("DELETE is asked of the parent, not of the node") {
  Ensemble e;
  e.create("/p");
  e.create_with_acl("/p/sealed", acl_of(0, "world", "anyone"));
  e.create_with_acl("/keeper", acl_of(perms::create, "world", "anyone"));
  e.create("/keeper/open");

  CHECK(e.apply(Delete{"/p/sealed"}).error == ErrorCode::ok);
  CHECK(e.apply(Delete{"/keeper/open"}).error == ErrorCode::no_auth);
}

TEST_CASE("setData moves version, mzxid and mtime of the node and nothing of its parent") {
  Ensemble e;
  e.create("/a", "one");
  const Stat root = e.stat("/");
  const Stat before = e.stat("/a");
  e.now_ms = 7'777;

  const Outcome outcome = e.apply(SetData{"/a", blob("three"), 0});

  REQUIRE(outcome.error == ErrorCode::ok);
  const Stat after = std::get<StatReply>(outcome.body).stat;
  CHECK(after == e.stat("/a"));
  CHECK(after.version == 1);
  CHECK(after.mzxid == e.zxid);
  CHECK(after.mtime_ms == 7'777);
  CHECK(after.data_length == 5);
  CHECK(after.czxid == before.czxid);
  CHECK(after.ctime_ms == before.ctime_ms);
  CHECK(after.pzxid == before.pzxid);
  CHECK(e.stat("/") == root);
  REQUIRE(outcome.changes.size() == 1);
  CHECK(outcome.changes[0].type == EventType::data_changed);
  CHECK(outcome.changes[0].parent_acl == nullptr);
}

TEST_CASE("setData checks path, node, permission and version in this order") {
  Ensemble e;
  e.create_with_acl("/locked", acl_of(perms::read, "world", "anyone"));
  e.create("/a");

  CHECK(e.apply(SetData{"/a/", blob("x")}).error == ErrorCode::bad_arguments);
  CHECK(e.apply(SetData{"", blob("x")}).error == ErrorCode::bad_arguments);
  CHECK(e.apply(SetData{"/missing", blob("x"), 5}).error == ErrorCode::no_node);
  CHECK(e.apply(SetData{"/locked", blob("x"), 5}).error == ErrorCode::no_auth);
  CHECK(e.apply(SetData{"/a", blob("x"), 5}).error == ErrorCode::bad_version);
  CHECK(e.apply(SetData{"/a", blob("x"), any_version}).error == ErrorCode::ok);
}

TEST_CASE("versions wrap around and leave out the one that means any (ZOOKEEPER-4743)") {
  CHECK(next_version(0) == 1);
  CHECK(next_version(std::numeric_limits<std::int32_t>::max()) ==
        std::numeric_limits<std::int32_t>::min());
  CHECK(next_version(-3) == -2);
  CHECK(next_version(-2) == 0);
}

TEST_CASE("the config node keeps version -1 and is read-only for everybody") {
  Ensemble e;

  CHECK(e.stat("/zookeeper/config").version == -1);
  CHECK(e.apply(SetData{"/zookeeper/config", blob("x")}).error == ErrorCode::no_auth);
  e.identities = {Identity{"super", ""}};
  CHECK(e.apply(SetData{"/zookeeper/config", blob("server.1=x")}).error == ErrorCode::ok);

  CHECK(e.stat("/zookeeper/config").version == -1);
  CHECK(e.stat("/zookeeper/config").mzxid == e.zxid);
  CHECK(e.state.get_data("/zookeeper/config", {}).ok());
}

TEST_CASE("setACL counts aversion and touches nothing else") {
  Ensemble e;
  e.create("/a", "x");
  Stat expected = e.stat("/a");
  expected.aversion = 1;

  const Outcome outcome = e.apply(SetAcl{"/a", acl_of(perms::all, "digest", "ann:hash"), 0});

  REQUIRE(outcome.error == ErrorCode::ok);
  CHECK(std::get<StatReply>(outcome.body).stat == expected);
  CHECK(outcome.changes.empty());
  CHECK(e.state.get_data("/a", {}).code() == ErrorCode::no_auth);
  e.state.check_invariants();
}

TEST_CASE("setACL checks path, node, permission and aversion in this order") {
  Ensemble e;
  e.create_with_acl("/locked", acl_of(perms::all & ~perms::admin, "world", "anyone"));
  e.create("/a");
  const auto set = [&](const char* path, std::int32_t version) {
    return e.apply(SetAcl{path, open_acl(), version}).error;
  };

  CHECK(set("/a//", 0) == ErrorCode::bad_arguments);
  CHECK(set("/missing", 5) == ErrorCode::no_node);
  CHECK(set("/locked", 5) == ErrorCode::no_auth);
  CHECK(set("/a", 5) == ErrorCode::bad_version);
  CHECK(set("/a", 0) == ErrorCode::ok);
}

TEST_CASE("an ephemeral keeps its owner when its ACL is set") {
  Ensemble e;
  e.create("/e", {}, CreateMode::ephemeral);

  e.apply(SetAcl{"/e", acl_of(perms::read, "world", "anyone")});

  CHECK(e.stat("/e").ephemeral_owner == alice);
  CHECK(e.stat("/e").aversion == 1);
  e.state.check_invariants();
}

TEST_CASE("equal ACLs are stored once and forgotten with their last node") {
  Ensemble e;
  const std::size_t before = e.state.tree().acls().size();
  const Acl acl = acl_of(perms::read, "digest", "ann:hash");
  e.create_with_acl("/a", acl);
  e.create_with_acl("/b", acl);

  CHECK(e.state.tree().acls().size() == before + 1);
  CHECK(e.state.tree().find("/a")->acl == e.state.tree().find("/b")->acl);
  e.apply(Delete{"/a"});
  CHECK(e.state.tree().acls().size() == before + 1);
  e.apply(Delete{"/b"});
  CHECK(e.state.tree().acls().size() == before);
}

TEST_CASE("deleteTree deletes children before parents, each told once") {
  Ensemble e;
  for (const char* path : {"/t", "/t/a", "/t/a/x", "/t/b", "/other"}) e.create(path);

  const Outcome outcome = e.apply(DeleteTree{"/t", 4});

  REQUIRE(outcome.error == ErrorCode::ok);
  CHECK(std::get<CountReply>(outcome.body).count == 4);
  std::vector<std::string> paths;
  for (const Change& change : outcome.changes) {
    CHECK(change.type == EventType::deleted);
    paths.push_back(change.path);
  }
  CHECK(paths == std::vector<std::string>{"/t/b", "/t/a/x", "/t/a", "/t"});
  CHECK_FALSE(e.has("/t"));
  CHECK(e.has("/other"));
  e.state.check_invariants();
}

TEST_CASE("deleteTree deletes nothing when there are more nodes than its limit") {
  Ensemble e;
  for (const char* path : {"/t", "/t/a", "/t/b"}) e.create(path);
  EnsembleSettings settings;
  settings.delete_tree_max = 2;

  CHECK(e.apply(DeleteTree{"/t", 2}).error == ErrorCode::too_many_nodes);
  e.configure(settings);
  CHECK(e.apply(DeleteTree{"/t", 100}).error == ErrorCode::too_many_nodes);
  CHECK(e.apply(DeleteTree{"/t", 0}).error == ErrorCode::too_many_nodes);
  CHECK(e.has("/t/a"));
  settings.delete_tree_max = 3;
  e.configure(settings);
  CHECK(e.apply(DeleteTree{"/t", 0}).error == ErrorCode::ok);
}

TEST_CASE("deleteTree needs DELETE on every parent of a node that would go") {
  Ensemble e;
  const Acl no_remove = acl_of(perms::all & ~perms::remove, "world", "anyone");
  e.create("/t");
  e.create_with_acl("/t/a", no_remove);
  e.create("/t/a/x");
  e.create("/leaf");
  e.create_with_acl("/leaf/l", no_remove);

  CHECK(e.apply(DeleteTree{"/t", 10}).error == ErrorCode::no_auth);
  CHECK(e.has("/t/a/x"));
  CHECK(e.apply(DeleteTree{"/leaf", 10}).error == ErrorCode::ok);
  CHECK(e.apply(DeleteTree{"/missing/x", 10}).error == ErrorCode::no_node);
  CHECK(e.apply(DeleteTree{"/t/a/missing", 10}).error == ErrorCode::no_auth);
  CHECK(e.apply(DeleteTree{"/missing", 10}).error == ErrorCode::no_node);
}

TEST_CASE("a tree as deep as paths allow is built, read and deleted without recursion") {
  Ensemble e;
  std::string path;
  constexpr int depth = 3'000;
  for (int i = 0; i < depth; ++i) {
    path += "/d";
    REQUIRE(e.create(path) == ErrorCode::ok);
  }

  CHECK(e.state.tree().find(path)->path() == path);
  CHECK(e.state.count_descendants("/d", {})->count == depth - 1);
  CHECK(e.apply(DeleteTree{"/d", 100'000}).error == ErrorCode::ok);
  CHECK(e.state.tree().size() == reserved::all.size());
}

TEST_CASE("a write refused before stamping keeps its error and its place") {
  Ensemble e;

  CHECK(e.apply(RefusedWrite{ErrorCode::invalid_acl}).error == ErrorCode::invalid_acl);
  CHECK(e.apply(RefusedWrite{ErrorCode::ok}).error == ErrorCode::bad_arguments);
  CHECK(e.as(alice, 9, RefusedWrite{ErrorCode::invalid_acl}).error == ErrorCode::session_moved);
}

}  // namespace
}  // namespace quorate
