// The parts of the load: each is a loop of one thread with sessions of its own, until told to stop.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>

#include "test/chaos/load/history.h"
#include "test/chaos/load/recorded_session.h"

namespace quorate::chaos {

/// Where all that the load does lies.
inline constexpr const char* registers_path = "/chaos/registers";
inline constexpr const char* sequence_path = "/chaos/sequence";
inline constexpr const char* ephemerals_path = "/chaos/ephemerals";

/// What all workers share.
struct Run {
  History& history;
  Totals& totals;
  const std::atomic<bool>& stopping;
  SessionOptions options;
  std::string history_path;
  double rate = 40;  ///< Operations of one worker in a second, at most.
  std::uint64_t seed = 1;
  std::int64_t started_ns = 0;

  [[nodiscard]] bool goes_on() const { return !stopping && !history.is_full(); }
};

/// The registers that are used at one time. Every few seconds others take their place, so that
/// none gets more operations than a search through their orders can bear.
///
/// The first of them is deleted and created too; the others are only set.
class Registers {
 public:
  explicit Registers(std::int64_t started_ns) : started_ns_(started_ns) {}

  /// One of those of the present, and whether it may be deleted. Safe from any thread.
  struct Pick {
    std::string key;
    bool may_be_deleted;
  };
  Pick pick(std::mt19937_64& random);
  [[nodiscard]] std::set<std::string> all_used();

 private:
  static constexpr std::uint64_t at_a_time = 4;
  static constexpr std::int64_t lifetime_ns = 6'000'000'000;

  const std::int64_t started_ns_;
  std::mutex mutex_;
  std::set<std::string> used_;
};

/// Reads, reads after a sync, sets, conditional sets, creations and deletions of the registers.
void run_registers(const Run& run, Registers& registers, int worker);
/// Sequential nodes.
void run_sequence(const Run& run, int worker);
/// Sessions that own ephemerals and are closed, by the client or by being abandoned.
void run_ephemerals(const Run& run, int worker);
/// Looks at the ephemerals of others.
void run_observer(const Run& run, int worker);
/// Watches of registers, and the reads that must not overtake their events.
void run_watches(const Run& run, Registers& registers, int worker);

/// One session that creates ephemerals and is not heard of again. The process must end after it.
void run_abandoned(const Run& run, const std::string& name);

/// Reads every register that was used, after a sync, when all is healed. False if that does not
/// succeed in time.
bool read_all(const Run& run, Registers& registers);
/// Makes the nodes that all else is below. False if that does not succeed in time.
bool prepare(const Run& run);

}  // namespace quorate::chaos
