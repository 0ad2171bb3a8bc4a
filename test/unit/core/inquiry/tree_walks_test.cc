// Questions that look at very many nodes.
#include "test/unit/core/inquiry/inquiry_fixture.h"

namespace quorate {
namespace {

using namespace quorate::test;
using Paths = std::vector<std::string>;

FoundAnswer search(Server& server, const std::string& text, const std::string& under = "/",
                   std::size_t limit = 100, std::vector<Identity> identities = {}) {
  return answered<FoundAnswer>(server.machine,
                               SearchInquiry{text, under, limit, std::move(identities)});
}

struct Grown : Server {
  Grown() {
    identities[1] = identities_of(anna);
    connect(1);
    send(1, create("/a"), create("/a/lock-1"), create("/a/lock-1/x"), create("/b"),
         create("/b/lock-2"), owned("/b/hers", "mine"), create("/b/hers/lock-3"), create("/lock"));
    commit();
  }
};

TEST_CASE("paths that contain a text are found, parents before children") {
  Grown server;

  const auto found = search(server, "lock");

  CHECK(found.paths == Paths{"/a/lock-1", "/a/lock-1/x", "/b/lock-2", "/lock"});
  CHECK_FALSE(found.has_more);
  CHECK(found.looked_at == 10);  // With /zookeeper, its quota and its config; not what hers has.
}

TEST_CASE("what is below a node is found by who may list it") {
  Grown server;
  CHECK(search(server, "-3").paths.empty());
  CHECK(search(server, "-3", "/", 100, anna).paths == Paths{"/b/hers/lock-3"});
  CHECK(refused(server.machine, SearchInquiry{"x", "/b/hers", 9, {}}) == ErrorCode::no_auth);
  CHECK(refused(server.machine, SearchInquiry{"x", "/none", 9, {}}) == ErrorCode::no_node);
}

TEST_CASE("a search stays below where it began") {
  Grown server;
  CHECK(search(server, "lock", "/a").paths == Paths{"/a/lock-1", "/a/lock-1/x"});
  CHECK(search(server, "lock", "/lock").paths.empty());
  CHECK(search(server, "/a/lock-1", "/a").paths == Paths{"/a/lock-1", "/a/lock-1/x"});
}

TEST_CASE("a search says when there is more than it shows") {
  Grown server;
  const auto found = search(server, "lock", "/", 2);
  CHECK(found.paths == Paths{"/a/lock-1", "/a/lock-1/x"});
  CHECK(found.has_more);
}

// Goal: a search in steps finds what one in a single step would, whatever the tree looks like.
// Method: trees deep and wide; each path that is there from begin to end is found once, in order,
// although others come and go between the steps.
TEST_CASE("a search goes on where it was, although the tree changes") {
  Server server;
  server.connect(1);
  Paths expected;
  for (int i = 0; i < 12; ++i) {
    const std::string top = "/t" + std::to_string(100 + i);
    server.send(1, create(top));
    expected.push_back(top);
    std::string path = top;
    for (int depth = 0; depth < 20; ++depth) {
      path += "/d";
      server.send(1, create(path));
      expected.push_back(path);
    }
    for (int child = 0; child < 60; ++child) {
      expected.push_back(top + "/n" + std::to_string(100 + child));
      server.send(1, create(expected.back()));
    }
  }
  server.commit();
  int changes = 0;

  const auto found = answered<FoundAnswer>(server.machine, SearchInquiry{"t1", "/", 1000, {}}, [&] {
    ++changes;
    // Where it may be now, before and behind.
    server.commit_foreign(0, create("/t10" + std::to_string(changes) + "/new"));
    server.commit_foreign(0, Delete{"/t10" + std::to_string(changes - 1) + "/new"});
  });

  Paths stable;
  for (const std::string& path : found.paths)
    if (!path.ends_with("/new")) stable.push_back(path);
  CHECK(stable == expected);
  CHECK(changes > 3);
}

TEST_CASE("a search goes on when the place where it was is gone") {
  Server server;
  server.connect(1);
  server.send(1, create("/gone"));
  for (int i = 0; i < 300; ++i) server.send(1, create("/gone/n" + std::to_string(1000 + i)));
  server.send(1, create("/here"), create("/here/n"));
  server.commit();
  bool is_gone = false;

  const auto found = answered<FoundAnswer>(server.machine, SearchInquiry{"/here", "/", 9, {}}, [&] {
    if (!std::exchange(is_gone, true)) server.commit_foreign(0, DeleteTree{"/gone", 1000});
  });

  CHECK(is_gone);
  CHECK(found.paths == Paths{"/here", "/here/n"});
}

TEST_CASE("the children with the most below them come first") {
  Grown server;
  server.send(1, set("/a/lock-1/x", "12345"), set("/lock", "123"));
  server.commit();

  const auto biggest = answered<BiggestAnswer>(server.machine, BiggestInquiry{"/", 4, {}});

  using Item = BiggestAnswer::Item;
  CHECK(biggest.items ==
        std::vector<Item>{{"/b", 4, 4}, {"/a", 3, 5}, {"/zookeeper", 3, 0}, {"/lock", 1, 3}});
  CHECK(answered<BiggestAnswer>(server.machine, BiggestInquiry{"/a", 1, {}}).items ==
        std::vector<Item>{{"/a/lock-1", 2, 5}});
  CHECK(refused(server.machine, BiggestInquiry{"/b/hers", 4, {}}) == ErrorCode::no_auth);
  CHECK(refused(server.machine, BiggestInquiry{"/none", 4, {}}) == ErrorCode::no_node);
}

TEST_CASE("the biggest of very many children are found in steps") {
  Server server;
  server.connect(1);
  for (int i = 0; i < 1500; ++i)
    server.send(1, create("/n" + std::to_string(10'000 + i), std::string(1 + i % 700, 'x')));
  server.commit();

  const auto biggest = answered<BiggestAnswer>(server.machine, BiggestInquiry{"/", 3, {}});

  using Item = BiggestAnswer::Item;
  CHECK(biggest.items[0] == Item{"/zookeeper", 3, 0});
  CHECK(biggest.items[1] == Item{"/n10699", 1, 700});
  CHECK(biggest.items[2] == Item{"/n11399", 1, 700});
}

}  // namespace
}  // namespace quorate
