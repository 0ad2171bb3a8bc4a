// Goal: State answers and holds what the simple model does, whatever comes; its digest, counts,
// indexes and image stay those of its content; other table seeds and restarts change nothing.
// Method: random walks of txns over few names, so that they meet; a failure prints its seed.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <random>
#include <utility>

#include "core/tree/state.h"
#include "test/unit/core/tree/ensemble.h"
#include "test/unit/core/tree/image_store.h"
#include "test/unit/core/tree/model.h"

namespace quorate {
namespace {

using namespace quorate::test;

/// Makes txns, most of them sensible: half of the paths are those of `model`.
class TxnSource {
 public:
  TxnSource(std::uint32_t seed, const Model& model) : random_(seed), model_(model) {}

  Txn next() {
    Txn txn;
    txn.zxid = zxid_ = zxid_.next();
    txn.time_ms = time_ms_ += below(50);
    txn.submission.session = SessionId{1 + below(3)};
    // The connection is the session's most of the time.
    const std::uint64_t serial =
        static_cast<std::uint64_t>(below(40) == 0 ? 9 : txn.submission.session.value);
    txn.submission.origin = {ServerId{1}, Incarnation{1}, ConnectionSerial{serial}, 0};
    if (below(4) != 0) txn.submission.identities.push_back(digest_identity("ann"));
    txn.submission.body = body();
    return txn;
  }

  std::int64_t below(std::int64_t end) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
  }

