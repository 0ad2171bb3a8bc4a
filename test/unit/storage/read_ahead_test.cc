#include "storage/read_ahead.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>

namespace quorate {
namespace {

using Give = GiveItem<std::string>;

TEST_CASE("every item is used in order, on the calling thread") {
  constexpr int items = 20'000;
  const auto here = std::this_thread::get_id();
  int next = 0;

  const Status done = read_ahead<std::string>(
      [](const Give& give) {
        for (int i = 0; i < items; ++i) {
          if (Status given = give(std::to_string(i), 100); !given) return given;
        }
        return Status{};
      },
      [&](const std::string& item) {
        CHECK(std::this_thread::get_id() == here);
        CHECK(item == std::to_string(next++));
        return Status{};
      });

  CHECK(done.ok());
  CHECK(next == items);
}

TEST_CASE("an error of the user stops the reader, which has read little further") {
  std::atomic<int> read = 0;
  int used = 0;

  const Status done = read_ahead<std::string>(
      [&](const Give& give) {
        for (;;) {
          ++read;
          if (Status given = give("item", 1'000); !given) return given;
        }
      },
      [&](const std::string&) {
        return ++used == 10 ? Status{ErrorCode::no_node, "enough"} : Status{};
      });

  CHECK(done.code() == ErrorCode::no_node);
  CHECK(used == 10);
  CHECK(read < 10'000);
}

TEST_CASE("a reader waits for a slow user instead of filling the memory") {
  std::atomic<int> read = 0;
  int used = 0;
  int ahead_max = 0;
  const Status done = read_ahead<std::string>(
      [&](const Give& give) {
        for (int i = 0; i < 100; ++i) {
          ++read;
          if (Status given = give("a mebibyte, it says", 1 << 20); !given) return given;
        }
        return Status{};
      },
      [&](const std::string&) {
        std::this_thread::yield();
        ahead_max = std::max(ahead_max, read.load() - used++);
        return Status{};
      });
  CHECK(done.ok());
  CHECK(used == 100);
  CHECK(ahead_max <= 7);  // Four chunks wait, one is used, one is made, one waits to be put.
}

TEST_CASE("an error of the reader comes after all items before it") {
  int used = 0;
  const Status done = read_ahead<std::string>(
      [](const Give& give) {
        for (int i = 0; i < 1'000; ++i) {
          if (Status given = give("item", 1'000); !given) return given;
        }
        return Status{ErrorCode::damaged, "a block is broken"};
      },
      [&](const std::string&) {
        ++used;
        return Status{};
      });
  CHECK(done.code() == ErrorCode::damaged);
  CHECK(used == 1'000);
}

TEST_CASE("nothing to read is nothing to use") {
  const Status done = read_ahead<std::string>([](const Give&) { return Status{}; },
                                              [](const std::string&) {
                                                return Status{ErrorCode::damaged, "used nothing"};
                                              });
  CHECK(done.ok());
}

}  // namespace
}  // namespace quorate
