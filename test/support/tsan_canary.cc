// Planted races that must be reported, each by its name: they show that ThreadSanitizer watches,
// and that what the tests tell it about CAF and RocksDB hides nothing of ours. Never mend them.
//   tsan_canary DIRECTORY
#include <rocksdb/db.h>

#include <atomic>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <memory>
#include <string>
#include <thread>

namespace {

int plain = 0;
int beside_write = 0;
int handed_over = 0;

[[gnu::noinline]] void planted_race() { ++plain; }
[[gnu::noinline]] void planted_race_beside_rocksdb() { ++beside_write; }
[[gnu::noinline]] void planted_race_beside_caf() { ++handed_over; }

// Where both sides meet without being put in order: what the libraries lock before and after must
// not order the race by accident.
std::atomic<int> written = 0;

void arrive_and_wait(std::atomic<int>& arrived, int all) {
  arrived.fetch_add(1, std::memory_order_relaxed);
  while (arrived.load(std::memory_order_relaxed) < all) std::this_thread::yield();
}

template <class Function>
void on_two_threads(Function function) {
  std::thread first(function);
  std::thread second(function);
  first.join();
  second.join();
}

bool write_and_race(const std::string& directory) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(options, directory, &opened).ok()) return false;
  const std::unique_ptr<rocksdb::DB> database(opened);
  on_two_threads([&] {
    rocksdb::WriteBatch batch;
    // Only what comes behind it matters.
    if (batch.Put("key", "value").ok()) database->Write({}, &batch).PermitUncheckedError();
    arrive_and_wait(written, 2);
    planted_race_beside_rocksdb();
  });
  return true;
}

caf::behavior racer(caf::event_based_actor*, std::atomic<int>* handled) {
  return {[handled](int) {
    planted_race_beside_caf();
    handled->fetch_add(1, std::memory_order_relaxed);
  }};
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) return 2;
  on_two_threads(planted_race);
  if (!write_and_race(words[1])) return 1;
  caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("sharing"));  // As the server does.
  caf::actor_system system(config);
  std::atomic<int> handled = 0;
  const caf::actor actor = system.spawn(racer, &handled);
  caf::anon_send(actor, 1);
  arrive_and_wait(handled, 2);
  planted_race_beside_caf();
  return 0;
}
