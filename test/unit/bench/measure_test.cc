#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>

#include "bench/measure/usage.h"
#include "bench/net/socket.h"
#include "bench/report.h"

namespace quorate::bench {
namespace {

TEST_CASE("the CPU time of a process is that of its threads") {
  Nanoseconds used = 0;
  UsageMeter meter({::getpid()});
  REQUIRE(meter.start().ok());
  const Nanoseconds begin = own_cpu_ns();
  volatile std::uint64_t sum = 0;
  while (used < 50 * ns_per_ms) {
    for (int i = 0; i < 10'000; ++i) sum = sum + 1;
    used = own_cpu_ns() - begin;
  }
  const Result<Usage> usage = meter.stop();

  REQUIRE(usage.ok());
  CHECK(usage->cpu_source == "schedstat");
  CHECK(usage->server_cpu_ns > 40 * ns_per_ms);
  CHECK(usage->server_cpu_ns <= usage->own_cpu_ns + 10 * ns_per_ms);
  CHECK(usage->resident_bytes > 0);
  CHECK(usage->resident_peak_bytes >= usage->resident_bytes);
}

TEST_CASE("a thread that ended took its counter along, so ticks are taken instead") {
  ProcessUsage before;
  before.threads = {{1, 100}, {2, 50}};
  before.ticks_ns = 1'000;
  ProcessUsage after;
  after.threads = {{1, 300}, {3, 70}};
  after.ticks_ns = 5'000;
  std::string_view source = "schedstat";

  CHECK(cpu_between(before, after, source) == 4'000);
  CHECK(source == "ticks");

  after.threads = {{1, 300}, {2, 60}, {3, 70}};
  source = "schedstat";
  CHECK(cpu_between(before, after, source) == 280);
  CHECK(source == "schedstat");
}

TEST_CASE("a process that isn't there is an error") {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  UsageMeter meter({child});

  CHECK(meter.start().code() == ErrorCode::no_node);
}

TEST_CASE("endpoints are HOST:PORT, several with commas") {
  CHECK(resolve_all("127.0.0.1:2181,127.0.0.1:2191")->size() == 2);
  CHECK(resolve_all("127.0.0.1:2181")->front().text == "127.0.0.1:2181");
  CHECK(resolve("[::1]:2181").ok());
  CHECK(resolve("localhost:2181").ok());

  CHECK(resolve("").code() == ErrorCode::bad_arguments);
  CHECK(resolve("127.0.0.1").code() == ErrorCode::bad_arguments);
  CHECK(resolve(":2181").code() == ErrorCode::bad_arguments);
  CHECK(resolve("127.0.0.1:").code() == ErrorCode::bad_arguments);
  CHECK(resolve("127.0.0.1:client").code() == ErrorCode::bad_arguments);
  CHECK(resolve_all("127.0.0.1:1,,").code() == ErrorCode::bad_arguments);
}

TEST_CASE("more descriptors than the hard limit are refused with what to do") {
  const Status status = allow_descriptors(std::size_t{1} << 40);

  CHECK(status.code() == ErrorCode::bad_arguments);
  CHECK(status.error().text.find("ulimit") != std::string::npos);
}

TEST_CASE("a report is one JSON document, or one figure per line") {
  Report report;
  Histogram latency;
  latency.record(1'000);
  latency.record(3'000);
  report.add("replies", 2);
  report.add_latency("read_us", latency);
  report.add_latency("write_us", Histogram{});
  std::ostringstream json;
  std::ostringstream table;
  report.print(ReportMode::json, json);
  report.print(ReportMode::table, table);

  const Json parsed = Json::parse(json.str());
  CHECK(parsed["replies"] == 2);
  CHECK(parsed["read_us"]["p50"] == 1.0);
  CHECK(parsed["read_us"]["count"] == 2);
  CHECK_FALSE(parsed.contains("write_us"));
  CHECK(table.str().find("replies                     2\n") != std::string::npos);
}

}  // namespace
}  // namespace quorate::bench
