#include "actors/runtime/ticker.h"

#include <doctest/doctest.h>

#include <caf/actor_system.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>
#include <memory>
#include <vector>

#include "actors/runtime/pinned.h"

namespace quorate {
namespace {

using namespace std::chrono_literals;

using tick_a = caf::atom_constant<caf::atom("tick")>;
using stop_a = caf::atom_constant<caf::atom("stop")>;
using start_a = caf::atom_constant<caf::atom("start")>;

using Sleeper = caf::typed_actor<caf::reacts_to<tick_a, std::uint64_t>, caf::reacts_to<start_a>,
                                 caf::reacts_to<stop_a>>;

/// What the actor saw; outlives it.
struct Seen {
  std::vector<std::chrono::nanoseconds> ticks;  ///< Since the start of the system.
  std::size_t stale = 0;
};

struct SleeperState {
  static inline const char* name = "sleeper";
};

class SleeperActor : public PinnedActor<Sleeper, SleeperState> {
 public:
  SleeperActor(caf::actor_config& config, Seen& seen)
      : PinnedActor(config), seen_(seen), begin_(clock().now()) {}

  behavior_type make_behavior() override {
    ticker_.start(*this);
    return {
        [this](tick_a, std::uint64_t generation) {
          if (!ticker_.is_current(generation)) {
            ++seen_.stale;
            return;
          }
          seen_.ticks.push_back(clock().now() - begin_);
          CHECK(ticker_.late(*this) == 0ns);
          ticker_.rearm(*this);
        },
        [this](start_a) { ticker_.start(*this); },
        [this](stop_a) { ticker_.stop(); },
    };
  }

 private:
  Seen& seen_;
  Ticker::Clock::time_point begin_;
  Ticker ticker_{100ms};
};

/// One sleeping actor in virtual time.
struct Scene {
  Scene()
      : config({.io = IoKind::none, .test_scheduler = true}),
        system(config),
        scheduler(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())),
        sleeper(system.spawn<SleeperActor>(seen)) {
    scheduler.run();
  }
  ~Scene() {
    caf::anon_send_exit(sleeper, caf::exit_reason::kill);
    scheduler.run();
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  /// Runs everything that is due until then.
  void advance(std::chrono::milliseconds by) {
    const auto end = scheduler.clock().now() + by;
    for (;;) {
      scheduler.run();
      auto& schedule = scheduler.clock().schedule();
      if (schedule.empty() || schedule.begin()->first > end) break;
      scheduler.trigger_timeout();
    }
    scheduler.advance_time(end - scheduler.clock().now());
    scheduler.run();
  }
  template <class Atom>
  void tell(Atom) {
    caf::anon_send(sleeper, Atom::value);
    scheduler.run();
  }

  Seen seen;
  SystemConfig config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
  Sleeper sleeper;
};

TEST_CASE("a ticker ticks once per period without drifting") {
  Scene scene;

  scene.advance(350ms);

  CHECK(scene.seen.ticks == std::vector<std::chrono::nanoseconds>{100ms, 200ms, 300ms});
}

TEST_CASE("a stopped ticker's late tick is stale, and none follows it") {
  Scene scene;
  scene.advance(150ms);

  scene.tell(stop_a());
  scene.advance(1000ms);

  CHECK(scene.seen.ticks.size() == 1);
  CHECK(scene.seen.stale == 1);
}

TEST_CASE("a ticker that was started again ticks at one rate, not at two") {
  Scene scene;
  scene.advance(150ms);

  scene.tell(start_a());
  scene.advance(1000ms);

  CHECK(scene.seen.ticks.size() == 1 + 10);
  CHECK(scene.seen.ticks.at(1) == 250ms);
  CHECK(scene.seen.stale == 1);
}

}  // namespace
}  // namespace quorate