 private:
  TxnBody body() {
    switch (below(24)) {
      case 0:
      case 11:
        return CreateSession{1'000, {}};
      case 1:
        return AttachSession{1'000, {}};
      case 2:
        if (below(6) != 0) return multi();
        return below(2) == 0 ? TxnBody(CloseSession{}) : TxnBody(ExpireSession{});
      case 3:
        return Reap{known_path()};
      case 4:
        return DeleteTree{known_path(), static_cast<std::uint32_t>(1 + below(9))};
      case 5:
        return SetAcl{known_path(), acl(), version()};
      case 6:
        return settings();
      case 7:
      case 8:
      case 9:
      case 10:
        return multi();
      default:
        break;
    }
    return std::visit([](const auto& op) { return TxnBody(op); }, op());
  }
  std::variant<Create, Delete, SetData> op() {
    switch (below(6)) {
      case 0:
        return Delete{known_path(), version()};
      case 1:
        return SetData{quota_path(), quota_limits(), any_version};
      case 2:
        return SetData{known_path(), data(), version()};
      default:
        return create();
    }
  }
  Multi multi() {
    Multi multi;
    for (std::int64_t left = below(6); left > 0; --left) {
      if (below(5) == 0) {
        multi.ops.emplace_back(Check{known_path(), version(), below(8) == 0});
      } else {
        std::visit([&](const auto& op) { multi.ops.emplace_back(op); }, op());
      }
    }
    if (below(20) == 0) multi.ops.emplace_back(RefusedOp{ErrorCode::invalid_acl});
    return multi;
  }
  Create create() {
    Create create;
    create.path = below(12) == 0 ? quota_path() : path();
    create.data = limited(create.path) ? quota_limits() : data();
    create.acl = below(6) == 0 ? acl() : open_acl();
    create.mode = static_cast<CreateMode>(below(7));
    if (below(2) == 0 || limited(create.path)) create.mode = CreateMode::persistent;
    if (has_ttl(create.mode)) create.ttl_ms = 1 + below(300);
    create.if_absent = !is_sequential(create.mode) && below(8) == 0;
    return create;
  }
  SetSettings settings() {
    SetSettings set;
    set.settings.skip_acl = below(6) == 0;
    set.settings.enforce_quota = below(2) == 0;
    return set;
  }
  /// Mostly of a node that is there.
  std::string known_path() {
    if (below(4) == 0) return path();
    const auto& nodes = model_.raw();
    auto node = nodes.begin();
    std::advance(node, below(static_cast<std::int64_t>(nodes.size())));
    return node->first;
  }
  /// Of a few, so that txns meet; mostly one whose parent is there.
  std::string path() {
    std::string path = below(3) == 0 ? "" : known_path();
    if (path == "/" || std::count(path.begin(), path.end(), '/') > 4) path.clear();
    for (std::int64_t depth = path.empty() ? 1 + below(2) : 1; depth > 0; --depth) {
      path += "/";
      path += static_cast<char>('a' + below(3));
    }
    return path;
  }
  std::string quota_path() {
    static const std::array<std::string, 4> paths = {
        "/zookeeper/quota/a", "/zookeeper/quota/a/zookeeper_limits", "/zookeeper/quota/a/b",
        "/zookeeper/quota/a/b/zookeeper_limits"};
    return paths[static_cast<std::size_t>(below(4))];
  }
  static bool limited(const std::string& path) { return path.ends_with("zookeeper_limits"); }
  Blob quota_limits() {
    return Blob("count=-1,bytes=-1=;countHardLimit=" + std::to_string(1 + below(6)) +
                ";byteHardLimit=" + std::to_string(below(60)));
  }
  Blob data() {
    const int size = static_cast<int>(below(21)) - 1;
    return size < 0 ? Blob::null() : Blob(std::string(static_cast<std::size_t>(size), 'x'));
  }
  std::int32_t version() {
    return below(3) != 0 ? any_version : static_cast<std::int32_t>(below(3));
  }
  Acl acl() {
    const auto granted = perms::all & ~static_cast<std::uint32_t>(1 << below(6));
    if (below(2) == 0) return acl_of(granted, "world", "anyone");
    return {AclEntry{perms::all, "digest", "ann:hash"}, AclEntry{granted, "world", "anyone"}};
  }

  std::mt19937 random_;
  const Model& model_;
  Zxid zxid_ = Zxid::at(Epoch{1}, 0);
  std::int64_t time_ms_ = 1;
};

/// How the first differing node looks; empty when there is none.
std::string difference(const State& state, const Model& model) {
  const auto expected = model.nodes();
  if (expected.size() != state.tree().size()) return "number of nodes";
  for (const auto& [path, node] : expected) {
    const Znode* real = state.tree().find(path);
    if (real == nullptr) return "missing " + path;
    if (real->stat() != node.stat) return "stat of " + path;
    if (real->data.text() != node.data) return "data of " + path;
    if (*state.tree().acl_of(*real) != node.acl) return "ACL of " + path;
    if (real->kind() != node.kind || real->ttl_ms() != node.ttl_ms) return "kind of " + path;
    if (real->children_created() != node.created) return "counter of " + path;
  }
  return {};
}

struct Walk {
  explicit Walk(std::uint32_t seed) : source(seed, model) {}

  void step() {
    const Txn txn = source.next();
    const ErrorCode expected = model.apply(txn);
    const Outcome outcome = state.apply(txn);
    const Outcome elsewhere = other.apply(txn);

    REQUIRE(to_string(outcome.error) == to_string(expected));
    REQUIRE(outcome.body == elsewhere.body);
    REQUIRE(outcome.changes.size() == elsewhere.changes.size());
    REQUIRE(difference(state, model) == "");
    REQUIRE(state.digest() == other.digest());
    REQUIRE((outcome.error == ErrorCode::ok || outcome.changes.empty()));
    state.check_invariants();
    applied += outcome.error == ErrorCode::ok ? 1 : 0;
    most_nodes = std::max(most_nodes, state.tree().size());
    const auto* multi = std::get_if<MultiReply>(&outcome.body);
    if (multi == nullptr || outcome.error == ErrorCode::ok) return;
    rolled_back += multi->results.front().error == ErrorCode::ok ? 1 : 0;
  }

  void seal() {
    const std::size_t announced = state.unsealed();
    const ImageChanges sealed = state.seal();
    REQUIRE(sealed.changes.size() >= announced);
    REQUIRE(sealed.changes.size() <= 2 * announced);
    store.merge(sealed);
  }

  /// The state changes on while slices are taken: they give it as it was, to the last digit.
  void seal_in_slices() {
    for (std::size_t txns = source.below(8); txns > 0; --txns) step();
    const Model model_then = model;
    state.begin_seal();
    for (bool is_last = false; !is_last;) {
      for (std::size_t txns = source.below(4); txns > 0; --txns) step();
      const ImageChanges slice = state.seal_some(1 + source.below(3));
      is_last = slice.is_last;
      store.merge(slice);
    }
    State loaded(4);
    REQUIRE(store.load(loaded).ok());
    REQUIRE(difference(loaded, model_then) == "");
  }

  /// The server restarts from its image.
  void restart() {
    State loaded(static_cast<std::uint64_t>(source.below(1'000)));
    const Status status = store.load(loaded);
    REQUIRE(status.ok());
    loaded.check_invariants();
    REQUIRE(loaded.digest() == state.digest());
    REQUIRE(loaded.unsealed() == 0);
    state = std::move(loaded);
  }

  Model model;
  TxnSource source;
  State state{1};
  State other{2};
  ImageStore store;
  int applied = 0;
  int rolled_back = 0;
  std::size_t most_nodes = 0;
};

TEST_CASE("a state is what the simple model says, through seals and restarts") {
  int applied = 0;
  int rolled_back = 0;
  std::size_t most_nodes = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Walk walk(seed);
    for (int i = 0; i < 400; ++i) {
      CAPTURE(i);
      walk.step();
      if (walk.source.below(15) != 0) continue;
      if (walk.source.below(2) == 0) walk.seal_in_slices();
      walk.seal();
      if (walk.source.below(3) == 0) walk.restart();
    }
    walk.seal();
    ImageStore whole;
    whole.merge(walk.other.seal());
    REQUIRE(walk.store == whole);
    most_nodes = std::max(most_nodes, walk.most_nodes);
    applied += walk.applied;
    rolled_back += walk.rolled_back;
  }
  // The walks do something.
  CHECK(applied > 60 * 120);
  CHECK(rolled_back > 60 * 10);
  CHECK(most_nodes > 30);
}

}  // namespace
}  // namespace quorate
