// The actors of a server under CAF's deterministic test scheduler, over a disk in memory.
#pragma once

#include <doctest/doctest.h>

#include <caf/actor_system.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "actors/peers.h"
#include "actors/runtime/actor_system_setup.h"
#include "actors/server_context.h"
#include "storage/memory_disk.h"
#include "storage/memory_log.h"

namespace quorate::test {

/// The time of the test scheduler.
class TestClock final : public Clock {
 public:
  explicit TestClock(caf::actor_system& system) : system_(system) {}
  [[nodiscard]] ClockReading read() const override {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        system_.scheduler().clock().now().time_since_epoch());
    return {1'700'000'000'000 + now.count(), now};
  }

 private:
  caf::actor_system& system_;
};

/// Instead of ending the process.
struct Ended : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class TestEnding final : public Ending {
 public:
  std::string reason;
  /// Comes first; for a test whose process may end.
  std::function<void(ExitCode code, std::string_view reason)> leave;
  std::vector<std::string> started_over;  ///< Why it was asked for.
  std::vector<std::string> stopped;       ///< Likewise.

  void start_over(std::string_view why) override { started_over.emplace_back(why); }
  void stop(std::string_view why) override { stopped.emplace_back(why); }

 protected:
  void end_now(ExitCode code, std::string_view why) override {
    if (leave) leave(code, why);
    reason = why;
    throw Ended(reason);
  }
};

/// A system of actors in virtual time, and what every actor of a server may use.
class TestSystem {
 public:
  TestSystem() : system_config_(options()), system(system_config_), clock(system) {}

  [[nodiscard]] caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }
  [[nodiscard]] const ActorRegistry& registry() const { return *system_config_.registry(); }

  /// Runs what is ready; time stands still.
  void run() { scheduler().run(); }

  /// Runs what is ready and what becomes due in that time, each when it is due.
  void run_for(std::chrono::milliseconds time) {
    auto& virtual_clock = scheduler().clock();
    const auto end = virtual_clock.now() + time;
    for (;;) {
      run();
      auto& schedule = virtual_clock.schedule();
      if (schedule.empty() || schedule.begin()->first > end) break;
      scheduler().trigger_timeout();
    }
    sleep_through(end - virtual_clock.now());
    run();
  }

  /// Time passes while nothing runs, as in a stopped process: what became due comes late.
  void sleep_through(std::chrono::nanoseconds time) { scheduler().clock().current_time += time; }

 private:
  static SystemOptions options() {
    SystemOptions chosen;
    chosen.io = IoKind::none;
    chosen.test_scheduler = true;
    return chosen;
  }

  SystemConfig system_config_;

 public:
  caf::actor_system system;
  Config config;
  TestClock clock;
  SystemEntropy entropy;
  TestEnding ending;
  ServerContext context{system, config, Incarnation{1}, clock, entropy, Log{}, ending,
                        {},     {},     nullptr,        false};
};

/// With a log of its own.
class ServerFixture : public TestSystem {
 public:
  ServerFixture() {
    Promises promises;
    promises.server = config.server_id;
    open_log();
    REQUIRE(log->promises().store(promises).ok());
  }

  /// As a start after an orderly end or a crash would.
  void open_log() {
    auto opened = MemoryLog::open(disk);
    REQUIRE(opened.ok());
    log = std::move(*opened);
    REQUIRE(log->walk(log->base()).ok());
  }

  MemoryDisk disk;
  std::unique_ptr<MemoryLog> log;
};

}  // namespace quorate::test
