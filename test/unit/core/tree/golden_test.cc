// Goal: a log written under a feature level replays to the same state for ever.
// Method: one log that uses every operation, and the digests it led to when the level was
// released. Whoever must change a number here has changed the rules: that takes a new level.
#include <doctest/doctest.h>

#include "core/tree/state.h"
#include "core/txn/feature_level.h"
#include "test/unit/core/tree/ensemble.h"

namespace quorate {
namespace {

using namespace quorate::test;

/// Accepted and refused txns of every kind.
void replay_level_1(Ensemble& e) {
  Create with_ttl = create_of("/ttl", "t", CreateMode::ttl);
  with_ttl.ttl_ms = 1'000;
  Create if_absent = create_of("/a", "other");
  if_absent.if_absent = true;
  EnsembleSettings settings;
  settings.enforce_quota = true;
  AttachSession attach;
  attach.timeout_ms = 7'000;
  attach.password.fill(2);

  e.create("/a", "data");
  e.create("/a/s-", "1", CreateMode::persistent_sequential);
  e.create("/a/e-", "2", CreateMode::ephemeral_sequential);
  e.create("/c", {}, CreateMode::container);
  e.create("/c/x");
  e.apply(with_ttl);
  e.apply(if_absent);
  e.now_ms = 3'000;
  e.apply(SetData{"/a", blob("data two"), 0});
  e.apply(SetData{"/a", blob("lost"), 0});
  e.apply(SetAcl{"/a", acl_of(perms::read | perms::create, "digest", "ann:hash")});
  e.apply(Multi{{create_of("/m"), create_of("/m/n", "n"), Check{"/m", 0}}});
  e.apply(Multi{{create_of("/c/s-", {}, CreateMode::persistent_sequential), Delete{"/missing"}}});
  e.configure(settings);
  e.create("/zookeeper/quota/m");
  e.create("/zookeeper/quota/m/zookeeper_limits", "count=-1,bytes=-1=;countHardLimit=2");
  e.create("/m/o");
  e.apply(Delete{"/c/x"});
  e.apply_as_server(Reap{"/c"});
  e.apply_as_server(Reap{"/ttl"});
  e.as(bob, 5, attach);
  e.as(bob, 5, create_of("/bob", "b", CreateMode::ephemeral));
  e.create("/t");
  e.create("/t/u");
  e.apply(DeleteTree{"/t", 2});
  e.apply(RefusedWrite{ErrorCode::invalid_acl});
}

TEST_CASE("the log of level 1 replays to the digests of its release") {
  Ensemble e;
  replay_level_1(e);
  CHECK(e.state.tree().size() == 12);
  CHECK(e.state.digest() == 1378807126503491861U);

  e.apply(CloseSession{});
  e.as(bob, 0, ExpireSession{});
  CHECK(e.state.digest() == 5493616011967075741U);
}

TEST_CASE("every level this release knows has its golden log") {
  CHECK(feature_level::oldest == 1);
  CHECK(feature_level::newest == 1);
}

}  // namespace
}  // namespace quorate
