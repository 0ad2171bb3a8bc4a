#include "test/chaos/load/workers.h"

#include <map>
#include <string>

#include "test/chaos/load/worker_tools.h"

namespace quorate::chaos {
namespace {

using nlohmann::json;

constexpr double patience_seconds = 60;

}  // namespace

Registers::Pick Registers::pick(std::mt19937_64& random) {
  const std::uint64_t number = random() % at_a_time;
  const std::int64_t generation = (now_ns() - started_ns_) / lifetime_ns;
  std::string key =
      std::string(registers_path) + "/" + std::to_string(generation) + "-" + std::to_string(number);
  const std::lock_guard lock(mutex_);
  used_.insert(key);
  return {std::move(key), number == 0};
}

std::set<std::string> Registers::all_used() {
  const std::lock_guard lock(mutex_);
  return used_;
}

void run_registers(const Run& run, Registers& registers, int worker) {
  Pace pace(run, "registers", worker);
  LastingSession session(run, "registers", worker);
  std::map<std::string, std::int32_t> versions;  // As last seen here.
  std::uint64_t number = 0;
  while (run.goes_on()) {
    const Registers::Pick picked = registers.pick(pace.random());
    const std::string& key = picked.key;
    const std::string value = "r" + std::to_string(worker) + "." + std::to_string(++number);
    RecordedSession& client = session.get();
    const std::uint64_t dice = pace.below(100);
    json result;
    if (!versions.contains(key) || (picked.may_be_deleted && dice < 10)) {
      result = client.create("create", key, value, CreateMode::persistent);
    } else if (picked.may_be_deleted && dice < 18) {
      result = client.remove(key);
    } else if (dice < 40) {
      result = client.set(key, value);
    } else if (dice < 65) {
      result = client.compare_and_set(key, value, versions[key]);
    } else if (dice < 85) {
      result = client.sync_read(key);
    } else {
      result = client.read(key);
    }
    if (versions.size() > 64) versions.clear();
    if (result.contains("version")) versions[key] = result["version"];
    if (result.value("error", "") == "node_exists") versions.try_emplace(key, 0);
    pace.pause();
  }
}

void run_sequence(const Run& run, int worker) {
  Pace pace(run, "sequence", worker);
  LastingSession session(run, "sequence", worker);
  std::uint64_t number = 0;
  while (run.goes_on()) {
    const std::string value = "s" + std::to_string(worker) + "." + std::to_string(++number);
    session.get().create("sequence", std::string(sequence_path) + "/n-", value,
                         CreateMode::persistent_sequential);
    pace.pause();
  }
}

void run_watches(const Run& run, Registers& registers, int worker) {
  constexpr int reads_per_watch_max = 40;
  Pace pace(run, "watches", worker);
  LastingSession session(run, "watches", worker);
  while (run.goes_on()) {
    RecordedSession& client = session.get();
    const std::string key = registers.pick(pace.random()).key;
    const auto watch = client.watch(key);
    // Until the event is here, whoever reads the node must not see the change.
    for (int reads = 0; watch && reads < reads_per_watch_max && !client.has_fired(*watch);
         ++reads) {
      if (!run.goes_on() || client.is_over()) break;
      client.read(reads % 4 == 3 ? registers.pick(pace.random()).key : key);
      pace.pause();
    }
    pace.pause();
  }
}

bool read_all(const Run& run, Registers& registers) {
  LastingSession session(run, "final", 0);
  const std::int64_t deadline = now_ns() + std::int64_t(patience_seconds * 1e9);
  for (const std::string& key : registers.all_used()) {
    while (session.get().sync_read(key).contains("unknown")) {
      if (now_ns() > deadline) return false;
      Pace::sleep(0.1);
    }
  }
  return true;
}

bool prepare(const Run& run) {
  LastingSession session(run, "prepare", 0);
  const std::int64_t deadline = now_ns() + std::int64_t(patience_seconds * 1e9);
  for (const char* path : {"/chaos", registers_path, sequence_path, ephemerals_path}) {
    while (!session.get().ensure(path).ok()) {
      if (now_ns() > deadline) return false;
      Pace::sleep(0.1);
    }
  }
  return true;
}

}  // namespace quorate::chaos
