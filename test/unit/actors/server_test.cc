// The actors of a server together, through their interfaces, in virtual time.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "test/unit/actors/whole_server.h"

namespace quorate {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using test::create;
using test::get;
using test::get_and_watch;
using test::set;
using test::Told;
using test::WholeServer;

/// Messages that the actors of this name have handled.
std::uint64_t handled(const WholeServer& server, std::string_view actor) {
  std::uint64_t sum = 0;
  for (const ActorSnapshot& snapshot : server.registry().list_only(actor)) sum += snapshot.handled;
  return sum;
}

Create of_mode(std::string path, CreateMode mode) {
  Create wanted = create(std::move(path));
  wanted.mode = mode;
  return wanted;
}

// -- Commit and proposal ------------------------------------------------------------------------

TEST_CASE("a server serves when its epoch is stored, not before") {
  MemoryDisk disk;
  WholeServer server(disk);

  CHECK(server.is_serving());
  CHECK(server.log().promises().load().value()->accepted_epoch == Epoch{1});
  CHECK(server.log().promises().load().value()->current_epoch == Epoch{1});
}

TEST_CASE("a server knows afterwards how it came to its role") {
  MemoryDisk disk;
  WholeServer server(disk);

  std::vector<ElectionStep> steps;
  for (const ElectionEvent& event : server.context.timeline.ring().after(0))
    steps.push_back(event.event);
  CHECK(steps == std::vector{ElectionStep::started, ElectionStep::looking, ElectionStep::elected,
                             ElectionStep::leading});
  const ElectionEvent elected = server.context.timeline.newest(2).at(1);
  REQUIRE(elected.votes.size() == 1);
  CHECK(elected.votes[0].leader == elected.server);
}

TEST_CASE("it is known when each write came how far, and how long the log's syncs took") {
  MemoryDisk disk;
  WholeServer server(disk);
  const auto client = server.connect(10s);
  CHECK(server.ask(client, create("/a")) == "ok /a");
  const StageClock& stages = server.context.stages;
  const Zxid zxid = server.context.board.read().applied;

  for (const Milestone each : {Milestone::submitted, Milestone::proposed, Milestone::synced,
                               Milestone::committed, Milestone::applied}) {
    CAPTURE(static_cast<int>(each));
    CHECK(stages.reached(each, zxid).has_value());
    CHECK_FALSE(stages.reached(each, zxid.next()).has_value());
  }
  CHECK(server.context.counters.syncs.totals().count() >= 2);
}

TEST_CASE("what one batch asks is answered in one message, in order") {
  MemoryDisk disk;
  WholeServer server(disk);
  const auto client = server.connect(10s);

  server.send(client, {create("/a", "1"), get("/a"), set("/a", "2"), get("/a")});
  server.run();

  CHECK(server.streams(client).size() == 1);
  CHECK(server.told(client) == Told{"1 ok /a", "2 ok 1 v0", "3 ok v1", "4 ok 2 v1"});
}

TEST_CASE("an author is told of its own change before it is answered, in the same message") {
  MemoryDisk disk;
  WholeServer server(disk);
  const auto author = server.connect(10s);
  const auto other = server.connect(10s);
  CHECK(server.ask(author, create("/a")) == "ok /a");
  CHECK(server.ask(author, get_and_watch("/a")) == "ok  v0");
  CHECK(server.ask(other, get_and_watch("/a")) == "ok  v0");
  server.streams(author).clear();

  server.send(author, {set("/a", "1")});
  server.run();

  CHECK(server.streams(author).size() == 1);
  CHECK(server.told(author) == Told{"changed /a", "3 ok v1"});
  CHECK(server.told(other) == Told{"changed /a"});
}

TEST_CASE("the writes of all connections of a turn are one append, one sync and one commit") {
  MemoryDisk disk;
  WholeServer server(disk);
  std::vector<std::uint64_t> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(server.connect(10s));
  const auto proposals = handled(server, "proposal");
  const auto appends = handled(server, "journal");
  const auto commits = handled(server, "commit");

  for (const auto client : clients) {
    server.send(client, {create("/" + std::to_string(client)), create("/b")});
  }
  // In one turn of commit's, as under load, whose scheduler lets it have a turn per message here.
  server.run();

  // A submit and a word from the journal each.
  CHECK(handled(server, "proposal") - proposals <= 2 * clients.size());
  CHECK(handled(server, "journal") - appends <= clients.size());
  CHECK(handled(server, "commit") - commits <= 2 * clients.size());
  CHECK(server.log().last().zxid.counter() > 20);
  for (const auto client : clients) CHECK(server.told(client).size() == 2);
}

TEST_CASE("a sync is answered behind the writes before it") {
  MemoryDisk disk;
  WholeServer server(disk);
  const auto writer = server.connect(10s);
  const auto reader = server.connect(10s);

  server.send(writer, {create("/a")});
  server.send(reader, {Sync{"/a"}, get("/a")});
  server.run();

  CHECK(server.told(reader) == Told{"1 ok /a", "2 ok  v0"});
}

TEST_CASE("a start carries the ensemble's settings when its own differ") {
  MemoryDisk disk;
  { WholeServer first(disk); }
  WholeServer server(disk, [](Config& config) {
    config.delete_tree_max = 2;
    config.multi_ops_max = 1;
    config.extended_types = false;
    config.skip_acl = true;
    config.enforce_quota = true;
  });
  const auto client = server.connect(10s);

  CHECK(server.ask(client, create("/a")) == "ok /a");
  CHECK(server.ask(client, create("/a/b")) == "ok /a/b");
  CHECK(server.ask(client, create("/a/c")) == "ok /a/c");
  CHECK(server.ask(client, DeleteTree{"/a", 0}) == "too_many_nodes");
  Multi two;
  two.ops.emplace_back(Check{"/a", any_version});
  two.ops.emplace_back(Check{"/a", any_version});
  CHECK_FALSE(server.ask(client, two).starts_with("ok"));
  Create lapsing = of_mode("/ttl", CreateMode::ttl);
  lapsing.ttl_ms = 1000;
  CHECK(server.ask(client, lapsing) == "unimplemented");
  CHECK(server.ask(client, SetAcl{"/a", {{perms::read, "ip", "192.0.2.1"}}, any_version}) ==
        "ok v0");
  CHECK(server.ask(client, set("/a", "x")) == "ok v1");
  CHECK(server.ask(client, create("/zookeeper/quota/a")) == "ok /zookeeper/quota/a");
  CHECK(server.ask(client, create("/zookeeper/quota/a/zookeeper_limits",
                                  "count=-1,bytes=-1,countHardLimit=3,byteHardLimit=-1")) ==
        "ok /zookeeper/quota/a/zookeeper_limits");
  CHECK(server.ask(client, create("/a/d")) == "quota_exceeded");
}

TEST_CASE("empty containers and lapsed nodes are removed at their interval, at their pace") {
  MemoryDisk disk;
  WholeServer server(disk, [](Config& config) {
    config.container_check_interval = 1s;
    config.container_deletes_per_minute_max = 120;  // Two per second.
  });
  const auto client = server.connect(60s);
  for (const std::string name : {"/c1", "/c2", "/c3"}) {
    CHECK(server.ask(client, of_mode(name, CreateMode::container)) == "ok " + name);
    CHECK(server.ask(client, create(name + "/x")).starts_with("ok"));
    CHECK(server.ask(client, Delete{name + "/x", any_version}) == "ok");
  }
  server.run_for(500ms);
  CHECK(server.ask(client, GetChildren{"/", false}) == "ok c3 zookeeper");
  server.run_for(1s);
  CHECK(server.ask(client, GetChildren{"/", false}) == "ok zookeeper");
}

// -- Sessions -----------------------------------------------------------------------------------

constexpr milliseconds tick{100};

void short_ticks(Config& config) { config.tick_time = tick; }

TEST_CASE("a silent session expires between its time-out and two ticks later") {
  MemoryDisk disk;
  WholeServer server(disk, short_ticks);
  const auto silent = server.connect(400ms);
  const auto onlooker = server.connect(60s);
  CHECK(server.ask(silent, of_mode("/e", CreateMode::ephemeral)) == "ok /e");

  server.run_for(390ms);
  CHECK(server.ask(onlooker, get("/e")) == "ok  v0");
  server.run_for(10ms + 2 * tick);

  CHECK(server.ask(onlooker, get("/e")) == "no_node");
  CHECK(server.told(silent) == Told{"close session_expired"});
}

TEST_CASE("a request keeps its session alive, whatever it asks") {
  MemoryDisk disk;
  WholeServer server(disk, short_ticks);
  const auto client = server.connect(400ms);

  for (int i = 0; i < 20; ++i) {
    server.run_for(300ms);
    CHECK(server.ask(client, i % 2 == 0 ? Operation(Ping{}) : Operation(get("/none"))) ==
          (i % 2 == 0 ? "ok" : "no_node"));
  }
}

TEST_CASE("nobody expires because the server slept") {
  // From shorter than a tick to much longer than every time-out, at any moment of a tick.
  for (const milliseconds pause : {60ms, 150ms, 190ms, 210ms, 350ms, 1000ms, 60'000ms}) {
    for (milliseconds phase{0}; phase < tick; phase += 10ms) {
      CAPTURE(pause.count());
      CAPTURE(phase.count());
      MemoryDisk disk;
      WholeServer server(disk, short_ticks);
      server.run_for(phase);
      const auto client = server.connect(200ms);
      // A third of its time-out without a ping; then the server stops; the ping waits in a socket.
      server.run_for(66ms);
      server.sleep_through(pause);
      server.run_for(0ms);
      CHECK(server.ask(client, Ping{}) == "ok");
    }
  }
}

TEST_CASE("who is silent after the server slept expires in the time that was left") {
  MemoryDisk disk;
  WholeServer server(disk, short_ticks);
  const auto silent = server.connect(400ms);
  server.run_for(100ms);
  server.sleep_through(60s);

  server.run_for(290ms);
  CHECK(server.told(silent).empty());
  server.run_for(3 * tick);

  CHECK(server.told(silent) == Told{"close session_expired"});
}

TEST_CASE("many sessions expire in slices, each once") {
  MemoryDisk disk;
  WholeServer server(disk, short_ticks);
  std::vector<std::uint64_t> silent;
  for (int i = 0; i < 2500; ++i) silent.push_back(server.connect(400ms));
  const auto onlooker = server.connect(60s);
  const Zxid before = server.log().last().zxid;

  server.run_for(2s);

  CHECK(server.ask(onlooker, Ping{}) == "ok");
  CHECK(server.log().last().zxid.counter() - before.counter() == 2500);
  for (const auto client : silent) CHECK(server.told(client) == Told{"close session_expired"});
}

// -- Ticks --------------------------------------------------------------------------------------

TEST_CASE("a tick of an earlier start is ignored, and does not breed") {
  const auto messages = [](bool with_stale_ticks) {
    MemoryDisk disk;
    WholeServer server(disk, short_ticks);
    if (with_stale_ticks) {
      for (const std::uint64_t stale : {0ULL, 99ULL}) {
        caf::anon_send(server.peers().journal, tick_a::value, stale);
        caf::anon_send(server.peers().commit, tick_a::value, stale);
        caf::anon_send(server.peers().session_tracker, tick_a::value, stale);
        caf::anon_send(server.peers().snapshotter, tick_a::value, stale);
      }
    }
    server.run_for(10s);
    std::vector<std::uint64_t> counts;
    for (const char* actor : {"journal", "commit", "session_tracker", "snapshotter"}) {
      counts.push_back(handled(server, actor));
    }
    return counts;
  };

  const auto usual = messages(false);
  const auto disturbed = messages(true);

  for (std::size_t i = 0; i < usual.size(); ++i) CHECK(disturbed[i] == usual[i] + 2);
}

// -- The image ----------------------------------------------------------------------------------

TEST_CASE("the image follows the tree, and a restart replays what is behind it") {
  MemoryDisk disk;
  {
    WholeServer server(disk, [](Config& config) { config.snapshot_interval = 5s; });
    const auto client = server.connect(60s);
    CHECK(server.ask(client, create("/a", "1")) == "ok /a");
    server.run_for(4s);
    CHECK(server.image_zxid() == Zxid{});
    server.run_for(3s);
    CHECK(server.image_zxid() == server.log().last().zxid);

    CHECK(server.ask(client, set("/a", "2")) == "ok v1");
    CHECK(server.ask(client, create("/b")) == "ok /b");
    disk.crash();
  }
  WholeServer restarted(disk);
  CHECK(restarted.records_replayed() == 2);
  CHECK(restarted.ask(restarted.connect(60s), get("/a")) == "ok 2 v1");
}

TEST_CASE("how old the image and its checkpoint are is known, of the image also after a restart") {
  MemoryDisk disk;
  std::int64_t image_ms = 0;
  {
    WholeServer server(disk, [](Config& config) {
      config.snapshot_interval = 5s;
      config.checkpoint_interval = 60s;
    });
    CHECK_FALSE(server.context.board.read().image_ms.has_value());
    CHECK(server.ask(server.connect(3600s), create("/a", "1")) == "ok /a");
    server.run_for(7s);
    const Notice notice = server.context.board.read();
    REQUIRE(notice.image_ms.has_value());
    image_ms = *notice.image_ms;
    CHECK(server.context.clock.read().wall_ms - image_ms <= 7000);
    CHECK(server.context.counters.images.totals().count() == 1);
    CHECK_FALSE(notice.checkpoint_ms.has_value());

    server.run_for(60s);
    const auto checkpoint_ms = server.context.board.read().checkpoint_ms;
    REQUIRE(checkpoint_ms.has_value());
    CHECK(server.context.clock.read().wall_ms - *checkpoint_ms <= 7000);
  }
  const WholeServer restarted(disk);
  CHECK(restarted.context.board.read().image_ms == image_ms);
}

TEST_CASE("each of the limits starts a write of the image before its time") {
  const auto writes = [](const WholeServer::Configure& limit) {
    MemoryDisk disk;
    WholeServer server(disk, [&limit](Config& config) {
      config.snapshot_interval = 3600s;
      limit(config);
    });
    const auto client = server.connect(3600s);
    for (int i = 0; i < 100; ++i) {
      server.send(client, {create("/n" + std::to_string(i), std::string(1000, 'x'))});
    }
    server.run_for(5s);
    return server.image_zxid() != Zxid{};
  };

  CHECK_FALSE(writes([](Config&) {}));
  CHECK(writes([](Config& config) { config.snapshot_bytes = 50'000; }));
  CHECK(writes([](Config& config) { config.snapshot_records = 50; }));
  CHECK(writes([](Config& config) { config.snapshot_log_bytes = 50'000; }));
}

TEST_CASE("the log is purged behind the older of two checkpoints") {
  const auto kept_from = [](std::uint64_t history_records, std::chrono::hours history) {
    MemoryDisk disk;
    WholeServer server(disk, [&](Config& config) {
      config.snapshot_interval = 1s;
      config.checkpoint_interval = 5s;
      config.history_records = history_records;
      config.history = history;
    });
    const auto client = server.connect(3600s);
    for (int i = 0; i < 200; ++i) {
      server.send(client, {create("/n" + std::to_string(i))});
      server.run_for(100ms);
    }
    CHECK(server.told(client).size() == 200);
    return server.log().base().zxid.counter();
  };

  const std::uint32_t purged = kept_from(0, 0h);
  CHECK(purged > 50);
  CHECK(purged < 150);
  // What is kept for other reasons stays.
  CHECK(kept_from(150, 0h) <= 60);
  CHECK(kept_from(150, 0h) > 0);
  CHECK(kept_from(1'000'000, 0h) == 0);
  CHECK(kept_from(0, 1h) == 0);
}

}  // namespace
}  // namespace quorate
