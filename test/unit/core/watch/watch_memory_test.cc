// Goal: watches cost what the contract says.
// Method: this program counts every byte that it has from the allocator, the allocator's rounding
// and 8 bytes of bookkeeping for each block included.
#include <doctest/doctest.h>
#include <malloc.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "core/watch/watch_table.h"

namespace {
std::atomic<std::size_t> live_bytes{0};
}  // namespace

// NOLINTBEGIN(cppcoreguidelines-no-malloc, misc-new-delete-overloads)
void* operator new(std::size_t size) {
  void* block = std::malloc(size);
  if (block == nullptr) std::abort();
  live_bytes += malloc_usable_size(block) + 8;
  return block;
}
void operator delete(void* block) noexcept {
  if (block == nullptr) return;
  live_bytes -= malloc_usable_size(block) + 8;
  std::free(block);
}
void operator delete(void* block, std::size_t /*size*/) noexcept { operator delete(block); }
// NOLINTEND(cppcoreguidelines-no-malloc, misc-new-delete-overloads)

namespace quorate {
namespace {

constexpr std::size_t watches = 200'000;

std::string path_of(std::uint64_t i) {
  return "/applications/inventory/instances/node-" + std::to_string(1'000'000 + i);
}

/// Bytes per watch, the bytes of each distinct path taken off.
double bytes_per_watch(std::uint64_t connections, std::uint64_t paths) {
  const std::size_t before = live_bytes;
  WatchTable table(7);
  const std::size_t empty = live_bytes;
  const std::uint64_t per_path = watches / paths;
  std::size_t path_bytes = 0;
  std::uint64_t next = 0;
  for (std::uint64_t p = 0; p < paths; ++p) {
    const std::string path = path_of(p);
    path_bytes += path.size();
    for (std::uint64_t i = 0; i < per_path; ++i) {
      table.add_data(ConnectionSerial{1 + next++ % connections}, path);
    }
  }
  CHECK(table.size() == watches);
  CHECK(empty - before < 64);
  const double used = static_cast<double>(live_bytes - empty - path_bytes);
  return used / static_cast<double>(watches);
}

TEST_CASE("200,000 watches of shared paths take at most 64 bytes each") {
  const double thousand_paths = bytes_per_watch(10'000, 1'000);
  const double few_paths = bytes_per_watch(10'000, 20);

  MESSAGE("10,000 connections on 1,000 paths: " << thousand_paths << " bytes per watch");
  MESSAGE("10,000 connections on 20 paths: " << few_paths << " bytes per watch");
  CHECK(thousand_paths <= 64);
  CHECK(few_paths <= 64);
}

TEST_CASE("200,000 watches of as many paths take at most 72 bytes each beside the path") {
  const double by_ten_thousand = bytes_per_watch(10'000, 200'000);
  const double by_two = bytes_per_watch(2, 200'000);

  MESSAGE("10,000 connections on 200,000 paths: " << by_ten_thousand << " bytes per watch");
  MESSAGE("2 connections on 200,000 paths: " << by_two << " bytes per watch");
  CHECK(by_ten_thousand <= 72);
  CHECK(by_two <= 72);
}

TEST_CASE("watches that are gone leave nothing behind but small tables") {
  WatchTable table(7);
  const std::size_t before = live_bytes;
  for (std::uint64_t i = 0; i < watches; ++i) table.add_data(ConnectionSerial{i % 100}, path_of(i));
  for (std::uint64_t i = 0; i < 100; ++i) table.remove_connection(ConnectionSerial{i});

  CHECK(table.size() == 0);
  CHECK(live_bytes - before < watches * 24);
}

}  // namespace
}  // namespace quorate
