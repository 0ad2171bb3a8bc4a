// What slow requests are shown with.
#include "actors/logged_path.h"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>

#include "test/unit/actors/live_server.h"
#include "test/unit/actors/whole_server.h"
#include "test/unit/core/commit/commit_fixture.h"

namespace quorate {
namespace {

using namespace std::chrono_literals;
using test::create;
using test::WholeServer;

TEST_CASE("the log knows what a write was about") {
  MemoryDisk disk;
  WholeServer server(disk);
  const auto client = server.connect(10s);
  const auto zxid = [&server] { return server.context.board.read().applied; };
  CHECK_FALSE(logged_path(server.log(), zxid()).has_value());  // Of a session.
  server.ask(client, create("/a"));

  CHECK(logged_path(server.log(), zxid()) == "/a");
  server.ask(client, Delete{"/none", any_version});
  CHECK(logged_path(server.log(), zxid()) == "/none");
  server.ask(client, Multi{{Check{"/a", any_version, false}, Delete{"/a", any_version}}});
  CHECK(logged_path(server.log(), zxid()) == "/a");
  server.ask(client, create("/" + std::string(600, 'x')));
  CHECK(logged_path(server.log(), zxid())->size() == shown_path_bytes_max);
  CHECK_FALSE(logged_path(server.log(), zxid().next()).has_value());
  CHECK_FALSE(logged_path(server.log(), Zxid{}).has_value());
}

TEST_CASE("where a slow write's time went can be asked for afterwards") {
  test::LiveServer server;
  server.context().counters.gauge.set_threshold(1ms);
  test::WireClient client(server.port);
  REQUIRE(client.greet());
  client.send({create("/a")});
  REQUIRE(client.reply().error == ErrorCode::ok);
  // Enough of them that some take a millisecond.
  std::vector<Operation> many(3000, Operation(test::set("/a", std::string(1000, 'x'))));
  client.send(many);
  for (std::size_t i = 0; i < many.size(); ++i) REQUIRE(client.reply().error == ErrorCode::ok);

  const auto slowest = server.context().slow_requests.slowest(1, 0);
  REQUIRE(slowest.size() == 1);
  const SlowRequest& request = slowest[0];
  CHECK(name_of_operation(request.operation) == "set");
  CHECK(request.zxid.has_value());
  std::uint32_t sum = 0;
  for (const StageTime& each : request.stages) sum += each.took_us;
  CHECK(sum == request.took_us);
  CHECK(request.stages.size() >= 4);
  CHECK_FALSE(server.context().slow_requests.sampled(1).empty());
}

}  // namespace
}  // namespace quorate
