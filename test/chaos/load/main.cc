// Works on an ensemble with many clients and writes down everything they did and saw, for the
// checkers in test/chaos. Ends after --seconds, or when told to by SIGTERM; then reads all
// registers once more.
//
// Exit code 0 when it worked to the end, 1 when it could not, or was told what no server should
// say; 2 when the arguments are not understood.
#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "test/chaos/load/worker_tools.h"
#include "test/chaos/load/workers.h"

namespace {

using namespace quorate::chaos;

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

std::atomic<bool> stopping = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set it");

struct Words {
  SessionOptions session;
  std::int64_t session_timeout_ms = 4000;
  std::string history;
  std::string abandon;
  double seconds = 60;
  double rate = 40;
  std::uint64_t seed = 1;
  std::uint64_t lines_max = 1'000'000;
  int registers = 6;
  int sequences = 2;
  int owners = 2;
  int observers = 2;
  int watchers = 3;
};

void add_options(CLI::App& app, Words& words) {
  app.add_option("--endpoints", words.session.endpoints, "of all servers")->required();
  app.add_option("--history", words.history, "the file that is appended to")->required();
  app.add_option("--seconds", words.seconds, "after which it ends by itself");
  app.add_option("--rate", words.rate, "operations of one worker in a second, at most");
  app.add_option("--seed", words.seed, "of what the workers do");
  app.add_option("--lines-max", words.lines_max, "of the history, after which it ends by itself");
  app.add_option("--session-timeout-ms", words.session_timeout_ms, "of all sessions");
  app.add_option("--registers", words.registers, "workers on registers");
  app.add_option("--sequences", words.sequences, "workers that create sequential nodes");
  app.add_option("--owners", words.owners, "workers whose sessions own ephemerals");
  app.add_option("--observers", words.observers, "workers that look at ephemerals");
  app.add_option("--watchers", words.watchers, "workers that watch registers");
  app.add_option("--abandon", words.abandon, "be one client of this name, and vanish");
}

/// Runs all workers until the time is over.
void work(const Run& run, Registers& registers, const Words& words) {
  std::vector<std::thread> threads;
  const auto start = [&threads](int count, const std::function<void(int)>& worker) {
    for (int number = 1; number <= count; ++number) threads.emplace_back(worker, number);
  };
  start(words.registers, [&](int number) { run_registers(run, registers, number); });
  start(words.sequences, [&](int number) { run_sequence(run, number); });
  start(words.owners, [&](int number) { run_ephemerals(run, number); });
  start(words.observers, [&](int number) { run_observer(run, number); });
  start(words.watchers, [&](int number) { run_watches(run, registers, number); });
  const auto deadline = now_ns() + std::int64_t(words.seconds * 1e9);
  while (run.goes_on() && now_ns() < deadline) Pace::sleep(0.05);
  stopping = true;
  for (std::thread& thread : threads) thread.join();
}

int run(const Words& words) {
  auto history = History::open(words.history, words.lines_max);
  if (!history.ok()) {
    std::fprintf(stderr, "chaos_load: %s\n", history.error().text.c_str());
    return exit_failed;
  }
  Totals totals;
  Run run{*history, totals, stopping, words.session, words.history};
  run.options.session_timeout = std::chrono::milliseconds(words.session_timeout_ms);
  run.rate = words.rate;
  run.seed = words.seed;
  run.started_ns = now_ns();
  if (!words.abandon.empty()) run_abandoned(run, words.abandon);

  if (!prepare(run)) {
    std::fprintf(stderr, "chaos_load: the ensemble does not serve\n");
    return exit_failed;
  }
  Registers registers(run.started_ns);
  work(run, registers, words);
  const bool read = read_all(run, registers);
  std::printf("operations %lu acknowledged %lu unknown %lu insane %lu%s\n",
              totals.operations.load(), totals.acknowledged.load(), totals.unknown.load(),
              totals.insane.load(), read ? "" : ", and the registers could not be read at the end");
  return read && totals.insane == 0 ? 0 : exit_failed;
}

}  // namespace

int main(int argc, char** argv) {
  Words words;
  CLI::App app("Works on an ensemble and writes a history of it.", "chaos_load");
  add_options(app, words);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }
  for (const int signal : {SIGTERM, SIGINT}) std::signal(signal, [](int) { stopping = true; });
  return run(words);
}
