// The actors of a server under CAF's deterministic test scheduler, over a disk in memory.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

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

 protected:
  void end_now(ExitCode, std::string_view why) override {
    reason = why;
    throw Ended(reason);
  }
};

class ServerFixture {
 public:
  ServerFixture()
      : system_config_(options()),
        system(system_config_),
        clock(system),
        context{system, config, Incarnation{1}, clock, entropy, Log{}, ending, {}, {}, false} {
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

  [[nodiscard]] caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }
  /// Runs what is ready; time stands still.
  void run() { scheduler().run(); }

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
  ServerContext context;
  MemoryDisk disk;
  std::unique_ptr<MemoryLog> log;
};

}  // namespace quorate::test
