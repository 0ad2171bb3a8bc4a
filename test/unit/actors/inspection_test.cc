// What a server tells whoever asks, and how its actors let it know.
#include "actors/inspection.h"

#include <doctest/doctest.h>

namespace quorate {
namespace {

using std::chrono::milliseconds;

/// Server 1 of three, of which the third observes.
Config config_of_three() {
  Config config;
  config.server_id = {1};
  config.client_address = "10.0.0.1";
  const auto add = [&config](const char* number, const char* line) {
    REQUIRE(add_membership_line(config.membership, std::string("server.") + number, line).ok());
  };
  add("1", "10.0.0.1:2888:3888|10.1.0.1:2888:3888");
  add("2", "10.0.0.2:2888:3888;2182");
  add("3", "10.0.0.3:2888:3888:observer;10.0.0.3:2183");
  return config;
}

Standing standing_of(ServerId self, const EpochPromise& promise = {}) {
  LogOutline outline;
  outline.ends = {LogPosition{Zxid::at(Epoch{3}, 9), 0}};
  outline.committed = {Zxid::at(Epoch{3}, 9), 0};
  return {self, Quorum(ServerSet{{1}, {2}}), promise, History(std::move(outline), 1 << 20)};
}

Effects effects_of(Stance stance, ServerId leader, std::optional<Epoch> established) {
  Effects effects;
  effects.role = Role{stance, leader, established, {}, true, false, {}};
  return effects;
}

Inspection inspect(const Config& config, const NoticeBoard& board) {
  return inspection_of(config, board.read(), milliseconds{1500}, 4);
}

TEST_CASE("before anything is known a server looks and serves nobody") {
  const NoticeBoard board;

  const Inspection shown = inspect(config_of_three(), board);

  CHECK(shown.role == ServerRole::looking);
  CHECK_FALSE(shown.serving);
  CHECK_FALSE(shown.leader);
  CHECK(shown.uptime_ms == 1500);
  CHECK(shown.connections == 4);
  CHECK_FALSE(shown.version.empty());
}

TEST_CASE("roles are told as clients know them") {
  const Config config = config_of_three();
  NoticeBoard board;

  board.post_standing(standing_of({1}), effects_of(Stance::following, {2}, Epoch{3}));
  CHECK(inspect(config, board).role == ServerRole::following);
  CHECK(inspect(config, board).leader == ServerId{2});
  CHECK(inspect(config, board).epoch == Epoch{3});
  CHECK(inspect(config, board).committed == Zxid::at(Epoch{3}, 9));
  CHECK(inspect(config, board).logged == Zxid::at(Epoch{3}, 9));

  board.post_standing(standing_of({1}), effects_of(Stance::leading, {1}, Epoch{4}));
  CHECK(inspect(config, board).role == ServerRole::leading);
  CHECK(inspect(Config{}, board).role == ServerRole::alone);

  board.post_standing(standing_of({3}), effects_of(Stance::following, {2}, Epoch{4}));
  CHECK(inspect(config, board).role == ServerRole::observing);
}

TEST_CASE("who has given up its role looks, though the journal is still busy with it") {
  NoticeBoard board;
  board.post_standing(standing_of({1}), effects_of(Stance::leading, {1}, Epoch{4}));
  board.post([](Notice& notice) { notice.serving = true; });
  REQUIRE(inspect(config_of_three(), board).serving);

  Effects gave_up;
  gave_up.settle = true;
  board.post_standing(standing_of({1}), gave_up);

  CHECK(inspect(config_of_three(), board).role == ServerRole::looking);
  // Though commit has not heard of it.
  CHECK_FALSE(inspect(config_of_three(), board).serving);
}

TEST_CASE("a leader that leaves clients to the others says so") {
  NoticeBoard board;
  board.post_standing(standing_of({1}), effects_of(Stance::leading, {1}, Epoch{4}));
  board.post([](Notice& notice) { notice.serving = notice.sends_clients_away = true; });

  CHECK(inspect(config_of_three(), board).serving);
  CHECK(inspect(config_of_three(), board).sends_clients_away);
}

TEST_CASE("a server that answers reads without a leader says so, and does not serve") {
  NoticeBoard board;
  board.post([](Notice& notice) { notice.read_only = true; });

  CHECK(inspect(config_of_three(), board).role == ServerRole::read_only);
  CHECK_FALSE(inspect(config_of_three(), board).serving);
}

TEST_CASE("a step that changes no role leaves the role, and tells the rest") {
  NoticeBoard board;
  board.post_standing(standing_of({1}), effects_of(Stance::leading, {1}, Epoch{4}));
  EpochPromise promise;
  promise.recovering_to = Zxid{5};

  board.post_standing(standing_of({1}, promise), Effects{});

  CHECK(inspect(config_of_three(), board).role == ServerRole::leading);
  CHECK(inspect(config_of_three(), board).recovering);
}

TEST_CASE("members are those of the configuration, with whom the server is linked") {
  NoticeBoard board;
  board.post_link(standing_of({1}), {1}, true);
  board.post_link(standing_of({1}), {3}, true);

  const auto members = inspect(config_of_three(), board).members;

  REQUIRE(members.size() == 3);
  CHECK(members[0].peers == std::vector<NetworkAddress>{{"10.0.0.1", 2888}, {"10.1.0.1", 2888}});
  CHECK(members[0].clients == NetworkAddress{"10.0.0.1", 2181});  // From its own options.
  CHECK(members[0].linked);
  CHECK_FALSE(members[1].linked);
  CHECK_FALSE(members[1].observer);
  CHECK(members[1].clients == NetworkAddress{"0.0.0.0", 2182});
  CHECK(members[2].linked);
  CHECK(members[2].observer);
}

TEST_CASE("weights and groups are told") {
  Config config = config_of_three();
  REQUIRE(add_membership_line(config.membership, "group.7", "1:2").ok());
  REQUIRE(add_membership_line(config.membership, "weight.2", "5").ok());

  const auto members = inspect(config, NoticeBoard{}).members;

  CHECK(members[0].group == 7U);
  CHECK(members[0].weight == 1);
  CHECK(members[1].weight == 5);
  CHECK_FALSE(members[2].group);
}

TEST_CASE("a server on its own is a member of its own") {
  const auto members = inspect(Config{}, NoticeBoard{}).members;

  REQUIRE(members.size() == 1);
  CHECK(members[0].server == ServerId{1});
  CHECK(members[0].clients == NetworkAddress{"127.0.0.1", 2181});
}

TEST_CASE("the last digest and the doubt are shown as proposal knows them") {
  NoticeBoard board;
  CHECK(inspect(config_of_three(), board).digest_zxid == Zxid{});
  Standing standing = standing_of({1});
  standing.marks.add({Zxid::at(Epoch{4}, 1), 7, 1});
  standing.marks.add({Zxid::at(Epoch{4}, 128), 8, 1});
  Effects doubts;
  doubts.doubt = true;

  board.post_standing(standing, doubts);

  CHECK(inspect(config_of_three(), board).digest_zxid == Zxid::at(Epoch{4}, 128));
  CHECK(inspect(config_of_three(), board).digest == 8);
  CHECK(inspect(config_of_three(), board).in_doubt);
  board.post_standing(standing, Effects{});
  CHECK(inspect(config_of_three(), board).in_doubt);
  doubts.doubt = false;
  board.post_standing(standing, doubts);
  CHECK_FALSE(inspect(config_of_three(), board).in_doubt);
}

TEST_CASE("a quorum is linked while enough voters are, this server among them") {
  const Config config = config_of_three();
  NoticeBoard board;
  const auto linked = [&](ServerId server, bool up) {
    board.post_link(standing_of({1}), server, up);
    return inspect(config, board).quorum_linked;
  };

  CHECK_FALSE(linked({1}, true));
  CHECK_FALSE(linked({3}, true));
  CHECK(linked({2}, true));
  CHECK_FALSE(linked({2}, false));
}

TEST_CASE("a leader's board has the sizes of what it has proposed, as long as it leads") {
  NoticeBoard board;
  const auto log = [&board](std::size_t bytes) {
    Effects effects;
    effects.log.push_back({{}, std::make_shared<const Txn>(), Blob(std::string(bytes, 'x'))});
    board.post_standing(standing_of({1}), effects);
  };
  board.post_standing(standing_of({1}), effects_of(Stance::following, {2}, Epoch{3}));
  log(7);
  CHECK_FALSE(board.read().proposals);

  board.post_standing(standing_of({1}), effects_of(Stance::leading, {1}, Epoch{4}));
  CHECK_FALSE(board.read().proposals);
  for (const std::size_t bytes : {20, 10, 30, 15}) log(bytes);
  CHECK(board.read().proposals == ProposalSizes{15, 10, 30});

  board.post_standing(standing_of({1}), effects_of(Stance::following, {2}, Epoch{5}));
  CHECK_FALSE(board.read().proposals);
}

TEST_CASE("a leader's board has who follows it") {
  NoticeBoard board;
  Standing standing = standing_of({1}, EpochPromise{Epoch{3}, {1}, Epoch{3}, {}});
  Tenure tenure(standing, false, milliseconds{0});
  (void)tenure.start(milliseconds{0});
  board.post_followers(standing, &tenure);
  CHECK(board.read().followers == Followers{});
  const ClockReading now{1'000, milliseconds{10}};
  (void)tenure.on_message({2}, Join{Epoch{4}, true}, now);
  (void)tenure.on_message({3}, Join{Epoch{4}, false}, now);

  board.post_followers(standing, &tenure);

  // Nobody is synced before the epoch is adopted.
  CHECK(board.read().followers == Followers{2, 0, 0, 0});
  board.post_followers(standing, nullptr);
  CHECK_FALSE(board.read().followers);
}

}  // namespace
}  // namespace quorate
