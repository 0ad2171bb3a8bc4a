#include "actors/journal.h"

#include <doctest/doctest.h>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <vector>

#include "actors/runtime/pinned.h"
#include "test/unit/actors/server_fixture.h"

namespace quorate {
namespace {

/// What the journal told its proposal, in order.
struct Heard {
  std::vector<Zxid> logged;
  std::vector<EpochPromise> promised;
  int settled = 0;
};

struct FakeProposalState {
  static inline const char* name = "fake_proposal";
};

class FakeProposal final : public ThreadActor<Proposal, FakeProposalState> {
 public:
  FakeProposal(caf::actor_config& config, Heard& heard) : ThreadActor(config), heard_(heard) {}
  behavior_type make_behavior() override {
    return {
        [](meet_a, const PeersPtr&) {},
        [](submit_a, const std::shared_ptr<SubmitBatch>&) {},
        [](session_a, const std::shared_ptr<const Touched>&) {},
        [this](logged_a, const Logged& logged) { heard_.logged.push_back(logged.zxid); },
        [this](promise_a, const EpochPromise& promise) { heard_.promised.push_back(promise); },
        [this](settle_a) { ++heard_.settled; },
        [](elected_a, const Elected&) {},
        [](leader_a, const LeaderNews&) {},
        [](link_a, const LinkState&) {},
        [](peer_a, const std::shared_ptr<const FromPeer>&) {},
        [](survey_a, const Surveyed&) {},
        [](history_a, const FromHistory&) {},
        [](image_a, const ReceivedImage&) { return false; },
        [](hand_over_a, const HandOverWanted& wanted) {
          return HandOverAnswer{0, ErrorCode::ok, {}, wanted.to.value_or(ServerId{})};
        },
        [](tick_a, std::uint64_t) {},
    };
  }

 private:
  Heard& heard_;
};

struct JournalFixture : test::ServerFixture {
  Heard heard;
  Proposal proposal = system.spawn<FakeProposal>(heard);
  Journal journal = spawn_journal(context, *log);

