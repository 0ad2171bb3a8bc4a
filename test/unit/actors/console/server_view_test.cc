#include "actors/console/server_view.h"

#include <doctest/doctest.h>

#include "config/membership.h"

namespace quorate {
namespace {

std::set<ServerId> servers(std::initializer_list<std::uint32_t> ids) {
  std::set<ServerId> set;
  for (const std::uint32_t id : ids) set.insert(ServerId{id});
  return set;
}

Membership members(std::uint32_t count) {
  Membership membership;
  for (std::uint32_t id = 1; id <= count; ++id) membership.members[ServerId{id}].id = ServerId{id};
  return membership;
}

TEST_CASE("an ensemble survives as many losses as leave a majority") {
  CHECK(losses_survived(members(3), servers({1, 2, 3})) == 1);
  CHECK(losses_survived(members(3), servers({1, 2})) == 0);
  CHECK(losses_survived(members(3), servers({1})) == -1);
  CHECK(losses_survived(members(5), servers({1, 2, 3, 4, 5})) == 2);
  CHECK(losses_survived(members(5), servers({1, 2, 4, 5})) == 1);
  CHECK(losses_survived(members(5), servers({2, 5})) == -1);
}

TEST_CASE("observers do not count") {
  Membership membership = members(4);
  membership.members[ServerId{4}].role = MemberRole::observer;
  CHECK(losses_survived(membership, servers({1, 2, 4})) == 0);
  CHECK(losses_survived(membership, servers({1, 2, 3})) == 1);
}

TEST_CASE("with weights, the loss of the heaviest is what counts") {
  Membership membership = members(3);
  membership.weights[ServerId{1}] = 3;
  // 3 + 1 + 1: without server 1 there are 2 of 5.
  CHECK(losses_survived(membership, servers({1, 2, 3})) == 0);
  CHECK(losses_survived(membership, servers({2, 3})) == -1);
  CHECK(losses_survived(membership, servers({1})) == 0);
}

TEST_CASE("with groups, a majority of groups with majorities is a quorum") {
  Membership membership = members(9);
  for (std::uint32_t id = 1; id <= 9; ++id)
    membership.groups[(id - 1) / 3 + 1].push_back(ServerId{id});
  CHECK(losses_survived(membership, servers({1, 2, 3, 4, 5, 6, 7, 8, 9})) == 3);
  CHECK(losses_survived(membership, servers({1, 2, 4, 5})) == 0);
  CHECK(losses_survived(membership, servers({1, 2, 4, 7})) == -1);
}

struct Facts {
  Facts() {
    config.server_id = ServerId{1};
    config.membership = members(3);
    inspection.server = ServerId{1};
    inspection.role = ServerRole::leading;
    inspection.serving = true;
    inspection.quorum_linked = true;
    inspection.leader = ServerId{1};
    inspection.epoch = Epoch{7};
    inspection.committed = Zxid::at(Epoch{7}, 0x20);
    inspection.applied = Zxid::at(Epoch{7}, 0x1f);
  }
  [[nodiscard]] Json status(bool draining = false, std::optional<DiskSpace> disk = {}) const {
    return status_json({config, inspection, {}, 1000, draining, 0, 0, 0, {}, {}, disk, {}, {}, 5});
  }
  Config config;
  Inspection inspection;
};

TEST_CASE("a server that is well has nothing to note") {
  const Json status = Facts().status();
  CHECK(status["role"] == "leading");
  CHECK(status["leader"] == 1);
  CHECK(status["committed"] == "7.20");
  CHECK(status["lag_txns"] == 1);
  CHECK(status["notes"].empty());
  CHECK(status["disk"]["level"] == "ample");
  CHECK(status["disk"]["free_bytes"] == nullptr);
  CHECK(status["log_lines_dropped"] == 5);
}

TEST_CASE("what an operator should know is noted in words") {
  Facts facts;
  facts.inspection.quorum_linked = false;
  facts.inspection.serving = false;
  facts.inspection.leader.reset();
  facts.inspection.role = ServerRole::looking;
  const Json lost = facts.status();
  CHECK(lost["leader"] == nullptr);
  CHECK(lost["notes"] == Json({"no quorum is linked", "it serves nobody"}));

  const Json full = Facts().status(true, DiskSpace{1000, 100'000});
  CHECK(full["disk"]["level"] == "full");
  CHECK(full["draining"] == true);
  CHECK(full["notes"].size() == 2);
}

TEST_CASE("zxids of two epochs are no distance apart") {
  Facts facts;
  facts.inspection.applied = Zxid::at(Epoch{6}, 0x1000);
  CHECK(facts.status()["lag_txns"] == nullptr);
}

TEST_CASE("the etag changes with the role, the leader and the epoch") {
  Facts facts;
  const Json before = facts.status()["etag"];
  CHECK(facts.status()["etag"] == before);
  facts.inspection.epoch = Epoch{8};
  CHECK(facts.status()["etag"] != before);
}

TEST_CASE("the ensemble is shown with what each server said, or why it said nothing") {
  Facts facts;
  Notice notice;
  notice.linked = servers({1, 2});
  notice.leader = ServerId{1};
  std::map<ServerId, OtherServer> others;
  others[ServerId{2}].status = Json{{"server", 2}, {"links", {{{"server", 1}, {"up", true}}}}};
  others[ServerId{2}].at = std::chrono::steady_clock::now();

  const Json json = ensemble_json(facts.config, notice, facts.status(), others, 5);

  CHECK(json["quorum"]["has"] == true);
  CHECK(json["quorum"]["linked"] == 2);
  CHECK(json["quorum"]["survives"] == 0);
  CHECK(json["quorum"]["text"] == "survives no further loss");
  REQUIRE(json["servers"].size() == 3);
  CHECK(json["servers"][0]["age_ms"] == 0);
  CHECK(json["servers"][0]["status"]["role"] == "leading");
  CHECK(json["servers"][1]["status"]["server"] == 2);
  CHECK_FALSE(json["servers"][1].contains("error"));
  CHECK(json["servers"][2]["error"] == "there is no link to it");
  CHECK_FALSE(json["servers"][2].contains("status"));
  CHECK(json["links"] == Json({{{"from", 2}, {"to", 1}, {"up", true}, {"rtt_us", nullptr}}}));
}

TEST_CASE("what a server said last is not shown when it is gone, but when it is slow") {
  Facts facts;
  Notice notice;
  notice.linked = servers({1, 2});
  std::map<ServerId, OtherServer> others;
  for (const std::uint32_t id : {2U, 3U}) {
    others[ServerId{id}].status = Json{{"server", id}, {"role", "leading"}};
    others[ServerId{id}].at = std::chrono::steady_clock::now();
    others[ServerId{id}].error = "it does not answer in time";
  }

  const Json json = ensemble_json(facts.config, notice, facts.status(), others, 5);

  CHECK(json["servers"][1]["status"]["role"] == "leading");
  CHECK(json["servers"][1]["error"] == "it does not answer in time");
  CHECK_FALSE(json["servers"][2].contains("status"));
  CHECK(json["servers"][2]["age_ms"] == nullptr);
  CHECK(json["servers"][2]["error"] == "it does not answer in time");
}

TEST_CASE("a server on its own is a quorum that no loss leaves") {
  Config config;
  const Json json = ensemble_json(config, {}, Json::object(), {}, 5);
  CHECK(json["quorum"]["has"] == true);
  CHECK(json["quorum"]["survives"] == 0);
  CHECK(json["servers"].size() == 1);
}

}  // namespace
}  // namespace quorate
