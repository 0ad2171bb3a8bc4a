// Restarts: each restartable actor dies under load and does its duty afterwards; the death of any
// other ends the process in order.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <random>
#include <string>

#include "test/unit/actors/whole_server.h"

namespace quorate {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using test::create;
using test::Told;
using test::WholeServer;

constexpr milliseconds tick{100};
constexpr milliseconds timeout{400};

void quick(Config& config) {
  config.tick_time = tick;
  config.snapshot_interval = 1s;
}

Create ephemeral(std::string path) {
  Create wanted = create(std::move(path));
  wanted.mode = CreateMode::ephemeral;
  return wanted;
}

/// A writer that never rests, a session that lives as long as it pings, and one that looks on.
struct Load {
  explicit Load(WholeServer& loaded)
      : server(loaded),
        writer(server.connect(60s)),
        living(server.connect(timeout)),
        onlooker(server.connect(60s)) {
    REQUIRE(server.ask(writer, create("/count")).starts_with("ok"));
    REQUIRE(server.ask(living, ephemeral("/living")).starts_with("ok"));
  }

  /// Sends what is due now; runs nothing.
  void send() {
    for (int i = 0; i < 5; ++i) {
      server.send(writer, {SetData{"/count", Blob(std::to_string(++written))}, GetData{"/count"},
                           create("/n" + std::to_string(written))});
    }
    server.send(living, {Ping{}});
  }
  void run_for(milliseconds time) {
    for (milliseconds spent{0}; spent < time; spent += 50ms) {
      send();
      server.run_for(50ms);
    }
    check_answers();
  }
  /// Every request was answered, in order, and every read saw the write before it.
  void check_answers() {
    const Told told = server.told(writer);
    REQUIRE(told.size() == 3U * static_cast<unsigned>(written - checked));
    for (std::size_t i = 0; i < told.size(); i += 3) {
      ++checked;
      CHECK(told[i].find(" ok v") != std::string::npos);
      CHECK(told[i + 1].find(" ok " + std::to_string(checked) + " v") != std::string::npos);
      CHECK(told[i + 2].find(" ok /n" + std::to_string(checked)) != std::string::npos);
    }
  }
  [[nodiscard]] bool is_there(const std::string& path) const {
    return server.ask(onlooker, Exists{path}).starts_with("ok");
  }

  WholeServer& server;
  std::uint64_t writer, living, onlooker;
  int written = 0;
  int checked = 0;
};

TEST_CASE("a session tracker killed under load: silent sessions expire, living ones do not") {
  // Between any two messages of a round.
  for (std::size_t steps = 0; steps <= 40; steps += 4) {
    CAPTURE(steps);
    MemoryDisk disk;
    WholeServer server(disk, quick);
    Load load(server);
    const std::uint64_t silent = server.connect(timeout);
    REQUIRE(server.ask(silent, ephemeral("/silent")).starts_with("ok"));
    load.run_for(200ms);

    load.send();
    server.scheduler().run(steps);
    server.kill(server.peers().session_tracker);
    server.run();
    CHECK(server.restarts_of("session_tracker") == 1);

    // The new tracker gives every session its full time, and then two ticks of grain at most.
    load.run_for(timeout - 50ms);
    CHECK(load.is_there("/silent"));
    load.run_for(50ms + 2 * tick + tick / 2);
    CHECK_FALSE(load.is_there("/silent"));
    CHECK(server.told(silent) == Told{"close session_expired"});

    // Those that came after the restart are known as well.
    const std::uint64_t late = server.connect(timeout);
    REQUIRE(server.ask(late, ephemeral("/late")).starts_with("ok"));
    load.run_for(2s);
    CHECK_FALSE(load.is_there("/late"));
    CHECK(load.is_there("/living"));
  }
}

TEST_CASE("a snapshotter killed under load: the image goes on, and a restart finds all") {
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time.
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    MemoryDisk disk;
    int written = 0;
    {
      WholeServer server(disk, quick);
      Load load(server);
      // Several times, at any moment of sealing, merging and writing.
      for (int death = 0; death < 3; ++death) {
        load.run_for(50ms * (10 + random() % 40));
        const Zxid before = server.image_zxid();
        load.send();
        server.scheduler().run(random() % 40);
        server.kill(server.peers().snapshotter);
        server.run();
        CHECK(server.restarts_of("snapshotter") == static_cast<unsigned>(death + 1));

        load.run_for(4s);

        CHECK(server.image_zxid() > before);
      }
      server.run_for(5s);
      written = load.written;
      CHECK(server.image_zxid() == server.log().last().zxid);
      disk.crash();
    }

    // Reading the image back compares it with the digest it claims.
    WholeServer restarted(disk, quick);
    CHECK(restarted.records_replayed() == 0);
    const std::uint64_t reader = restarted.connect(60s);
    CHECK(restarted.ask(reader, GetData{"/count"}) ==
          "ok " + std::to_string(written) + " v" + std::to_string(written));
    CHECK(restarted.ask(reader, CountDescendants{"/"}) ==
          "ok " + std::to_string(written + 4));  // With /count and /zookeeper's three.
  }
}