  JournalFixture() {
    auto peers = std::make_shared<Peers>();
    peers->proposal = proposal;
    caf::anon_send(journal, meet_a::value, PeersPtr(peers));
    run();
  }
  ~JournalFixture() {
    caf::anon_send_exit(journal, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(proposal, caf::exit_reason::user_shutdown);
    run();
  }

  static Zxid at(std::uint32_t epoch, std::uint32_t counter) {
    return Zxid::at(Epoch{epoch}, counter);
  }
  void append(std::uint32_t epoch, std::uint32_t counter) {
    auto batch = std::make_shared<AppendBatch>();
    batch->epoch = Epoch{epoch};
    batch->records.push_back({at(epoch, counter), Blob{std::string_view{"record"}}});
    caf::anon_send(journal, append_a::value, std::shared_ptr<const AppendBatch>(batch));
  }
  static EpochPromise promise_of(std::uint32_t accepted, std::uint32_t current) {
    return {Epoch{accepted}, ServerId{3}, Epoch{current}, std::nullopt};
  }
  void promise(std::uint32_t accepted, std::uint32_t current) {
    caf::anon_send(journal, promise_a::value, promise_of(accepted, current));
  }
};

TEST_CASE("an image takes the place of the history, durably, and the server starts over") {
  JournalFixture f;
  f.append(1, 1);
  f.append(1, 2);
  f.run();
  EpochPromise promise = JournalFixture::promise_of(4, 1);
  promise.recovering_to = JournalFixture::at(1, 2);
  const LogPosition image{JournalFixture::at(3, 9), 77};

  caf::anon_send(f.journal, install_a::value, InstallImage{{image, promise}, "image-2"});
  f.run();

  CHECK(f.ending.started_over.size() == 1);
  f.open_log();
  CHECK(f.log->base() == image);
  CHECK(f.log->last() == image);
  const Promises stored = *f.log->promises().load().value();
  CHECK(stored.image_directory == "image-2");
  CHECK(stored.recovering_to == JournalFixture::at(1, 2));
  CHECK(stored.accepted_epoch == Epoch{4});
}

TEST_CASE("whoever asks behind an installed image is not told that its history is synced") {
  JournalFixture f;
  f.append(1, 1);
  caf::anon_send(
      f.journal, install_a::value,
      InstallImage{{{JournalFixture::at(3, 9), 77}, JournalFixture::promise_of(4, 1)}, "image-2"});
  f.run();
  caf::scoped_actor self{f.system};
  auto answer = self->request(f.journal, caf::infinite, synced_a::value);
  f.run();

  answer.receive([](const Logged& logged) { CHECK(logged.zxid == Zxid{}); },
                 [](const caf::error&) { FAIL("no answer"); });
}

TEST_CASE("a server that has promised nothing joins the ensemble that it meets, once") {
  JournalFixture f;
  ClusterToJoin found;
  found.cluster.fill(7);

  caf::anon_send(f.journal, join_a::value, found);
  f.promise(4, 1);
  f.append(4, 1);
  f.run();

  CHECK(f.ending.started_over.size() == 1);
  const Promises stored = *f.log->promises().load().value();
  CHECK(stored.cluster == found.cluster);
  CHECK(stored.accepted_epoch == Epoch{});
  CHECK(f.log->last().zxid == Zxid{});
}

TEST_CASE("whoever has promised something does not change its ensemble") {
  JournalFixture f;
  f.context.is_new = true;
  f.promise(4, 1);
  ClusterToJoin found;
  found.cluster.fill(7);

  caf::anon_send(f.journal, join_a::value, found);
  f.run();

  CHECK_FALSE(f.context.is_new);
  CHECK(f.ending.started_over.empty());
  CHECK(f.log->promises().load().value()->cluster == ClusterId{});
}

TEST_CASE("what is appended is synced and reported") {
  JournalFixture f;

  f.append(1, 1);
  f.run();

  CHECK(f.heard.logged == std::vector{JournalFixture::at(1, 1)});
}

TEST_CASE("appends that wait together are one sync") {
  JournalFixture f;

  f.append(1, 1);
  f.append(1, 2);
  f.append(1, 3);
  f.run();

  CHECK(f.heard.logged == std::vector{JournalFixture::at(1, 3)});
}

TEST_CASE("an append is synced although what waits behind it is no append") {
  JournalFixture f;

  f.append(1, 1);
  caf::anon_send(f.journal, tick_a::value, std::uint64_t{0});
  f.run();

  CHECK(f.heard.logged == std::vector{JournalFixture::at(1, 1)});
}

TEST_CASE("a promise is stored behind the log that it speaks of") {
  JournalFixture f;

  f.append(1, 1);
  f.promise(2, 1);
  f.run();

  CHECK(f.heard.logged == std::vector{JournalFixture::at(1, 1)});
  CHECK(f.heard.promised == std::vector{JournalFixture::promise_of(2, 1)});
  CHECK(f.log->promises().load().value()->accepted_epoch == Epoch{2});
}

TEST_CASE("appends of a role that was overtaken are dropped") {
  JournalFixture f;
  f.promise(2, 1);
  f.append(1, 7);
  f.run();

  CHECK(f.heard.logged.empty());
  CHECK(f.log->last().zxid == Zxid{});
}

TEST_CASE("what is cut is gone, and the log ends where the leader's does") {
  JournalFixture f;
  f.append(1, 1);
  f.append(1, 2);
  f.run();
  const auto keep = f.log->position_at(JournalFixture::at(1, 1));
  REQUIRE(keep.ok());

  caf::anon_send(f.journal, cut_a::value, *keep);
  f.append(2, 1);
  f.run();

  CHECK(f.log->last().zxid == JournalFixture::at(2, 1));
  CHECK(f.log->position_at(JournalFixture::at(1, 2)).value() == *keep);
  CHECK(f.heard.logged.back() == JournalFixture::at(2, 1));
}

TEST_CASE("a log that is not what the leader found in it ends the process") {
  JournalFixture f;
  f.append(1, 1);
  f.append(1, 2);
  f.run();

  caf::anon_send(f.journal, cut_a::value, LogPosition{JournalFixture::at(1, 1), 12345});

  f.run();
  CHECK(f.ending.reason.find("does not hold what its leader found") != std::string::npos);
}

TEST_CASE("the journal is settled when all that was sent before is on stable storage") {
  JournalFixture f;

  f.append(1, 1);
  f.promise(2, 2);
  caf::anon_send(f.journal, settle_a::value);
  f.run();

  CHECK(f.heard.settled == 1);
  CHECK(f.heard.logged == std::vector{JournalFixture::at(1, 1)});
  CHECK(f.heard.promised.size() == 1);
}

TEST_CASE("what was reported survives a crash") {
  JournalFixture f;
  f.append(1, 1);
  f.append(1, 2);
  f.run();

  f.disk.crash();
  f.open_log();

  REQUIRE_FALSE(f.heard.logged.empty());
  CHECK(f.log->last().zxid >= f.heard.logged.back());
}

}  // namespace
}  // namespace quorate
