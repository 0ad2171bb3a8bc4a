// Questions about watches.
#include "test/unit/core/inquiry/inquiry_fixture.h"

namespace quorate {
namespace {

using namespace quorate::test;
using By = WatchesInquiry::By;
using Sort = WatchesInquiry::Sort;
using Names = std::vector<std::string>;

Names names(const WatchesAnswer& answer) {
  Names all;
  for (const WatchesItem& item : answer.items) all.push_back(item.name);
  return all;
}

/// /a is watched by three sessions, one of them in two ways; /b by two; /c by one.
struct Watching : Server {
  Watching() {
    for (const std::uint64_t n : {1, 2, 3}) {
      connect(n);
      send(n, Exists{"/a", true});
    }
    send(1, Exists{"/b", true}, AddWatch{"/a", WatchMode::persistent});
    send(2, AddWatch{"/b", WatchMode::persistent_recursive}, GetChildren{"/", true});
    send(3, Exists{"/c", true});
  }
  WatchesAnswer ask(const WatchesInquiry& asked) { return answered<WatchesAnswer>(machine, asked); }
};

TEST_CASE("paths are listed by how often they are watched") {
  Watching server;

  const auto answer = server.ask({});

  CHECK(names(answer) == Names{"/a", "/b", "/", "/c"});
  CHECK(answer.items[0].kinds == std::array<std::uint64_t, 4>{3, 0, 1, 0});
  CHECK(answer.items[0].some == Names{"0x1", "0x2", "0x3"});
  CHECK(answer.items[1].kinds == std::array<std::uint64_t, 4>{1, 0, 0, 1});
  CHECK(answer.items[2].kinds == std::array<std::uint64_t, 4>{0, 1, 0, 0});
  CHECK(answer.total == 4);
  CHECK(answer.watches == 8);
  CHECK(answer.paths == 6);
  CHECK(answer.watchers == 3);
}

TEST_CASE("sessions are listed by how much they watch") {
  Watching server;
  server.connect(4);

  const auto answer = server.ask({By::session, Sort::watches, true, "", 0, 100});

  CHECK(names(answer) == Names{"0x1", "0x2", "0x3"});
  CHECK(answer.items[1].kinds == std::array<std::uint64_t, 4>{1, 1, 0, 1});
  CHECK(answer.items[1].some == Names{"/", "/a", "/b"});
  CHECK(answer.total == 3);
}

TEST_CASE("local sessions that watch are listed too") {
  Server server({}, SessionRules{true, false, std::chrono::milliseconds{100}});
  server.shake_hands(1, 1, CreateSession{10'000, {}});
  server.send(1, Exists{"/a", true});

  const auto answer = answered<WatchesAnswer>(
      server.machine, WatchesInquiry{By::session, Sort::watches, true, "", 0, 100});

  CHECK(names(answer) == Names{"0x1"});
}

TEST_CASE("lists can be sorted by name, turned round, searched and paged") {
  Watching server;

  CHECK(names(server.ask({By::path, Sort::name, false, "", 0, 100})) ==
        Names{"/", "/a", "/b", "/c"});
  CHECK(names(server.ask({By::path, Sort::name, true, "", 0, 100})) ==
        Names{"/c", "/b", "/a", "/"});
  CHECK(names(server.ask({By::path, Sort::watches, false, "", 0, 100})) ==
        Names{"/", "/c", "/b", "/a"});
  CHECK(names(server.ask({By::path, Sort::watches, true, "", 1, 2})) == Names{"/b", "/"});
  const auto searched = server.ask({By::path, Sort::watches, true, "b", 0, 100});
  CHECK(names(searched) == Names{"/b"});
  CHECK(searched.total == 1);
  CHECK(server.ask({By::path, Sort::watches, true, "", 4, 2}).items.empty());
  CHECK(server.ask({By::path, Sort::watches, true, "", 9000, 1000}).total == 4);
}

TEST_CASE("nobody pages through everything") {
  Watching server;
  CHECK(refused(server.machine, WatchesInquiry{By::path, Sort::name, true, "", 9001, 1000}) ==
        ErrorCode::bad_arguments);
}

// Goal: the page is that of a whole list, sorted.
// Method: so many watches that all parts of the table have some.
TEST_CASE("a page of many watches is what sorting all of them would give") {
  Server server;
  std::map<std::string, std::uint64_t> counts;
  for (std::uint64_t n = 1; n <= 20; ++n) {
    server.connect(n);
    for (std::uint64_t i = n; i <= 4000; i += n) {
      const std::string path = "/n" + std::to_string(i);
      server.send(n, Exists{path, true});
      ++counts[path];
    }
  }
  Names sorted;
  for (const auto& [path, count] : counts) sorted.push_back(path);
  std::stable_sort(sorted.begin(), sorted.end(), [&](const std::string& a, const std::string& b) {
    return counts[a] > counts[b];
  });

  const auto answer = answered<WatchesAnswer>(
      server.machine, WatchesInquiry{By::path, Sort::watches, true, "", 40, 300});

  CHECK(names(answer) == Names(sorted.begin() + 40, sorted.begin() + 340));
  CHECK(answer.total == 4000);
  for (const WatchesItem& item : answer.items) {
    CHECK(item.watches() == counts[item.name]);
    CHECK(item.some.size() == std::min<std::uint64_t>(5, counts[item.name]));
  }
}

}  // namespace
}  // namespace quorate
