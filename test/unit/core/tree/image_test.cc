// Seal and load: what goes to the image, and what is believed of one.
#include <doctest/doctest.h>

#include <algorithm>
#include <type_traits>
#include <variant>

#include "core/tree/image_digest.h"
#include "core/tree/state.h"
#include "test/unit/core/tree/ensemble.h"
#include "test/unit/core/tree/image_store.h"

namespace quorate {
namespace {

using namespace quorate::test;

template <class Record>
std::vector<Record> all_of(const ImageChanges& sealed) {
  std::vector<Record> found;
  for (const ImageChange& change : sealed.changes) {
    if (const auto* record = std::get_if<Record>(&change)) found.push_back(*record);
  }
  return found;
}

template <class Record>
const Record* at(const std::vector<Record>& records, std::string_view path) {
  const auto found = std::find_if(records.begin(), records.end(),
                                  [&](const Record& record) { return record.path == path; });
  return found == records.end() ? nullptr : &*found;
}

TEST_CASE("the first seal holds a whole image") {
  State state(1);

  const ImageChanges sealed = state.seal();

  CHECK(all_of<ImageNode>(sealed).size() == reserved::all.size());
  CHECK(all_of<ImageAcl>(sealed).size() == 2);
  CHECK(all_of<ImageSettings>(sealed).size() == 1);
  CHECK(sealed.digest == state.digest());
  CHECK(state.unsealed() == 0);
  CHECK(state.seal().changes.empty());
}

TEST_CASE("a seal gives what changed, once") {
  Ensemble e;
  e.create("/a", "1");
  e.create("/a/b");
  (void)e.state.seal();

  e.apply(SetData{"/a", blob("2")});
  e.apply(SetData{"/a", blob("3")});
  e.create("/a/c", "new");
  e.apply(Delete{"/a/b"});
  const std::size_t announced = e.state.unsealed();
  const ImageChanges sealed = e.state.seal();

  CHECK(sealed.is_last);
  CHECK(sealed.zxid == e.zxid);
  CHECK(sealed.time_ms == e.now_ms);
  CHECK(all_of<ImageNode>(sealed).size() == 2);
  CHECK(at(all_of<ImageNode>(sealed), "/a")->version == 2);
  CHECK(at(all_of<ImageData>(sealed), "/a")->data.text() == "3");
  CHECK(at(all_of<ImageData>(sealed), "/a/c")->data.text() == "new");
  CHECK(all_of<ImageNodeGone>(sealed) == std::vector<ImageNodeGone>{{"/a/b"}});
  CHECK(sealed.changes.size() == 5);
  CHECK(announced == 3);  // Two znodes and a path that is gone.
}

TEST_CASE("a seal in slices gives the state in which it began") {
  Ensemble e;
  for (const char* path : {"/a", "/b", "/c", "/d", "/e"}) e.create(path, "old");
  (void)e.state.seal();
  for (const char* path : {"/a", "/b", "/c", "/d"}) e.apply(SetData{path, blob("sealed")});
  e.apply(Delete{"/e"});
  const std::uint64_t digest = e.state.digest();
  const Zxid zxid = e.zxid;
  e.state.begin_seal();
  CHECK(e.state.unsealed() == 0);

  std::vector<ImageChanges> slices{e.state.seal_some(2)};  // /a is given.
  e.apply(SetData{"/a", blob("later")});
  e.apply(SetData{"/b", blob("later")});
  e.apply(Delete{"/c"});
  e.create("/e", "again");
  while (!slices.back().is_last) slices.push_back(e.state.seal_some(2));

  std::map<std::string, std::string> data;
  std::vector<std::string> gone;
  for (const ImageChanges& slice : slices) {
    CHECK(slice.zxid == zxid);
    CHECK(slice.digest == digest);
    for (const auto& record : all_of<ImageData>(slice)) {
      CHECK(data.emplace(record.path, record.data.text()).second);
    }
    for (const auto& record : all_of<ImageNodeGone>(slice)) gone.push_back(record.path);
  }
  CHECK(slices.size() > 3);
  CHECK(data == std::map<std::string, std::string>{
                    {"/a", "sealed"}, {"/b", "sealed"}, {"/c", "sealed"}, {"/d", "sealed"}});
  CHECK(gone == std::vector<std::string>{"/e"});

  const ImageChanges next = e.state.seal();
  CHECK(at(all_of<ImageData>(next), "/a")->data.text() == "later");
  CHECK(at(all_of<ImageData>(next), "/e")->data.text() == "again");
  CHECK(all_of<ImageNodeGone>(next) == std::vector<ImageNodeGone>{{"/c"}});
}

TEST_CASE("what is not committed does not reach the seal under way") {
  Ensemble e;
  e.create("/a", "old");
  e.state.begin_seal();
  CHECK(e.apply(Multi{{SetData{"/a", blob("undone")}, Delete{"/missing"}}}).error ==
        ErrorCode::no_node);

  ImageStore store;
  for (bool is_last = false; !is_last;) {
    const ImageChanges slice = e.state.seal_some(1);
    is_last = slice.is_last;
    store.merge(slice);
  }
  CHECK(store.data.at("/a").text() == "old");
}

TEST_CASE("a change of children alone does not write the parent's data again") {
  Ensemble e;
  e.create("/a", "data");
  (void)e.state.seal();

  e.create("/a/b");

  const ImageChanges sealed = e.state.seal();
  CHECK(at(all_of<ImageNode>(sealed), "/a") != nullptr);
  CHECK(all_of<ImageData>(sealed).empty());
}

TEST_CASE("data is sealed by reference") {
  Ensemble e;
  e.create("/a", "data");

  const ImageChanges sealed = e.state.seal();

  CHECK(at(all_of<ImageData>(sealed), "/a")->data.data() == e.state.tree().find("/a")->data.data());
}

TEST_CASE("data that becomes empty takes its record away") {
  Ensemble e;
  e.create("/a", "data");
  (void)e.state.seal();

  e.apply(SetData{"/a", Blob{}});
  CHECK(all_of<ImageDataGone>(e.state.seal()) == std::vector<ImageDataGone>{{"/a"}});
  e.apply(SetData{"/a", Blob{}});
  CHECK(all_of<ImageDataGone>(e.state.seal()).empty());
}

TEST_CASE("null data is told from empty data by the image and the digest") {
  Ensemble e;
  ImageStore store;
  e.create("/a", "data");
  e.create("/b");
  store.merge(e.state.seal());
  e.apply(SetData{"/a", Blob::null()});
  e.apply(SetData{"/b", Blob::null()});
  const auto digest_of_null = e.state.digest();
  store.merge(e.state.seal());

  State loaded(3);
  REQUIRE(store.load(loaded).ok());
  CHECK(loaded.get_data("/a", {})->data.is_null());
  CHECK(loaded.get_data("/b", {})->data.is_null());
  CHECK(loaded.digest() == digest_of_null);

  e.apply(SetData{"/a", Blob()});
  const ImageChanges sealed = e.state.seal();
  CHECK_FALSE(at(all_of<ImageNode>(sealed), "/a")->null_data);
  CHECK(all_of<ImageDataGone>(sealed).empty());
}

TEST_CASE("a node that comes and goes between two seals leaves nothing behind") {
  Ensemble e;
  (void)e.state.seal();
  for (int i = 0; i < 1'000; ++i) {
    e.create("/lock", "x", CreateMode::ephemeral);
    e.apply(Delete{"/lock"});
  }

  CHECK(e.state.unsealed() == 1);  // The root's stat.
  CHECK(all_of<ImageNodeGone>(e.state.seal()).empty());
}

TEST_CASE("a node deleted and created again replaces its records") {
  Ensemble e;
  e.create("/a", "old");
  (void)e.state.seal();

  e.apply(Delete{"/a"});
  e.create("/a");

  const ImageChanges sealed = e.state.seal();
  CHECK(all_of<ImageNodeGone>(sealed).empty());
  CHECK(at(all_of<ImageNode>(sealed), "/a")->czxid == e.zxid);
  CHECK(all_of<ImageDataGone>(sealed) == std::vector<ImageDataGone>{{"/a"}});
}

TEST_CASE("an ACL's record goes with its last node, and an id that is used again is replaced") {
  Ensemble e;
  const Acl one = acl_of(perms::read, "digest", "ann:hash");
  const Acl two = acl_of(perms::read, "digest", "ben:hash");
  e.create_with_acl("/a", one);
  const std::uint32_t id = all_of<ImageAcl>(e.state.seal()).back().id;

  e.apply(Delete{"/a"});
  CHECK(all_of<ImageAclGone>(e.state.seal()) == std::vector<ImageAclGone>{{id}});
  e.create_with_acl("/a", one);
  (void)e.state.seal();
  e.apply(Delete{"/a"});
  e.create_with_acl("/b", two);
  CHECK(all_of<ImageAcl>(e.state.seal()) == std::vector<ImageAcl>{{id, two}});
}

TEST_CASE("a session's record comes and goes with it") {
  Ensemble e;
  CHECK(all_of<ImageSession>(e.state.seal()).size() == 2);

  e.apply(CloseSession{});

  CHECK(all_of<ImageSessionGone>(e.state.seal()) == std::vector<ImageSessionGone>{{alice}});
}

TEST_CASE("a loaded image is the state it was taken from") {
  Ensemble e;
  ImageStore store;
  e.create("/a", "data");
  e.create("/a/e", {}, CreateMode::ephemeral);
  store.merge(e.state.seal());
  Create with_ttl = create_of("/t", {}, CreateMode::ttl);
  with_ttl.ttl_ms = 77;
  e.apply(with_ttl);
  e.create("/c", {}, CreateMode::container);
  e.create("/c/x");
  e.apply(Delete{"/c/x"});
  e.apply(SetAcl{"/a/e", acl_of(perms::all, "digest", "ann:hash")});
  e.create("/zookeeper/quota/a");
  e.create("/zookeeper/quota/a/zookeeper_limits", "count=2,bytes=9");
  EnsembleSettings settings;
  settings.multi_ops_max = 9;
  e.configure(settings);
  store.merge(e.state.seal());

  State loaded(99);
  REQUIRE(store.load(loaded).ok());

  loaded.check_invariants();
  CHECK(loaded.digest() == e.state.digest());
  CHECK(loaded.last_applied() == e.zxid);
  CHECK(loaded.last_time_ms() == e.now_ms);
  CHECK(loaded.settings() == settings);
  CHECK(loaded.unsealed() == 0);
  CHECK(loaded.reapable(1'000'000, 9) == std::vector<std::string>{"/c", "/t"});
  CHECK(loaded.tree().quotas().of("/a")->limits == QuotaLimits{2, 9, -1, -1});
  CHECK(loaded.tree().ephemerals_of(alice) == std::vector<std::string>{"/a/e"});
  CHECK(loaded.get_data("/a", {})->stat == e.stat("/a"));

  // And it goes on as its source does, down to the ids of ACLs.
  ImageStore other = store;
  const Txn next = e.txn(alice, 1, Multi{{Delete{"/a/e"}, create_of("/a/n")}});
  CHECK(loaded.apply(next).error == e.state.apply(next).error);
  store.merge(e.state.seal());
  other.merge(loaded.seal());
  CHECK(store == other);
}

/// A small whole image to damage.
struct Damaged {
  Damaged() {
    e.create("/a", "data");
    e.create("/a/e", {}, CreateMode::ephemeral);
    store.merge(e.state.seal());
  }
  ErrorCode load() {
    State state(3);
    return store.load(state).code();
  }
  Ensemble e;
  ImageStore store;
};

TEST_CASE("an image with a missing or altered record is damaged") {
  Damaged d;
  CHECK(d.load() == ErrorCode::ok);

  SUBCASE("a missing parent") { d.store.nodes.erase("/a"); }
  SUBCASE("a missing reserved node") { d.store.nodes.erase("/zookeeper/config"); }
  SUBCASE("a missing leaf") { d.store.nodes.erase("/a/e"); }
  SUBCASE("missing data") { d.store.data.erase("/a"); }
  SUBCASE("altered data") { d.store.data["/a"] = Blob("dato"); }
  SUBCASE("empty data") { d.store.data["/a"] = Blob{}; }
  SUBCASE("data of a node without") { d.store.nodes["/a"].null_data = true; }
  SUBCASE("null instead of empty data") { d.store.nodes["/a/e"].null_data = true; }
  SUBCASE("data of nobody") { d.store.data["/nobody"] = Blob("x"); }
  SUBCASE("a missing ACL") { d.store.acls.erase(d.store.acls.begin()); }
  SUBCASE("an ACL twice") { d.store.acls[77] = d.store.acls.begin()->second; }
  SUBCASE("an ACL with a wild id") { d.store.acls[0xFFFFFFFF] = acl_of(1, "ip", "1.2.3.4"); }
  SUBCASE("a missing session") { d.store.sessions.erase(alice); }
  SUBCASE("an additional session") { d.store.sessions[SessionId{9}] = Session{}; }
  SUBCASE("session 0") { d.store.sessions[SessionId{}] = Session{}; }
  SUBCASE("missing settings") { d.store.settings.reset(); }
  SUBCASE("altered settings") { d.store.settings->skip_acl = true; }
  SUBCASE("an altered version") { d.store.nodes["/a"].version = 5; }
  SUBCASE("a negative counter") { d.store.nodes["/a"].children_created = -1; }
  SUBCASE("two kinds at once") { d.store.nodes["/a/e"].container = true; }
  SUBCASE("a negative time to live") { d.store.nodes["/a"].ttl_ms = -1; }
  SUBCASE("too long a time to live") { d.store.nodes["/a"].ttl_ms = std::int64_t{1} << 40; }
  SUBCASE("an ephemeral root") { d.store.nodes["/"].ephemeral_owner = alice; }
  SUBCASE("an ephemeral with a child") { d.store.nodes["/a"].ephemeral_owner = alice; }
  SUBCASE("an invalid path") {
    d.store.nodes["/a/../b"] = d.store.nodes["/a"];
    d.store.nodes["/a/../b"].path = "/a/../b";
  }
  SUBCASE("another digest") { ++d.store.digest; }
  SUBCASE("no records") { d.store = ImageStore{}; }

  CHECK(d.load() == ErrorCode::damaged);
}

TEST_CASE("an image from a later feature level is refused as such") {
  Damaged d;
  d.store.settings->feature_level = 2;

  CHECK(d.load() == ErrorCode::unimplemented);
}

TEST_CASE("a record that occurs twice is damage") {
  Damaged d;
  State state(3);
  REQUIRE(d.store.load(state).ok());
  State again(4);
  for (const auto& [id, acl] : d.store.acls) REQUIRE(again.load(ImageAcl{id, acl}).ok());
  REQUIRE(again.load(d.store.nodes["/"]).ok());

  CHECK(again.load(d.store.nodes["/"]).code() == ErrorCode::damaged);
  CHECK(again.load(ImageData{"/", blob("x")}).ok());
  CHECK(again.load(ImageData{"/", blob("x")}).code() == ErrorCode::damaged);
}

/// The digest of all records of a seal, or of one altered by `alter`.
template <class Alter>
Result<std::uint64_t> digest_of(const ImageChanges& sealed, Alter alter) {
  ImageDigest digest;
  for (const auto& acl : all_of<ImageAcl>(sealed)) {
    if (Status s = digest.add(acl); !s.ok()) return s.error();
  }
  for (const ImageChange& change : sealed.changes) {
    const Status added = std::visit(
        [&](auto record) -> Status {
          using Record = decltype(record);
          if constexpr (!std::is_same_v<Record, ImageAcl> &&
                        std::is_constructible_v<ImageRecord, Record>) {
            alter(record);
            return digest.add(record);
          } else {
            return {};
          }
        },
        change);
    if (!added.ok()) return added.error();
  }
  return digest.value();
}

ImageChanges some_image() {
  Ensemble e;
  e.create("/a", "1");
  e.create("/a/b", "two");
  e.apply(SetData{"/a", blob("3")});
  return e.state.seal();
}

TEST_CASE("an image is proven by its records alone") {
  const ImageChanges sealed = some_image();

  CHECK(digest_of(sealed, [](auto&) {}).value() == sealed.digest);
}

TEST_CASE("an altered record is noticed") {
  const ImageChanges sealed = some_image();

  const auto stat = digest_of(sealed, [](auto& record) {
    if constexpr (std::is_same_v<std::decay_t<decltype(record)>, ImageNode>) {
      if (record.path == "/a/b") ++record.version;
    }
  });
  const auto data = digest_of(sealed, [](auto& record) {
    if constexpr (std::is_same_v<std::decay_t<decltype(record)>, ImageData>) {
      if (record.path == "/a/b") record.data = blob("TWO");
    }
  });
  const auto acl = digest_of(sealed, [](auto& record) {
    if constexpr (std::is_same_v<std::decay_t<decltype(record)>, ImageNode>) record.acl += 1000;
  });

  CHECK(stat.value() != sealed.digest);
  CHECK(data.value() != sealed.digest);
  CHECK(acl.code() == ErrorCode::damaged);
}

}  // namespace
}  // namespace quorate
