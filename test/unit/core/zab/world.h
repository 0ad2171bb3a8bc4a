// The world of one run: time, chance, and what is checked after every step.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "test/unit/core/zab/ensemble.h"
#include "test/unit/core/zab/sim_disk.h"

namespace quorate::sim {

/// Microseconds of virtual time.
using Time = std::int64_t;
constexpr Time ms = 1000;

/// Virtual time, seeded chance, and the trace.
class World {
 public:
  explicit World(const Plan& plan) : plan_(plan), engine_(plan.seed) {}

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] Fault fault() const { return plan_.fault; }
  void at(Time when, std::function<void()> event) {
    events_.push({when < now_ ? now_ : when, sequence_++, std::move(event)});
  }
  void after(Time delay, std::function<void()> event) { at(now_ + delay, std::move(event)); }
  /// Runs events until `end` or the first failure.
  void run_until(Time end);

  /// Uniform in [0, below).
  std::uint64_t random(std::uint64_t below) { return engine_() % below; }
  Time between(Time low, Time high) {
    return low + static_cast<Time>(random(static_cast<std::uint64_t>(high - low + 1)));
  }
  /// True once in `n` times.
  bool one_in(std::uint64_t n) { return random(n) == 0; }

  void fail(const std::string& rule) {
    if (!verdict_.failure) verdict_.failure = rule;
  }
  void require(bool condition, const char* rule) {
    if (!condition) fail(rule);
  }
  template <class Text>
  void trace(ServerId server, const Text& text) {
    if (plan_.trace) note(server, text());
  }
  Verdict& verdict() { return verdict_; }

 private:
  struct Event {
    Time when;
    std::uint64_t sequence;
    std::function<void()> run;
    bool operator<(const Event& other) const {
      return std::tie(other.when, other.sequence) < std::tie(when, sequence);
    }
  };

  void note(ServerId server, const std::string& text);

  Plan plan_;
  std::mt19937_64 engine_;
  Time now_ = 0;
  std::uint64_t sequence_ = 0;
  std::priority_queue<Event> events_;
  Verdict verdict_;
};

/// What the whole ensemble has committed, and who led when: the invariants over all servers.
class Ledger {
 public:
  Ledger(World& world, Quorum quorum) : world_(world), quorum_(std::move(quorum)) {}

  void on_proposed(ServerId leader, const Record& record);
  /// `disks`: of all servers. `state` has just applied `record`.
  void on_applied(ServerId server, const Record& record, const Applied& state,
                  const std::map<ServerId, const Disk*>& disks);
  void on_established(ServerId leader, Epoch epoch, const Disk& disk);
  void on_started(ServerId server, const Applied& state);

  [[nodiscard]] Zxid last() const {
    return committed_.empty() ? Zxid{} : committed_.back().at.zxid;
  }
  [[nodiscard]] std::uint64_t count() const { return committed_.size(); }

 private:
  World& world_;
  Quorum quorum_;
  std::vector<Applied> committed_;  ///< The state behind each.
  std::map<Epoch, ServerId> leaders_;
  std::map<Zxid, std::uint64_t> proposed_;  ///< By chain.
  std::set<std::uint64_t> executed_;        ///< Sequence numbers of writes.
};

}  // namespace quorate::sim
