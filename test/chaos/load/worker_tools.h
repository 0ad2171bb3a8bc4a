// What the workers have in common: pauses, and a session that is replaced when it has ended.
#pragma once

#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "test/chaos/load/workers.h"

namespace quorate::chaos {

/// Numbers and pauses of one worker.
class Pace {
 public:
  Pace(const Run& run, const std::string& role, int worker)
      : run_(run),
        random_(run.seed * 1000003 + std::hash<std::string>{}(role) + unsigned(worker)) {}

  [[nodiscard]] std::mt19937_64& random() { return random_; }
  /// 0 to limit - 1.
  std::uint64_t below(std::uint64_t limit) {
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(random_);
  }
  /// Sleeps so that the rate is kept on average.
  void pause() { sleep(std::uniform_real_distribution<double>(0, 2 / run_.rate)(random_)); }
  static void sleep(double seconds) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  }

 private:
  const Run& run_;
  std::mt19937_64 random_;
};

/// The session of a worker; a new one, under a new name, when the last has ended.
class LastingSession {
 public:
  LastingSession(const Run& run, std::string role, int worker)
      : run_(run), name_(std::move(role) + "-" + std::to_string(worker)) {}

  RecordedSession& get() {
    if (session_ == nullptr || session_->is_over()) renew();
    return *session_;
  }
  void renew() {
    session_.reset();
    session_ = std::make_unique<RecordedSession>(
        run_.history, run_.totals, name_ + "." + std::to_string(++number_), run_.options);
  }

 private:
  const Run& run_;
  const std::string name_;
  int number_ = 0;
  std::unique_ptr<RecordedSession> session_;
};

}  // namespace quorate::chaos
