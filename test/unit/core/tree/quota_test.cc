#include "core/tree/quota.h"

#include <doctest/doctest.h>

#include "core/tree/state.h"
#include "test/unit/core/tree/ensemble.h"

namespace quorate {
namespace {

using namespace quorate::test;

constexpr const char* limits_of_a = "/zookeeper/quota/a/zookeeper_limits";
constexpr const char* stats_of_a = "/zookeeper/quota/a/zookeeper_stats";

/// Enforces `limits` on /a, which exists.
void limit_a(Ensemble& e, const char* limits) {
  EnsembleSettings settings;
  settings.enforce_quota = true;
  e.configure(settings);
  e.create("/a");
  e.create("/zookeeper/quota/a");
  e.create(limits_of_a, limits);
  e.create(stats_of_a, "count=0,bytes=0");
}

TEST_CASE("both text forms of limits are read, and written as ZooKeeper writes them") {
  const QuotaLimits soft = parse_quota("count=5,bytes=-1");
  const QuotaLimits hard = parse_quota("count=-1,bytes=-1=;byteHardLimit=100;countHardLimit=8");

  CHECK(soft == QuotaLimits{5, -1, -1, -1});
  CHECK(hard == QuotaLimits{-1, -1, 8, 100});
  CHECK(to_string(soft) == "count=5,bytes=-1");
  CHECK(to_string(hard) == "count=-1,bytes=-1=;byteHardLimit=100;countHardLimit=8");
  CHECK(parse_quota(to_string(hard)) == hard);
}

TEST_CASE("what cannot be read of limits is no limit") {
  for (const char* text : {"", "nonsense", "count=,bytes=x", "=5", "count=5x", ";;,,", "count",
                           "count=99999999999999999999", "count=-7"}) {
    CAPTURE(text);
    CHECK(parse_quota(text) == QuotaLimits{});
  }
  CHECK(parse_quota("bytes=7,count=nonsense") == QuotaLimits{-1, 7, -1, -1});
}

TEST_CASE("quotas limit every path but the root and what is ZooKeeper's") {
  CHECK(limited_by("/zookeeper/quota/a/b/zookeeper_limits") == "/a/b");
  CHECK(counted_by("/zookeeper/quota/a/zookeeper_stats") == "/a");
  for (const char* path :
       {"/zookeeper/quota/zookeeper_limits", "/zookeeper/quota/zookeeper/zookeeper_limits",
        "/zookeeper/quota/zookeeper/quota/zookeeper_limits", "/zookeeper/quotas/a/zookeeper_limits",
        "/zookeeper/quota/a/my_zookeeper_limits", "/zookeeper/quota/a/zookeeper_stats",
        "/a/zookeeper_limits", "/zookeeper/quota", "/zookeeper/quotazookeeper_limits"}) {
    CAPTURE(path);
    CHECK(limited_by(path).empty());
  }
}

TEST_CASE("the longest prefix with a quota is the one that counts") {
  QuotaTable quotas;
  quotas.set("/a", QuotaLimits{1, -1, -1, -1});
  quotas.set("/a/b/c", QuotaLimits{2, -1, -1, -1});

  CHECK(quotas.of("/a")->path == "/a");
  CHECK(quotas.of("/a/b")->path == "/a");
  CHECK(quotas.of("/a/b/c/d")->path == "/a/b/c");
  CHECK_FALSE(quotas.of("/ab").has_value());
  CHECK_FALSE(quotas.of("/").has_value());
  quotas.erase("/a");
  CHECK_FALSE(quotas.of("/a/b").has_value());
}

TEST_CASE("zookeeper_stats shows the usage of now, without a change of its own") {
  Ensemble e;
  e.create("/a", "12345");
  e.create("/zookeeper/quota/a");
  e.create(stats_of_a, "count=0,bytes=0");
  CHECK(e.data(stats_of_a) == "count=0,bytes=0");
  e.create(limits_of_a, "count=-1,bytes=-1");
  const Stat before = e.stat(stats_of_a);

  e.create("/a/b", "123");
  e.create("/a/b/c");
  e.apply(SetData{"/a/b", blob("1234567")});
  (void)e.state.seal();
  e.apply(Delete{"/a/b/c"});

  CHECK(e.data(stats_of_a) == "count=2,bytes=12");
  const Stat after = e.stat(stats_of_a);
  CHECK(after.data_length == 16);
  CHECK(after.version == before.version);
  CHECK(after.mzxid == before.mzxid);
  for (const ImageChange& change : e.state.seal().changes) {
    const auto* node = std::get_if<ImageNode>(&change);
    CHECK((node == nullptr || node->path != stats_of_a));
  }
  e.apply(Delete{limits_of_a});
  CHECK(e.data(stats_of_a) == "count=0,bytes=0");
}

TEST_CASE("a hard count is enforced on creates, the quota's own node included") {
  Ensemble e;
  limit_a(e, "count=-1,bytes=-1=;countHardLimit=3");

  CHECK(e.create("/a/1") == ErrorCode::ok);
  CHECK(e.create("/a/1/2") == ErrorCode::ok);
  CHECK(e.create("/a/3") == ErrorCode::quota_exceeded);
  CHECK(e.create("/ab") == ErrorCode::ok);
  CHECK(e.apply(SetData{"/a/1", blob("much data")}).error == ErrorCode::ok);
  e.apply(Delete{"/a/1/2"});
  CHECK(e.create("/a/3") == ErrorCode::ok);
  e.state.check_invariants();
}

TEST_CASE("hard bytes are enforced on what grows") {
  Ensemble e;
  limit_a(e, "count=-1,bytes=-1=;byteHardLimit=10");

  CHECK(e.create("/a/1", "12345678901") == ErrorCode::quota_exceeded);
  CHECK(e.create("/a/1", "12345678") == ErrorCode::ok);
  CHECK(e.create("/a/2", "123") == ErrorCode::quota_exceeded);
  CHECK(e.create("/a/2") == ErrorCode::ok);
  CHECK(e.apply(SetData{"/a/2", blob("123")}).error == ErrorCode::quota_exceeded);
  CHECK(e.apply(SetData{"/a/2", blob("12")}).error == ErrorCode::ok);
  CHECK(e.apply(SetData{"/a/1", blob("1")}).error == ErrorCode::ok);
}

TEST_CASE("a quota is judged after existence and before the version") {
  Ensemble e;
  limit_a(e, "count=-1,bytes=-1=;byteHardLimit=1;countHardLimit=2");
  e.create("/a/1");

  CHECK(e.create("/a/1") == ErrorCode::node_exists);
  CHECK(e.create("/a/2") == ErrorCode::quota_exceeded);
  CHECK(e.apply(SetData{"/a/1", blob("12"), 77}).error == ErrorCode::quota_exceeded);
  CHECK(e.apply(SetData{"/a/1", blob("1"), 77}).error == ErrorCode::bad_version);
}

TEST_CASE("soft limits and switched-off enforcement refuse nothing") {
  Ensemble e;
  limit_a(e, "count=1,bytes=1");
  CHECK(e.create("/a/1", "12345") == ErrorCode::ok);

  e.apply(SetData{limits_of_a, blob("count=-1,bytes=-1=;countHardLimit=1")});
  CHECK(e.create("/a/2") == ErrorCode::quota_exceeded);
  e.configure(EnsembleSettings{});
  CHECK(e.create("/a/2") == ErrorCode::ok);
}

TEST_CASE("the operations of a multi count against the quota one after another") {
  Ensemble e;
  limit_a(e, "count=-1,bytes=-1=;countHardLimit=2");

  CHECK(e.apply(Multi{{create_of("/a/1"), create_of("/a/2")}}).error == ErrorCode::quota_exceeded);
  CHECK(e.apply(Multi{{create_of("/a/1"), Delete{"/a/1"}, create_of("/a/2")}}).error ==
        ErrorCode::ok);
}

TEST_CASE("a quota may come before the node it limits") {
  Ensemble e;
  EnsembleSettings settings;
  settings.enforce_quota = true;
  e.configure(settings);
  e.create("/zookeeper/quota/a");
  e.create(limits_of_a, "countHardLimit=1");
  e.create(stats_of_a);

  CHECK(e.data(stats_of_a) == "count=0,bytes=0");
  CHECK(e.create("/a") == ErrorCode::ok);
  CHECK(e.create("/a/1") == ErrorCode::quota_exceeded);
  CHECK(e.data(stats_of_a) == "count=1,bytes=0");
}

}  // namespace
}  // namespace quorate
