// Runs many seeds of the ensemble simulation, or one with its trace.
//
//   zab_sim [--seeds FROM TO] [--seed N] [--fault NAME] [--trace] [--jobs N]
//
// Exit code 1 when a seed failed, 2 when the arguments are not understood.

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "test/unit/core/zab/ensemble.h"
#include "test/unit/core/zab/sim_child.h"

namespace quorate::sim {
namespace {

struct Options {
  std::uint64_t from = 1;
  std::uint64_t to = 1000;  ///< Including.
  std::uint64_t jobs = 1;
  Fault fault = Fault::none;
  bool trace = false;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The words of the command line; each is taken once.
class Words {
 public:
  Words(int count, char** words) : words_(words + 1, words + count) {}

  [[nodiscard]] bool empty() const { return next_ == words_.size(); }
  std::string_view take() { return empty() ? std::string_view{} : words_[next_++]; }
  bool take_into(std::uint64_t& value) {
    const auto found = number(take());
    if (found) value = *found;
    return found.has_value();
  }

 private:
  std::vector<std::string_view> words_;
  std::size_t next_ = 0;
};

std::optional<Options> parse(Words words) {
  Options options;
  while (!words.empty()) {
    const std::string_view word = words.take();
    bool understood = true;
    if (word == "--seeds") {
      understood = words.take_into(options.from) && words.take_into(options.to);
    } else if (word == "--seed") {
      understood = words.take_into(options.from);
      options.to = options.from;
    } else if (word == "--jobs") {
      understood = words.take_into(options.jobs) && options.jobs > 0;
    } else if (word == "--trace") {
      options.trace = true;
    } else if (word == "--fault") {
      const auto* const found = std::find(fault_names.begin(), fault_names.end(), words.take());
      understood = found != fault_names.end();
      options.fault = static_cast<Fault>(found - fault_names.begin());
    } else {
      understood = false;
    }
    if (!understood) return std::nullopt;
  }
  if (options.from > options.to) return std::nullopt;
  return options;
}

/// What all seeds together came to.
class Totals {
 public:
  explicit Totals(const Options& options) : options_(options) {}

  void add(std::uint64_t seed, const Verdict& verdict) {
    ++seeds_;
    committed_ += verdict.committed;
    elections_ += verdict.elections;
    images_ += verdict.images;
    cuts_ += verdict.cuts;
    amnesias_ += verdict.amnesias;
    divergences_ += verdict.divergences;
    if (verdict.failure) {
      ++failed_;
      clear_progress();
      std::printf("seed %llu failed: %s\n", as_printed(seed), verdict.failure->c_str());
      std::fflush(stdout);
    }
    if (is_terminal_ && seeds_ % 50 == 0) {
      std::fprintf(stderr, "\r%llu of %llu seeds, %llu failed", as_printed(seeds_),
                   as_printed(options_.to - options_.from + 1), as_printed(failed_));
    }
  }

  void print() {
    clear_progress();
    std::printf(
        "%llu seeds, %llu failed, committed %llu, elections %llu, images %llu, cuts %llu, "
        "amnesias %llu, divergences %llu\n",
        as_printed(seeds_), as_printed(failed_), as_printed(committed_), as_printed(elections_),
        as_printed(images_), as_printed(cuts_), as_printed(amnesias_), as_printed(divergences_));
  }

  [[nodiscard]] bool has_failed() const { return failed_ > 0; }

 private:
  static unsigned long long as_printed(std::uint64_t value) { return value; }
  void clear_progress() const {
    if (is_terminal_) std::fputs("\r\033[K", stderr);
  }

  Options options_;
  bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::uint64_t seeds_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t committed_ = 0;
  std::uint64_t elections_ = 0;
  std::uint64_t images_ = 0;
  std::uint64_t cuts_ = 0;
  std::uint64_t amnesias_ = 0;
  std::uint64_t divergences_ = 0;
};

/// In this process, so that the trace of a seed that aborts has been printed.
void run_traced(const Options& options, Totals& totals) {
  for (std::uint64_t seed = options.from; seed <= options.to; ++seed) {
    Plan plan{seed, options.fault, {}};
    plan.trace = [](const std::string& line) {
      std::puts(line.c_str());
      std::fflush(stdout);
    };
    totals.add(seed, run(plan));
  }
}

void run_many(const Options& options, Totals& totals) {
  std::deque<std::unique_ptr<Child>> running;
  const auto collect = [&] {
    const Verdict verdict = running.front()->wait();
    totals.add(running.front()->plan().seed, verdict);
    running.pop_front();
  };
  for (std::uint64_t seed = options.from; seed <= options.to; ++seed) {
    if (running.size() >= options.jobs) collect();
    running.push_back(std::make_unique<Child>(Plan{seed, options.fault, {}}));
  }
  while (!running.empty()) collect();
}

int main_with(const Options& options) {
  Totals totals(options);
  if (options.trace) {
    run_traced(options, totals);
  } else {
    run_many(options, totals);
  }
  totals.print();
  return totals.has_failed() ? 1 : 0;
}

}  // namespace
}  // namespace quorate::sim

int main(int count, char** words) {
  const auto options = quorate::sim::parse({count, words});
  if (!options) {
    std::fputs("zab_sim [--seeds FROM TO] [--seed N] [--fault NAME] [--trace] [--jobs N]\n",
               stderr);
    std::fputs("faults:", stderr);
    for (const std::string_view name : quorate::sim::fault_names)
      std::fprintf(stderr, " %s", std::string(name).c_str());
    std::fputs("\n", stderr);
    return 2;
  }
  return quorate::sim::main_with(*options);
}
