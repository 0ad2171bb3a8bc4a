#include "test/unit/core/zab/ensemble.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "test/unit/core/zab/sim_child.h"

namespace quorate::sim {
namespace {

/// The end of what happened in a run that failed.
std::string end_of_trace(std::uint64_t seed) {
  constexpr std::size_t lines_max = 200;
  Plan plan;
  plan.seed = seed;
  Child child(plan, true);
  static_cast<void>(child.wait());
  const auto& trace = child.trace();
  std::string text;
  for (std::size_t i = trace.size() - std::min(trace.size(), lines_max); i < trace.size(); ++i)
    text += trace[i] + "\n";
  return text;
}

// Goal: no order of crashes, losses, cuts and pauses loses what was committed, and an ensemble that
// is left alone serves and agrees.
// Method: whole ensembles in virtual time; a failure prints its seed and the end of its trace.
TEST_CASE("an ensemble keeps its promises whatever happens to it") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Plan plan;
    plan.seed = seed;
    const Verdict verdict = Child(plan).wait();
    if (verdict.failure) FAIL_CHECK(*verdict.failure << "\n" << end_of_trace(seed));
  }
}

TEST_CASE("a run is its seed: it can be repeated line by line") {
  Plan plan;
  plan.seed = 7;
  Child once(plan, true);
  Child again(plan, true);

  const Verdict verdict = once.wait();

  CHECK(verdict.committed == again.wait().committed);
  CHECK(once.trace() == again.trace());
  CHECK(once.trace().size() > 100);
}

struct Planted {
  Fault fault;
  std::uint64_t first;  ///< Of the 20 seeds that are tried.
};

// Goal: the simulation can fail. Each fault is one that replication has been shipped with.
// Method: a seed that notices it is enough; when the machines change, another seed may be needed.
TEST_CASE("a planted fault is noticed within twenty seeds") {
  constexpr Planted planted[] = {
      {Fault::ack_before_sync, 1},         {Fault::commit_on_minority, 1},
      {Fault::acks_counted_by_arrival, 1}, {Fault::apply_before_commit, 1},
      {Fault::truncate_forgotten, 1},      {Fault::epoch_before_log, 1},
      {Fault::adopted_before_synced, 1},   {Fault::fence_off, 1},
      {Fault::successor_forgotten, 1},
  };
  for (const Planted& each : planted) {
    CAPTURE(fault_names[static_cast<std::size_t>(each.fault)]);
    std::uint64_t noticed = 0;
    for (std::uint64_t seed = each.first; noticed == 0 && seed < each.first + 20; ++seed) {
      Plan plan;
      plan.seed = seed;
      plan.fault = each.fault;
      if (Child(plan).wait().failure) noticed = seed;
    }
    CHECK(noticed != 0);
  }
}

}  // namespace
}  // namespace quorate::sim
