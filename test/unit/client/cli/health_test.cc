// What is well enough for whom.
#include "client/cli/health.h"

#include <doctest/doctest.h>

namespace quorate::cli {
namespace {

client::Answer answer(const Inspection& inspection) {
  client::Answer answer;
  answer.alive = true;
  answer.inspection = inspection;
  return answer;
}

client::Answer answer(bool alive, ErrorCode code, const std::string& text) {
  client::Answer answer;
  answer.alive = alive;
  answer.inspection = Error{code, text};
  return answer;
}

Inspection inspection(ServerRole role, bool serving) {
  Inspection inspection;
  inspection.role = role;
  inspection.serving = serving;
  inspection.quorum_linked = true;
  if (role != ServerRole::looking) inspection.leader = ServerId{2};
  if (serving) inspection.epoch = Epoch{7};
  return inspection;
}

TEST_CASE("a server that serves is ready, whatever its role") {
  for (const auto& [role, text] :
       {std::pair{ServerRole::following, "ready: following 2 in epoch 7"},
        std::pair{ServerRole::observing, "ready: observing 2 in epoch 7"},
        std::pair{ServerRole::leading, "ready: leading in epoch 7"},
        std::pair{ServerRole::alone, "ready: alone in epoch 7"}}) {
    const Verdict verdict = judge(answer(inspection(role, true)), HealthCheck::ready);
    CHECK(verdict.healthy);
    CHECK(verdict.text == text);
  }
}

TEST_CASE("a server that looks for a leader lives, but is not ready") {
  const auto looking = answer(inspection(ServerRole::looking, false));

  CHECK(judge(looking, HealthCheck::live).healthy);
  CHECK(judge(looking, HealthCheck::live).text == "alive: looking");
  CHECK_FALSE(judge(looking, HealthCheck::ready).healthy);
  CHECK(judge(looking, HealthCheck::ready).text == "not ready: looking");
  CHECK_FALSE(judge(looking, HealthCheck::quorum).healthy);
}

TEST_CASE("a server that answers reads without a leader lives, but is not ready") {
  const auto cut_off = answer(inspection(ServerRole::read_only, false));

  CHECK(judge(cut_off, HealthCheck::live).text == "alive: read-only");
  CHECK_FALSE(judge(cut_off, HealthCheck::ready).healthy);
  CHECK(judge(cut_off, HealthCheck::ready).text == "not ready: read-only");
}

TEST_CASE("a role alone does not make a server ready, and the text says what is missing") {
  Inspection joining = inspection(ServerRole::following, false);
  CHECK(judge(answer(joining), HealthCheck::ready).text ==
        "not ready: following 2, before a quorum has joined");
  joining.epoch = Epoch{7};
  joining.recovering = true;
  const Verdict verdict = judge(answer(joining), HealthCheck::ready);
  CHECK_FALSE(verdict.healthy);
  CHECK(verdict.text ==
        "not ready: following 2, recovering what it once acknowledged, catching up");
}

TEST_CASE("with a quorum, a server has to be linked with one as well") {
  Inspection cut_off = inspection(ServerRole::following, true);
  CHECK(judge(answer(cut_off), HealthCheck::quorum).healthy);
  cut_off.quorum_linked = false;

  CHECK(judge(answer(cut_off), HealthCheck::ready).healthy);
  CHECK_FALSE(judge(answer(cut_off), HealthCheck::quorum).healthy);
}

TEST_CASE("a leader that leaves clients to the others lives, but is not ready for them") {
  Inspection leader = inspection(ServerRole::leading, true);
  leader.sends_clients_away = true;

  CHECK(judge(answer(leader), HealthCheck::live).healthy);
  for (const auto check : {HealthCheck::ready, HealthCheck::quorum}) {
    const Verdict verdict = judge(answer(leader), check);
    CHECK_FALSE(verdict.healthy);
    CHECK(verdict.text == "not ready: leading in epoch 7, leaves clients to the others");
  }
}

TEST_CASE("a server that sends everybody away lives, but is not ready") {
  const auto held = answer(true, ErrorCode::not_serving, "waits for its operator");

  CHECK(judge(held, HealthCheck::live).healthy);
  CHECK_FALSE(judge(held, HealthCheck::ready).healthy);
  CHECK(judge(held, HealthCheck::ready).text == "not ready: waits for its operator");
}

TEST_CASE("without an answer nothing is well") {
  const auto gone = answer(false, ErrorCode::connection_loss, "connection refused");

  for (const auto check : {HealthCheck::live, HealthCheck::ready, HealthCheck::quorum}) {
    CHECK_FALSE(judge(gone, check).healthy);
    CHECK(judge(gone, check).text == "no answer: connection refused");
  }
}

}  // namespace
}  // namespace quorate::cli
