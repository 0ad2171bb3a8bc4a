// Questions about one node and its children.
#include "test/unit/core/inquiry/inquiry_fixture.h"

namespace quorate {
namespace {

using namespace quorate::test;

std::vector<std::string> names(const ChildrenAnswer& answer) {
  std::vector<std::string> all;
  for (const auto& [name, stat] : answer.children) all.push_back(name);
  return all;
}

/// /app with data, children /app/a (ephemeral), /app/b and /app/hers, which only anna may read.
struct Small : Server {
  Small() {
    identities[1] = identities_of(anna);
    connect(1);
    send(1, create("/app", "data"), create("/app/b", "bb"), ephemeral("/app/a"),
         owned("/app/hers", "mine"), create("/app/hers/inner"));
    commit();
  }
};

TEST_CASE("a node is shown with its stat, its ACL, its data and who watches it") {
  Small server;
  server.connect(2);
  server.send(2, get_and_watch("/app"), AddWatch{"/app", WatchMode::persistent});

  const auto node = answered<NodeAnswer>(server.machine, NodeInquiry{"/app", {}});

  CHECK(node.stat.stat.num_children == 3);
  CHECK(node.stat.kind == NodeKind::persistent);
  CHECK(node.acl == open_acl());
  CHECK(node.is_readable);
  CHECK(node.data.text() == "data");
  CHECK_FALSE(node.quota);
  CHECK(node.watchers == 2);
  const auto child = answered<NodeAnswer>(server.machine, NodeInquiry{"/app/a", {}});
  CHECK(child.stat.kind == NodeKind::ephemeral);
  CHECK(child.stat.stat.ephemeral_owner == SessionId{1});
}

TEST_CASE("data is for who may read it, and a digest for nobody") {
  Small server;

  const auto hidden = answered<NodeAnswer>(server.machine, NodeInquiry{"/app/hers", {}});
  const auto shown = answered<NodeAnswer>(server.machine, NodeInquiry{"/app/hers", anna});

  CHECK_FALSE(hidden.is_readable);
  CHECK(hidden.data.empty());
  CHECK(hidden.stat.stat.data_length == 4);
  CHECK(shown.data.text() == "mine");
  for (const NodeAnswer* node : {&hidden, &shown})
    CHECK(node->acl == Acl{{perms::all, "digest", "anna:x"}});
}

TEST_CASE("a node is shown with the quota that counts for it") {
  Small server;
  server.send(1, create("/zookeeper/quota/app"),
              create("/zookeeper/quota/app/zookeeper_limits", "count=10,bytes=-1"));
  server.commit();

  const auto node = answered<NodeAnswer>(server.machine, NodeInquiry{"/app/b", {}});

  REQUIRE(node.quota);
  CHECK(node.quota->path == "/app");
  CHECK(node.quota->limits.count == 10);
  CHECK(node.quota->usage.count == 5);
}

TEST_CASE("what is not there is said not to be there") {
  Small server;
  CHECK(refused(server.machine, NodeInquiry{"/none", {}}) == ErrorCode::no_node);
  CHECK(refused(server.machine, NodeInquiry{"none", {}}) == ErrorCode::no_node);
  CHECK(refused(server.machine, ChildrenInquiry{"/none", "", 10, {}}) == ErrorCode::no_node);
}

TEST_CASE("children come by name, in pages") {
  Small server;

  const auto first = answered<ChildrenAnswer>(server.machine, ChildrenInquiry{"/app", "", 2, {}});
  const auto second = answered<ChildrenAnswer>(server.machine, ChildrenInquiry{"/app", "b", 2, {}});

  CHECK(names(first) == std::vector<std::string>{"a", "b"});
  CHECK(first.has_more);
  CHECK(first.total == 3);
  CHECK(first.children[1].second.stat.data_length == 2);
  CHECK(names(second) == std::vector<std::string>{"hers"});
  CHECK_FALSE(second.has_more);
  CHECK(names(answered<ChildrenAnswer>(server.machine, ChildrenInquiry{"/app/b", "", 2, {}}))
            .empty());
}

TEST_CASE("names are for who may list them") {
  Small server;
  CHECK(refused(server.machine, ChildrenInquiry{"/app/hers", "", 9, {}}) == ErrorCode::no_auth);
  CHECK(
      names(answered<ChildrenAnswer>(server.machine, ChildrenInquiry{"/app/hers", "", 9, anna})) ==
      std::vector<std::string>{"inner"});
}

TEST_CASE("a page has at most a thousand children, and is made although they change meanwhile") {
  Server server;
  server.connect(1);
  for (int i = 0; i < 1200; ++i) server.send(1, create("/n" + std::to_string(10'000 + i)));
  server.commit();
  int next = 10'000;

  const auto page =
      answered<ChildrenAnswer>(server.machine, ChildrenInquiry{"/", "", 5000, {}}, [&] {
        server.commit_foreign(0, Delete{"/n" + std::to_string(next)});  // Shown already.
        next += 150;
      });

  CHECK(page.children.size() == 1000);
  CHECK(page.has_more);
  for (std::size_t i = 1; i < page.children.size(); ++i)
    CHECK(page.children[i - 1].first < page.children[i].first);
}

}  // namespace
}  // namespace quorate
