// Which requests are kept, and what is known of them.
#include "actors/slow_requests.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "actors/traces_in_flight.h"
#include "core/txn/request.h"

namespace quorate {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

template <class Body>
std::uint8_t index_of() {
  return static_cast<std::uint8_t>(Operation(Body{}).index());
}

AnsweredRequest request_that_took(std::uint32_t us, Look look = Look::slow) {
  AnsweredRequest request;
  request.look = look;
  request.operation = index_of<GetData>();
  request.session = SessionId{77};
  request.took_us = us;
  request.answered = microseconds{10'000'000};
  return request;
}

/// Milliseconds since 1970.
constexpr std::int64_t noon = 1'700'000'000'000;

TEST_CASE("the slowest are kept, slowest first, however many there are") {
  SlowRequests requests;
  const StageClock stages;
  for (std::uint32_t i = 1; i <= 1008; ++i)  // Each of 1 to 1008 once.
    requests.add(request_that_took((i * 7919) % 1009 + 100'000), stages, noon + i);

  const auto slowest = requests.slowest(1000, noon + 1000);

  CHECK(requests.slow() == 1008);
  REQUIRE(slowest.size() == SlowRequests::slowest_max);
  for (std::uint32_t i = 0; i < slowest.size(); ++i) CHECK(slowest[i].took_us == 101'008 - i);
  CHECK(requests.slowest(3, noon).size() == 3);
}

TEST_CASE("what is older than an hour gives way to what is faster") {
  SlowRequests requests;
  const StageClock stages;
  for (int i = 0; i < 300; ++i) requests.add(request_that_took(900'000), stages, noon);
  const std::int64_t later = noon + SlowRequests::kept_for.count() + 1;

  CHECK(requests.slowest(1000, later).empty());
  requests.add(request_that_took(100'000), stages, later);

  const auto slowest = requests.slowest(1000, later);
  REQUIRE(slowest.size() == 1);
  CHECK(slowest[0].took_us == 100'000);
  CHECK(slowest[0].seq == 301 - 100);  // 100 of the 300 were not slower than those kept.
}

TEST_CASE("a sample is kept apart, newest first") {
  SlowRequests requests;
  const StageClock stages;
  for (std::uint32_t i = 1; i <= 250; ++i)
    requests.add(request_that_took(i, Look::sampled), stages, noon + i);

  CHECK(requests.slow() == 0);
  CHECK(requests.slowest(10, noon).empty());
  const auto sampled = requests.sampled(1000);
  REQUIRE(sampled.size() == SlowRequests::sampled_max);
  CHECK(sampled.front().took_us == 250);
  CHECK(sampled.front().at_ms == noon + 250);
}

TEST_CASE("a write has its zxid and its stages, a read neither") {
  SlowRequests requests;
  StageClock stages;
  const Zxid zxid = Zxid::at(Epoch{4}, 7);
  for (const Milestone each : {Milestone::submitted, Milestone::proposed, Milestone::synced,
                               Milestone::committed, Milestone::applied}) {
    stages.note(each, Zxid{zxid.value - 1}, microseconds{1});
    stages.note(each, zxid, microseconds{9'900'000 + 10'000 * static_cast<int>(each)});
  }
  AnsweredRequest write = request_that_took(200'000);
  write.operation = index_of<SetData>();
  write.zxid = zxid;
  write.error = ErrorCode::bad_version;
  write.trace = TraceId{1, 2, 3};

  requests.add(write, stages, noon);
  write.operation = index_of<Exists>();
  requests.add(write, stages, noon);

  const auto slowest = requests.slowest(10, noon);
  REQUIRE(slowest.size() == 2);
  CHECK(slowest[1].zxid == zxid);
  CHECK(slowest[1].error == ErrorCode::bad_version);
  CHECK(slowest[1].trace == TraceId{1, 2, 3});
  CHECK(slowest[1].session == SessionId{77});
  CHECK(slowest[1].stages == std::vector<StageTime>{{Stage::queue, 100'000},
                                                    {Stage::propose, 10'000},
                                                    {Stage::log, 10'000},
                                                    {Stage::quorum, 10'000},
                                                    {Stage::apply, 10'000},
                                                    {Stage::reply, 60'000}});
  CHECK_FALSE(slowest[0].zxid.has_value());
  CHECK(slowest[0].stages == std::vector<StageTime>{{Stage::serve, 200'000}});
}

TEST_CASE("who listens is told of slow requests, and of no more than he can bear") {
  SlowRequests requests;
  const StageClock stages;
  std::vector<std::uint64_t> heard;
  requests.news().listen([&heard](const SlowRequest& request) { heard.push_back(request.seq); });

  for (std::uint32_t i = 0; i < 100; ++i)
    requests.add(request_that_took(100'000 + i), stages, noon);
  CHECK(heard.size() == SlowRequests::told_per_second);
  requests.add(request_that_took(500'000), stages, noon + 1000);

  CHECK(heard.size() == SlowRequests::told_per_second + 1);
  CHECK(heard.back() == 101);
  CHECK(requests.slowest(1, noon + 1000).at(0).seq == 101);
  requests.news().listen({});
}

TEST_CASE("every operation has a name, and writes are those that become txns") {
  std::set<std::string_view> names;
  for (std::uint8_t i = 0; i < std::variant_size_v<Operation>; ++i)
    names.insert(name_of_operation(i));
  CHECK(names.size() == std::variant_size_v<Operation>);
  CHECK(name_of_operation(index_of<GetChildren>()) == "get_children");
  CHECK(name_of_operation(index_of<SetData>()) == "set");
  CHECK(name_of_operation(index_of<DeleteTree>()) == "delete_tree");
  CHECK(name_of_operation(index_of<CloseSession>()) == "close_session");
  CHECK(name_of_operation(200) == "unknown");
  CHECK(is_write(index_of<Multi>()));
  CHECK(is_write(index_of<CloseSession>()));
  CHECK_FALSE(is_write(index_of<Sync>()));
  CHECK_FALSE(is_write(index_of<MultiRead>()));
  CHECK_FALSE(is_write(31));
}

// --- The gauge

TEST_CASE("slow is what takes as long as the threshold, which may be set") {
  RequestGauge gauge;
  CHECK(gauge.on_reply(100'000, false, milliseconds{1}) == Look::slow);
  CHECK(gauge.on_reply(99'999, false, milliseconds{1}) != Look::slow);

  gauge.set_threshold(milliseconds{5});

  CHECK(gauge.threshold() == milliseconds{5});
  CHECK(gauge.on_reply(5'000, true, milliseconds{1}) == Look::slow);
  gauge.set_threshold(milliseconds{0});
  CHECK(gauge.threshold() == milliseconds{1});
  gauge.set_threshold(milliseconds{1'000'000});
  CHECK(gauge.threshold() == milliseconds{600'000});
  CHECK(gauge.reads().recent(milliseconds{1}).count() == 2);
  CHECK(gauge.writes().recent(milliseconds{1}).max() == 5'000);
  CHECK(gauge.recent(milliseconds{1}).count() == 3);
}

TEST_CASE("at most five requests a second are sampled, and of few all") {
  for (const int per_ms : {1, 10, 1000}) {
    CAPTURE(per_ms);
    RequestGauge gauge;
    int sampled = 0;
    for (int ms = 0; ms < 2000; ++ms)
      for (int i = 0; i < per_ms; ++i)
        if (gauge.on_reply(10, false, milliseconds{ms}) == Look::sampled) ++sampled;
    CHECK(sampled <= 10);
    CHECK(sampled >= 8);
  }
  RequestGauge gauge;
  for (int second = 0; second < 10; ++second)
    CHECK(gauge.on_reply(10, false, milliseconds{1000 * second}) == Look::sampled);
}

TEST_CASE("a sample is not always what comes first") {
  RequestGauge gauge;
  std::set<int> places;
  for (int ms = 0; ms < 60'000; ms += 100)
    for (int place = 0; place < 1000; ++place)
      if (gauge.on_reply(10, false, milliseconds{ms}) == Look::sampled) places.insert(place);
  CHECK(places.size() > 20);
}

// --- Traces

TEST_CASE("a trace belongs to its request, whatever was asked before and behind it") {
  TracesInFlight traces;
  CHECK_FALSE(traces.oldest().has_value());
  traces.finish();
  traces.add(2, TraceId{1});
  traces.add(3, TraceId{2});
  traces.add(7, TraceId{3});

  std::vector<int> seen;
  for (int i = 0; i < 10; ++i) {
    seen.push_back(traces.oldest().value_or(TraceId{}).front());
    traces.finish();
    if (i == 4) traces.add(4, TraceId{4});  // Request 9.
  }

  CHECK(seen == std::vector{0, 0, 1, 2, 0, 0, 0, 3, 0, 4});
  CHECK_FALSE(traces.oldest().has_value());
}

}  // namespace
}  // namespace quorate