// -- Deaths that end the process ----------------------------------------------------------------

/// How a process ended in which `act` was done to a server under load.
struct End {
  int code = -1;
  std::string reason;
};

/// Ends the process, however it goes.
[[noreturn]] void run_child(const std::function<void(WholeServer&, Load&)>& act, int report) {
  try {
    MemoryDisk disk;
    WholeServer server(disk, quick);
    server.ending.leave = [report](ExitCode code, std::string_view reason) {
      if (::write(report, reason.data(), reason.size()) < 0) ::_exit(99);
      ::_exit(static_cast<int>(code));
    };
    Load load(server);
    load.run_for(200ms);
    load.send();
    server.scheduler().run(7);
    act(server, load);
    server.run();
    ::_exit(98);  // It went on.
  } catch (...) {
    ::_exit(97);
  }
}

End end_of(const std::function<void(WholeServer&, Load&)>& act) {
  std::array<int, 2> pipe_ends{};
  REQUIRE(::pipe(pipe_ends.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) run_child(act, pipe_ends[1]);
  ::close(pipe_ends[1]);
  End end;
  std::array<char, 512> text{};
  for (ssize_t size = 0; (size = ::read(pipe_ends[0], text.data(), text.size())) > 0;) {
    end.reason.append(text.data(), static_cast<std::size_t>(size));
  }
  ::close(pipe_ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFEXITED(status)) end.code = WEXITSTATUS(status);
  return end;
}

void check_broken(const End& end, const std::string& actor) {
  CHECK(end.code == static_cast<int>(ExitCode::broken));
  CHECK(end.reason.find(actor + " died and is not started again") != std::string::npos);
}

TEST_CASE("the death of journal, commit, proposal or listener ends the process, with the reason") {
  check_broken(end_of([](WholeServer& s, Load&) { s.kill(s.peers().journal); }), "journal");
  check_broken(end_of([](WholeServer& s, Load&) { s.kill(s.peers().commit); }), "commit");
  check_broken(end_of([](WholeServer& s, Load&) { s.kill(s.peers().proposal); }), "proposal");
  check_broken(end_of([](WholeServer& s, Load&) { s.kill(s.peers().listener); }), "listener");
}

TEST_CASE("an actor that dies again and again ends the process, one that dies now and then not") {
  check_broken(end_of([](WholeServer& server, Load& load) {
                 for (int death = 0; death < 6; ++death) {
                   server.kill(server.peers().session_tracker);
                   load.run_for(1s);
                 }
               }),
               "session_tracker");

  const End rare = end_of([](WholeServer& server, Load&) {
    for (int death = 0; death < 12; ++death) {
      server.kill(server.peers().session_tracker);
      server.run_for(10s);
    }
    ::_exit(server.restarts_of("session_tracker") == 12 ? 0 : 96);
  });
  CHECK(rare.code == 0);
}

TEST_CASE("a stop ends every actor, and what was acknowledged is there afterwards") {
  MemoryDisk disk;
  {
    WholeServer server(disk, quick);
    Load load(server);
    load.run_for(200ms);

    server.stop();

    for (const ActorSnapshot& actor : server.registry().list()) {
      if (actor.name != "fake_connection") CHECK_MESSAGE(!actor.alive, actor.name);
    }
  }
  WholeServer restarted(disk, quick);
  CHECK(restarted.ask(restarted.connect(60s), GetData{"/count"}) == "ok 20 v20");
}

}  // namespace
}  // namespace quorate
