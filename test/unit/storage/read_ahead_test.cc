#include "storage/read_ahead.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>

namespace quorate {
namespace {

TEST_CASE("every pair is visited in order, on the calling thread") {
  constexpr int pairs = 20'000;
  const auto read = [](const PairVisitor& give) {
    for (int i = 0; i < pairs; ++i) {
      const std::string value(static_cast<std::size_t>(i % 97), 'v');
      if (Status given = give(std::to_string(i), value); !given) return given;
    }
    return Status{};
  };
  const auto here = std::this_thread::get_id();
  int next = 0;

  const Status done = read_ahead(read, [&](std::string_view key, std::string_view value) {
    CHECK(std::this_thread::get_id() == here);
    CHECK(key == std::to_string(next));
    CHECK(value.size() == static_cast<std::size_t>(next % 97));
    ++next;
    return Status{};
  });

  CHECK(done.ok());
  CHECK(next == pairs);
}

TEST_CASE("a pair longer than a chunk passes whole, and no pair is no chunk") {
  const std::string big(std::size_t{3} << 20, 'b');
  std::size_t seen = 0;
  const Status done = read_ahead([&](const PairVisitor& give) { return give("k", big); },
                                 [&](std::string_view, std::string_view value) {
                                   seen += value.size();
                                   return Status{};
                                 });
  CHECK(done.ok());
  CHECK(seen == big.size());
  CHECK(read_ahead([](const PairVisitor&) { return Status{}; },
                   [](std::string_view, std::string_view) {
                     return Status{ErrorCode::damaged, "visited nothing"};
                   })
            .ok());
}

TEST_CASE("an error of the visitor stops the reader, which has read little further") {
  std::atomic<int> read_pairs = 0;
  const auto read = [&](const PairVisitor& give) {
    for (;;) {
      ++read_pairs;
      if (Status given = give("key", std::string(1'000, 'x')); !given) return given;
    }
  };
  int visited = 0;

  const Status done = read_ahead(read, [&](std::string_view, std::string_view) {
    return ++visited == 10 ? Status{ErrorCode::no_node, "enough"} : Status{};
  });

  CHECK(done.code() == ErrorCode::no_node);
  CHECK(visited == 10);
  CHECK(read_pairs < 10'000);
}

TEST_CASE("an error of the reader comes after the pairs before it") {
  int visited = 0;
  const Status done = read_ahead(
      [](const PairVisitor& give) {
        for (int i = 0; i < 1'000; ++i) {
          if (Status given = give("key", std::string(1'000, 'x')); !given) return given;
        }
        return Status{ErrorCode::damaged, "a block is broken"};
      },
      [&](std::string_view, std::string_view) {
        ++visited;
        return Status{};
      });
  CHECK(done.code() == ErrorCode::damaged);
  // Whole chunks before the damage; the rest is of no use, for the image is.
  CHECK(visited > 500);
}

}  // namespace
}  // namespace quorate
