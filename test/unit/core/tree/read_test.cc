// Reads: what is shown to whom, in which order, and within which bounds.
#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>
#include <utility>

#include "core/tree/state.h"
#include "test/unit/core/tree/ensemble.h"

namespace quorate {
namespace {

using namespace quorate::test;

constexpr std::size_t roomy = 1 << 20;

ListChildren list_of(const char* path) {
  ListChildren request;
  request.path = path;
  return request;
}

std::vector<std::string> names_of(const ListReply& reply) {
  std::vector<std::string> names;
  for (const ListedChild& child : reply.children) names.push_back(child.name);
  return names;
}

TEST_CASE("getData shares the bytes that were set") {
  Ensemble e;
  const Blob data("shared");
  Create create = create_of("/a");
  create.data = data;
  e.apply(create);

  const auto reply = e.state.get_data("/a", {});

  REQUIRE(reply.ok());
  CHECK(reply->data.data() == data.data());
  CHECK(reply->stat == e.stat("/a"));
}

TEST_CASE("reads ask for the node and then for READ") {
  Ensemble e;
  e.create_with_acl("/locked", acl_of(perms::write, "world", "anyone"));

  CHECK(e.state.get_data("/missing", {}).code() == ErrorCode::no_node);
  CHECK(e.state.get_data("/locked", {}).code() == ErrorCode::no_auth);
  CHECK(e.state.exists("/missing", {}).code() == ErrorCode::no_node);
  CHECK(e.state.exists("/locked", {}).code() == ErrorCode::no_auth);
  CHECK(e.state.exists(std::string("/a\0", 3), {}).code() == ErrorCode::bad_arguments);
  CHECK(e.state.get_children("/missing", {}, roomy).code() == ErrorCode::no_node);
  CHECK(e.state.get_children("/locked", {}, roomy).code() == ErrorCode::no_auth);
  CHECK(e.state.list_children(list_of("/locked"), {}, roomy).code() == ErrorCode::no_auth);
  CHECK(e.state.count_descendants("/missing", {}).code() == ErrorCode::no_node);
  CHECK(e.state.count_descendants("/locked", {}).code() == ErrorCode::no_auth);
}

TEST_CASE("odd paths of reads simply name nothing") {
  Ensemble e;
  e.create("/a");

  for (const char* path : {"", "a", "//", "/a/", "//a", "/./a", "/a//", "zookeeper"}) {
    CAPTURE(path);
    CHECK(e.state.get_data(path, {}).code() == ErrorCode::no_node);
  }
  CHECK(e.state.get_data("/", {}).ok());
}

TEST_CASE("whoever may READ or ADMIN sees the ACL, but hashes only with ADMIN") {
  Ensemble e;
  const Acl acl = {AclEntry{perms::read, "digest", "ann:hash"},
                   AclEntry{perms::admin, "digest", "ben:hash"},
                   AclEntry{perms::write, "world", "anyone"}};
  e.create_with_acl("/a", acl);
  const std::vector<Identity> ann{digest_identity("ann")};
  const std::vector<Identity> ben{digest_identity("ben")};

  CHECK(e.state.get_acl("/missing", {}).code() == ErrorCode::no_node);
  CHECK(e.state.get_acl("/a", {}).code() == ErrorCode::no_auth);
  REQUIRE(e.state.get_acl("/a", ann).ok());
  CHECK(e.state.get_acl("/a", ann)->acl == masked(acl));
  REQUIRE(e.state.get_acl("/a", ben).ok());
  CHECK(e.state.get_acl("/a", ben)->acl == acl);
}

TEST_CASE("children are listed in the order of their bytes") {
  Ensemble e;
  for (const char* name : {"b", "a", "\xc3\xa9", "B", "a0"}) e.create(std::string("/") + name);

  const auto reply = e.state.get_children("/", {}, roomy);

  REQUIRE(reply.ok());
  CHECK(reply->names == std::vector<std::string>{"B", "a", "a0", "b", "zookeeper", "\xc3\xa9"});
  CHECK(reply->stat == e.stat("/"));
}

TEST_CASE("a list of children that might not fit into a reply is refused, a page ends earlier") {
  Ensemble e;
  e.create("/p");
  for (int i = 0; i < 100; ++i) e.create("/p/child-" + std::to_string(1000 + i));

  CHECK(e.state.get_children("/p", {}, 2'000).code() == ErrorCode::reply_too_large);
  const auto page = e.state.list_children(list_of("/p"), {}, 2'000);
  REQUIRE(page.ok());
  CHECK(page->more);
  CHECK(page->children.size() > 10);
  CHECK(page->children.size() < 100);
}

TEST_CASE("pages of any size show every child once, in order") {
  Ensemble e;
  e.create("/p");
  for (int i = 0; i < 700; ++i) e.create("/p/" + std::to_string((i * 37) % 700));
  const auto all = e.state.get_children("/p", {}, roomy)->names;

  for (const std::uint32_t limit : {1U, 7U, 128U, 699U, 700U, 701U}) {
    CAPTURE(limit);
    std::vector<std::string> paged;
    ListChildren request = list_of("/p");
    request.limit = limit;
    bool more = true;
    while (more) {
      const auto page = e.state.list_children(request, {}, roomy);
      REQUIRE(page.ok());
      for (const std::string& name : names_of(*page)) paged.push_back(name);
      more = page->more;
      if (more) request.start_after = paged.back();
    }
    CHECK(paged == all);
  }
}

TEST_CASE("a page starts behind a name that need not exist") {
  Ensemble e;
  for (const char* path : {"/p", "/p/a", "/p/c", "/p/e"}) e.create(path);
  const auto behind = [&](const char* name) {
    ListChildren request = list_of("/p");
    request.start_after = name;
    return names_of(*e.state.list_children(request, {}, roomy));
  };

  CHECK(behind("a") == std::vector<std::string>{"c", "e"});
  CHECK(behind("b") == std::vector<std::string>{"c", "e"});
  CHECK(behind("e").empty());
  CHECK(behind("z").empty());
  CHECK(behind("A").size() == 3);
}

TEST_CASE("a page shows stats and data when asked, and only what the reader may READ") {
  Ensemble e;
  e.create("/p");
  e.create("/p/open", "data");
  e.create_with_acl("/p/sealed", acl_of(perms::write, "world", "anyone"));
  ListChildren request = list_of("/p");
  request.with_stat = true;
  request.with_data = true;

  const auto page = e.state.list_children(request, {}, roomy);

  REQUIRE(page.ok());
  REQUIRE(page->children.size() == 2);
  CHECK(page->children[0].data.text() == "data");
  CHECK(page->children[0].stat == e.stat("/p/open"));
  CHECK(page->children[0].readable);
  CHECK_FALSE(page->children[1].readable);
  CHECK(page->children[1].stat == Stat{});
}

TEST_CASE("a child too large for any page is an error, not an endless loop") {
  Ensemble e;
  e.create("/p");
  e.create("/p/big", std::string(5'000, 'x'));
  ListChildren request = list_of("/p");
  request.with_data = true;

  CHECK(e.state.list_children(request, {}, 4'000).code() == ErrorCode::reply_too_large);
  CHECK(e.state.list_children(request, {}, 6'000).ok());
}

TEST_CASE("descendants are counted at any depth") {
  Ensemble e;
  for (const char* path : {"/a", "/a/b", "/a/b/c", "/d"}) e.create(path);

  CHECK(e.state.count_descendants("/a", {})->count == 2);
  CHECK(e.state.count_descendants("/a/b/c", {})->count == 0);
  CHECK(e.state.count_descendants("/", {})->count == e.state.tree().size() - 1);
}

TEST_CASE("a session's ephemerals are found by a plain prefix of their path") {
  Ensemble e;
  e.create("/p");
  for (const char* path : {"/p/b", "/p/a", "/px"}) e.create(path, {}, CreateMode::ephemeral);
  const auto paths = [&](const char* prefix) {
    return e.state.get_ephemerals(alice, prefix, roomy)->paths;
  };

  CHECK(paths("") == std::vector<std::string>{"/p/a", "/p/b", "/px"});
  CHECK(paths("/").size() == 3);
  CHECK(paths("  ").size() == 3);
  CHECK(paths("/p") == std::vector<std::string>{"/p/a", "/p/b", "/px"});
  CHECK(paths("/p/") == std::vector<std::string>{"/p/a", "/p/b"});
  CHECK(paths("/q").empty());
  CHECK(e.state.get_ephemerals(bob, "", roomy)->paths.empty());
  CHECK(e.state.get_ephemerals(alice, "", 90).code() == ErrorCode::reply_too_large);
}

TEST_CASE("the reads of a multiRead succeed and fail each on its own") {
  Ensemble e;
  e.create("/a", "x");
  e.create_with_acl("/locked", acl_of(perms::write, "world", "anyone"));

  const auto reply = e.state.multi_read(
      MultiRead{{GetData{"/a"}, GetData{"/missing"}, GetChildren{"/"}, GetChildren{"/locked"}}}, {},
      roomy);

  REQUIRE(reply.ok());
  REQUIRE(reply->results.size() == 4);
  CHECK(std::get<DataReply>(reply->results[0].body).data.text() == "x");
  CHECK(reply->results[1].error == ErrorCode::no_node);
  CHECK(std::get<ChildrenReply>(reply->results[2].body).names.size() == 3);
  CHECK(reply->results[3].error == ErrorCode::no_auth);
}

TEST_CASE("a multiRead that might not fit into a reply is refused as a whole") {
  Ensemble e;
  e.create("/a", std::string(1'000, 'x'));
  const MultiRead request{std::vector<MultiReadOp>(5, GetData{"/a"})};

  CHECK(e.state.multi_read(request, {}, 4'000).code() == ErrorCode::reply_too_large);
  CHECK(e.state.multi_read(request, {}, 10'000).ok());
}

TEST_CASE("a missing node hides nothing") {
  Ensemble e;
  e.create_with_acl("/locked", acl_of(perms::write, "world", "anyone"));

  CHECK(e.state.may_read("/missing", {}));
  CHECK(e.state.may_read("/", {}));
  CHECK_FALSE(e.state.may_read("/locked", {}));
}

TEST_CASE("a state can be moved and goes on") {
  Ensemble e;
  Create with_ttl = create_of("/t", {}, CreateMode::ttl);
  with_ttl.ttl_ms = 5;
  e.apply(with_ttl);
  e.create("/e", "x", CreateMode::ephemeral);
  const std::uint64_t digest = e.state.digest();

  State moved = std::move(e.state);
  moved.check_invariants();
  CHECK(moved.digest() == digest);
  CHECK(moved.apply(e.txn(alice, 1, Delete{"/t"})).error == ErrorCode::ok);
  e.state = std::move(moved);
  e.state.check_invariants();
  CHECK(e.create("/f") == ErrorCode::ok);
}

}  // namespace
}  // namespace quorate
