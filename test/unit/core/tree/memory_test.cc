// Memory of the state, counted at the allocator: what is asked for, and what it really takes.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "core/tree/state.h"
#include "test/unit/core/tree/ensemble.h"

namespace {

std::atomic<std::size_t> bytes_held{0};   // As asked for.
std::atomic<std::size_t> bytes_taken{0};  // With what the allocator adds.
std::atomic<std::size_t> allocations{0};

constexpr std::size_t allocator_header = 8;
constexpr std::size_t size_offset = 16;

}  // namespace

// Every block remembers its size in front of it, so that both sums are exact with any allocator.
void* operator new(std::size_t size) {
  char* block = static_cast<char*>(std::malloc(size + size_offset));
  if (block == nullptr) std::abort();
  *reinterpret_cast<std::size_t*>(block) = size;
  bytes_held += size;
  // What the block would take without our own header: glibc's 8 bytes, rounded up to 16, 32 at
  // least.
  bytes_taken += std::max<std::size_t>(32, (size + allocator_header + 15) / 16 * 16);
  ++allocations;
  return block + size_offset;
}

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  char* block = static_cast<char*>(memory) - size_offset;
  const std::size_t size = *reinterpret_cast<std::size_t*>(block);
  bytes_held -= size;
  bytes_taken -= std::max<std::size_t>(32, (size + allocator_header + 15) / 16 * 16);
  std::free(block);
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace quorate {
namespace {

using namespace quorate::test;

constexpr std::size_t data_bytes = 100;

std::string padded(int number) {
  std::string text = std::to_string(number);
  return std::string(6 - text.size(), '0') + text;
}

struct Figures {
  double held = 0;   ///< Per znode, name and data included.
  double taken = 0;  ///< The same with the allocator's share.
};

/// `parents` nodes with `children` each, sealed now and then as a server does.
Figures fill(State& state, int parents, int children) {
  const std::string data(data_bytes, 'x');
  const std::size_t held = bytes_held;
  const std::size_t taken = bytes_taken;
  Txn txn;
  txn.submission.origin.server = ServerId{1};
  const auto create = [&](std::string path) {
    txn.zxid = txn.zxid.next();
    txn.submission.body = create_of(std::move(path), data);
    REQUIRE(state.apply(txn).error == ErrorCode::ok);
    if (state.unsealed() > 20'000) (void)state.seal();
  };
  for (int p = 0; p < parents; ++p) {
    const std::string parent = "/p" + padded(p);
    create(parent);
    for (int c = 0; c < children; ++c) create(parent + "/c" + padded(c));
  }
  (void)state.seal();
  txn = {};
  const auto count = static_cast<double>(parents) * (children + 1);
  return {static_cast<double>(bytes_held - held) / count,
          static_cast<double>(bytes_taken - taken) / count};
}

TEST_CASE("a znode costs at most 100 bytes beyond its name and data") {
  constexpr std::size_t name_bytes = 7;
  for (const auto& shape : {std::pair{200, 999}, std::pair{1, 199'999}}) {
    CAPTURE(shape.first);
    State state(5);

    const Figures figures = fill(state, shape.first, shape.second);

    MESSAGE("bytes per znode: " << figures.held << ", with the allocator's: " << figures.taken);
    CHECK(figures.held - (name_bytes + data_bytes) <= 100);
    CHECK(figures.taken <= 260);
  }
}

TEST_CASE("a tree that was emptied gives its memory back") {
  State state(5);
  const std::size_t before = bytes_held;
  fill(state, 20, 999);
  Txn txn;
  txn.zxid = Zxid::at(Epoch{2}, 1);
  for (int p = 0; p < 20; ++p) {
    txn.zxid = txn.zxid.next();
    txn.submission.body = DeleteTree{"/p" + padded(p), 0};
    REQUIRE(state.apply(txn).error == ErrorCode::ok);
  }
  (void)state.seal();

  CHECK(state.tree().size() == reserved::all.size());
  CHECK(bytes_held - before <= 400'000);
}

TEST_CASE("getData does not allocate") {
  Ensemble e;
  e.create_with_acl("/locked", acl_of(perms::read, "digest", "ann:hash"));
  e.create("/a");
  e.create("/a/b", std::string(500, 'x'));
  const std::vector<Identity> ann{digest_identity("ann")};
  const std::size_t before = allocations;

  const bool found = e.state.get_data("/a/b", {}).ok();
  const bool allowed = e.state.get_data("/locked", ann).ok();
  const bool refused = !e.state.get_data("/locked", {}).ok();
  const bool missing = !e.state.get_data("/a/c", {}).ok();
  const std::size_t after = allocations;

  CHECK(after == before);
  CHECK((found && allowed && refused && missing));
}

}  // namespace
}  // namespace quorate
