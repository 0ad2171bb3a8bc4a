// The bare limits against the load generator.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <thread>

#include "bench/bare/append_log.h"
#include "bench/bare/responder.h"
#include "bench/load/fan_out.h"
#include "bench/load/load.h"
#include "bench/load/session_load.h"

namespace quorate::bench {
namespace {

/// A responder in a thread of the test.
class RunningResponder {
 public:
  explicit RunningResponder(BareResponder::Options options = {}, std::size_t value_bytes = 100) {
    const NodeSet nodes("/quorate-bench", 1, value_bytes);
    Result<BareResponder> made = BareResponder::make(*resolve("127.0.0.1:0"), nodes, options);
    REQUIRE(made.ok());
    responder_.emplace(std::move(*made));
    thread_ = std::thread([this] { REQUIRE(responder_->run(stop_).ok()); });
  }
  ~RunningResponder() {
    stop_ = true;
    thread_.join();
  }
  RunningResponder(const RunningResponder&) = delete;
  RunningResponder& operator=(const RunningResponder&) = delete;

  [[nodiscard]] std::vector<Address> servers() const {
    return {*resolve("127.0.0.1:" + std::to_string(responder_->port()))};
  }

 private:
  std::optional<BareResponder> responder_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

LoadOptions small_load(const RunningResponder& responder) {
  LoadOptions options;
  options.servers = responder.servers();
  options.target = Target::bare;
  options.connections = 4;
  options.nodes = 64;
  options.warmup_s = 0;
  options.seconds = 0.2;
  return options;
}

TEST_CASE("a bare responder answers reads and writes with their xids") {
  const RunningResponder responder;
  LoadOptions options = small_load(responder);
  options.read_share = 0.5;

  const Result<LoadResult> result = run_load(options);

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->reads > 10);
  CHECK(result->writes > 10);
}

TEST_CASE("a bare responder for other sizes is noticed") {
  const RunningResponder responder({}, 200);

  const Result<LoadResult> result = run_load(small_load(responder));

  REQUIRE_FALSE(result.ok());
  CHECK(result.code() == ErrorCode::data_inconsistency);
}

TEST_CASE("a bare responder tells every reader of a write, once") {
  const RunningResponder responder({.fan_out = true});
  FanOutOptions options;
  options.servers = responder.servers();
  options.target = Target::bare;
  options.watchers = 40;
  options.rounds = 3;

  const Result<FanOutResult> result = run_fan_out(options);

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->events == 120);
}

TEST_CASE("sessions with a bare responder open and end as with a server") {
  const RunningResponder responder;
  IdleOptions idle;
  idle.servers = responder.servers();
  idle.count = 50;
  idle.hold_s = 0;
  StormOptions storm;
  storm.servers = responder.servers();
  storm.concurrency = 8;
  storm.seconds = 0.1;

  const Result<IdleResult> held = run_idle(idle);
  const Result<StormResult> lived = run_storm(storm);

  REQUIRE_MESSAGE(held.ok(), held.error().text);
  CHECK(held->sessions == 50);
  REQUIRE_MESSAGE(lived.ok(), lived.error().text);
  CHECK(lived->sessions > 0);
}

TEST_CASE("the bare log syncs every batch and leaves no file") {
  AppendLogOptions options;
  options.directory = (std::filesystem::temp_directory_path() / "quorate-bare-log-test").string();
  std::filesystem::create_directories(options.directory);
  options.seconds = 0.05;
  options.batch_records = 10;

  const Result<AppendLogResult> result = run_append_log(options);

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->sync_ns.count() > 0);
  CHECK(result->records == result->sync_ns.count() * 10);
  CHECK(std::filesystem::is_empty(options.directory));
  std::filesystem::remove_all(options.directory);
}

TEST_CASE("the bare log says why a directory cannot be written") {
  AppendLogOptions options;
  options.directory = "/nowhere/at/all";

  const Result<AppendLogResult> result = run_append_log(options);

  REQUIRE_FALSE(result.ok());
  CHECK(result.code() == ErrorCode::io_error);
}

}  // namespace
}  // namespace quorate::bench
