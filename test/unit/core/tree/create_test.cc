// Create: every kind of node, every refusal, and the order of refusals.
#include <doctest/doctest.h>

#include <limits>

#include "core/tree/state.h"
#include "test/unit/core/tree/ensemble.h"

namespace quorate {
namespace {

using namespace quorate::test;

const CreateReply& reply_of(const Outcome& outcome) { return std::get<CreateReply>(outcome.body); }

TEST_CASE("a created node has the stat of its txn") {
  Ensemble e;
  e.now_ms = 5'000;

  const Outcome outcome = e.apply(create_of("/a", "hello"));

  REQUIRE(outcome.error == ErrorCode::ok);
  const Stat stat = reply_of(outcome).stat;
  CHECK(reply_of(outcome).path == "/a");
  CHECK(reply_of(outcome).created);
  CHECK(stat.czxid == e.zxid);
  CHECK(stat.mzxid == e.zxid);
  CHECK(stat.pzxid == e.zxid);
  CHECK(stat.ctime_ms == 5'000);
  CHECK(stat.mtime_ms == 5'000);
  CHECK(stat.version == 0);
  CHECK(stat.cversion == 0);
  CHECK(stat.aversion == 0);
  CHECK(stat.ephemeral_owner == SessionId{});
  CHECK(stat.data_length == 5);
  CHECK(stat.num_children == 0);
  CHECK(e.data("/a") == "hello");
  e.state.check_invariants();
}

TEST_CASE("creating a child touches pzxid, cversion and the number of children of its parent") {
  Ensemble e;
  e.create("/a");
  const Stat before = e.stat("/a");

  e.now_ms = 9'000;
  e.create("/a/b");

  const Stat after = e.stat("/a");
  CHECK(after.pzxid == e.zxid);
  CHECK(after.cversion == 1);
  CHECK(after.num_children == 1);
  CHECK(after.czxid == before.czxid);
  CHECK(after.mzxid == before.mzxid);
  CHECK(after.mtime_ms == before.mtime_ms);
  CHECK(after.version == before.version);
}

TEST_CASE("the public cversion counts creations and deletions") {
  Ensemble e;
  e.create("/a");
  e.create("/a/b");
  e.create("/a/c");

  e.apply(Delete{"/a/b"});

  CHECK(e.stat("/a").cversion == 3);
  CHECK(e.stat("/a").num_children == 1);
  CHECK(e.stat("/a").pzxid == e.zxid);
}

TEST_CASE("a created node is told to its own and its parent's watchers") {
  Ensemble e;

  const Outcome outcome = e.apply(create_of("/a"));

  REQUIRE(outcome.changes.size() == 1);
  CHECK(outcome.changes[0].type == EventType::created);
  CHECK(outcome.changes[0].path == "/a");
  REQUIRE(outcome.changes[0].acl != nullptr);
  CHECK(*outcome.changes[0].acl == open_acl());
  REQUIRE(outcome.changes[0].parent_acl != nullptr);
}

TEST_CASE("the number of a sequential node counts all creations under its parent") {
  Ensemble e;
  e.create("/q");
  e.create("/q/plain");

  const Outcome first = e.apply(create_of("/q/n-", {}, CreateMode::persistent_sequential));
  const Outcome bare = e.apply(create_of("/q/", {}, CreateMode::ephemeral_sequential));
  e.apply(Delete{"/q/plain"});
  const Outcome third = e.apply(create_of("/q/n-", {}, CreateMode::persistent_sequential));

  CHECK(reply_of(first).path == "/q/n-0000000001");
  CHECK(reply_of(bare).path == "/q/0000000002");
  CHECK(reply_of(third).path == "/q/n-0000000003");
}

TEST_CASE("a sequence number beyond ten digits simply gets longer") {
  // Load an image whose counter stands where a 32-bit one would have turned negative.
  Ensemble source;
  source.create("/q");
  State state(1);
  for (const ImageChange& change : source.state.seal().changes) {
    if (const auto* node = std::get_if<ImageNode>(&change)) {
      ImageNode copy = *node;
      if (copy.path == "/q") copy.children_created = copy.children_deleted = 12'345'678'901;
      REQUIRE(state.load(copy).ok());
    } else if (const auto* acl = std::get_if<ImageAcl>(&change)) {
      REQUIRE(state.load(*acl).ok());
    } else if (const auto* session = std::get_if<ImageSession>(&change)) {
      REQUIRE(state.load(*session).ok());
    } else if (const auto* settings = std::get_if<ImageSettings>(&change)) {
      REQUIRE(state.load(*settings).ok());
    }
  }
  // The digest of a whole load is tested elsewhere; this image was edited.
  REQUIRE(state.finish_load(source.zxid, 1, state.digest()).ok());

  const Outcome outcome =
      state.apply(source.txn(alice, 1, create_of("/q/n-", {}, CreateMode::persistent_sequential)));

  CHECK(reply_of(outcome).path == "/q/n-12345678901");
}

TEST_CASE("an ephemeral shows its owner, container and TTL nodes show none") {
  Ensemble e;
  Create with_ttl = create_of("/t", {}, CreateMode::ttl);
  with_ttl.ttl_ms = 100;

  e.create("/e", {}, CreateMode::ephemeral);
  e.create("/c", {}, CreateMode::container);
  e.apply(with_ttl);

  CHECK(e.stat("/e").ephemeral_owner == alice);
  CHECK(e.stat("/c").ephemeral_owner == SessionId{});
  CHECK(e.stat("/t").ephemeral_owner == SessionId{});
  CHECK(e.state.tree().find("/c")->kind() == NodeKind::container);
  CHECK(e.state.tree().find("/t")->ttl_ms() == 100);
}

TEST_CASE("a sequential TTL node has both its number and its time to live") {
  Ensemble e;
  Create create = create_of("/t-", {}, CreateMode::ttl_sequential);
  create.ttl_ms = (std::int64_t{1} << 40) - 1;

  const Outcome outcome = e.apply(create);

  CHECK(reply_of(outcome).path == "/t-0000000000");
  CHECK(e.state.tree().find("/t-0000000000")->ttl_ms() == create.ttl_ms);
}

TEST_CASE("a create refuses modes, times to live and combinations that don't exist") {
  Ensemble e;
  const auto refused = [&](CreateMode mode, std::int64_t ttl_ms, bool if_absent) {
    Create create = create_of("/x", {}, mode);
    create.ttl_ms = ttl_ms;
    create.if_absent = if_absent;
    return e.apply(create).error;
  };

  CHECK(refused(static_cast<CreateMode>(7), 0, false) == ErrorCode::bad_arguments);
  CHECK(refused(static_cast<CreateMode>(255), 0, false) == ErrorCode::bad_arguments);
  CHECK(refused(CreateMode::persistent, 1, false) == ErrorCode::bad_arguments);
  CHECK(refused(CreateMode::ephemeral, -1, false) == ErrorCode::bad_arguments);
  CHECK(refused(CreateMode::ttl, 0, false) == ErrorCode::bad_arguments);
  CHECK(refused(CreateMode::ttl, -5, false) == ErrorCode::bad_arguments);
  CHECK(refused(CreateMode::ttl, std::int64_t{1} << 40, false) == ErrorCode::bad_arguments);
  CHECK(refused(CreateMode::persistent_sequential, 0, true) == ErrorCode::bad_arguments);
  CHECK_FALSE(e.has("/x"));
}

TEST_CASE("a TTL node is unimplemented while extended types are off") {
  Ensemble e;
  EnsembleSettings settings;
  settings.extended_types = false;
  e.configure(settings);
  Create create = create_of("/t", {}, CreateMode::ttl);
  create.ttl_ms = 0;  // Out of range too: the switch is asked first.

  CHECK(e.apply(create).error == ErrorCode::unimplemented);
  CHECK(e.create("/c", {}, CreateMode::container) == ErrorCode::ok);
}

TEST_CASE("a create's own arguments are judged before its session") {
  Ensemble e;
  Create create = create_of("/x");
  create.ttl_ms = 1;

  CHECK(e.as(SessionId{99}, 1, create).error == ErrorCode::bad_arguments);
  CHECK(e.as(SessionId{99}, 1, create_of("no-slash")).error == ErrorCode::session_expired);
}

TEST_CASE("a create refuses paths that name no node") {
  Ensemble e;
  e.create("/a");

  for (const char* path : {"", "a", "/a/", "/a//b", "/a/.", "/a/..", "/a/\x01", "/a/\xff"}) {
    CAPTURE(path);
    const ErrorCode error = e.create(path);
    // The parent of "/a//b" is "/a/", which there isn't.
    const bool has_parent = std::string_view(path) != "/a//b";
    CHECK(error == (has_parent ? ErrorCode::bad_arguments : ErrorCode::no_node));
  }
  CHECK(e.create(std::string("/a\0b", 4)) == ErrorCode::bad_arguments);
}

TEST_CASE("the root and other reserved nodes exist already") {
  Ensemble e;

  CHECK(e.create("/") == ErrorCode::node_exists);
  CHECK(e.create("/zookeeper") == ErrorCode::node_exists);
  CHECK(e.create("/zookeeper/quota") == ErrorCode::node_exists);
  CHECK(e.create("/zookeeper/config") == ErrorCode::node_exists);
  CHECK(e.create("/zookeeper/other") == ErrorCode::ok);
}

TEST_CASE("a create checks parent, permission, path, absence and the parent's kind in this order") {
  Ensemble e;
  e.create_with_acl("/locked", acl_of(perms::read, "world", "anyone"));
  e.create("/e", {}, CreateMode::ephemeral);

  CHECK(e.create("/missing/\x01") == ErrorCode::no_node);
  CHECK(e.create("/locked/\x01") == ErrorCode::no_auth);
  CHECK(e.create("/e/\x01") == ErrorCode::bad_arguments);
  CHECK(e.create("/e") == ErrorCode::node_exists);
  CHECK(e.create("/e/child") == ErrorCode::no_children_for_ephemerals);
}

TEST_CASE("a create needs CREATE on its parent, from one of its identities") {
  Ensemble e;
  e.create_with_acl("/a", acl_of(perms::create, "digest", "ann:hash"));

  CHECK(e.create("/a/1") == ErrorCode::no_auth);
  e.identities = {digest_identity("ben"), digest_identity("ann")};
  CHECK(e.create("/a/1") == ErrorCode::ok);
  e.identities = {Identity{"super", ""}};
  CHECK(e.create("/a/2") == ErrorCode::ok);
}

TEST_CASE("skip_acl lets everybody do everything") {
  Ensemble e;
  e.create_with_acl("/a", acl_of(perms::read, "digest", "ann:hash"));
  EnsembleSettings settings;
  settings.skip_acl = true;
  e.configure(settings);

  CHECK(e.create("/a/1") == ErrorCode::ok);
  CHECK(e.state.get_data("/a", {}).ok());
}

TEST_CASE("if_absent reports the node that is there and changes nothing") {
  Ensemble e;
  e.create("/a", "old");
  const std::uint64_t digest = e.state.digest();
  Create create = create_of("/a", "new");
  create.if_absent = true;

  const Outcome outcome = e.apply(create);

  REQUIRE(outcome.error == ErrorCode::ok);
  CHECK_FALSE(reply_of(outcome).created);
  CHECK(reply_of(outcome).stat == e.stat("/a"));
  CHECK(outcome.changes.empty());
  CHECK(e.data("/a") == "old");
  CHECK(e.state.digest() == digest);
}

TEST_CASE("if_absent creates a node that isn't there") {
  Ensemble e;
  Create create = create_of("/a", "new");
  create.if_absent = true;

  const Outcome outcome = e.apply(create);

  CHECK(reply_of(outcome).created);
  CHECK(e.data("/a") == "new");
}

TEST_CASE("if_absent does not show a node that its sender may not READ") {
  Ensemble e;
  e.create_with_acl("/a", acl_of(perms::write, "world", "anyone"));
  Create create = create_of("/a");
  create.if_absent = true;

  CHECK(e.apply(create).error == ErrorCode::no_auth);
}

TEST_CASE("the server itself needs no session, but cannot own an ephemeral") {
  Ensemble e;

  CHECK(e.apply_as_server(create_of("/a")).error == ErrorCode::ok);
  CHECK(e.apply_as_server(create_of("/e", {}, CreateMode::ephemeral)).error ==
        ErrorCode::session_expired);
}

TEST_CASE("a refused create consumes its zxid and leaves no trace") {
  Ensemble e;
  const std::uint64_t digest = e.state.digest();
  const std::size_t unsealed = e.state.unsealed();

  const Outcome outcome = e.apply(create_of("/missing/child"));

  CHECK(outcome.error == ErrorCode::no_node);
  CHECK(outcome.changes.empty());
  CHECK(e.state.last_applied() == e.zxid);
  CHECK(e.state.digest() == digest);
  CHECK(e.state.unsealed() == unsealed);
}

}  // namespace
}  // namespace quorate
