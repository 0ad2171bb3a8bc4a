// The words that ask about sessions, ephemeral nodes, watches and digests.
#include "actors/four_letter_words/state_text.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "test/unit/core/commit/commit_fixture.h"

namespace quorate {
namespace {

using test::create;
using test::get_and_watch;
using test::Server;

constexpr std::size_t much = std::size_t{1} << 20;

std::string tell(const Server& server, FourLetterWord word, std::size_t bytes_max = much,
                 const MarkRing& marks = {}) {
  StateText text(word, bytes_max);
  std::size_t steps = 1;
  while (text.go_on(server.machine, marks)) REQUIRE(++steps < 100'000);
  return text.take();
}

Create ephemeral(const std::string& path) {
  Create made = create(path);
  made.mode = CreateMode::ephemeral;
  return made;
}

}  // namespace

TEST_CASE("dump of a server without sessions") {
  const Server server;
  CHECK(tell(server, FourLetterWord::dump) ==
        "SessionTracker dump:\n"
        "Global Sessions(0):\n"
        "ephemeral nodes dump:\n"
        "Sessions with Ephemerals (0):\n");
}

TEST_CASE("dump lists sessions, and the ephemeral nodes of those that have some") {
  Server server;
  for (const std::uint64_t n : {10, 11, 12}) server.connect(n);
  server.send(10, ephemeral("/b"), ephemeral("/a"));
  server.send(12, ephemeral("/c"));
  server.commit();

  CHECK(tell(server, FourLetterWord::dump) ==
        "SessionTracker dump:\n"
        "Global Sessions(3):\n"
        "0xa\t10000ms\n"
        "0xb\t10000ms\n"
        "0xc\t10000ms\n"
        "ephemeral nodes dump:\n"
        "Sessions with Ephemerals (2):\n"
        "0xa:\n"
        "\t/a\n"
        "\t/b\n"
        "0xc:\n"
        "\t/c\n");
}

TEST_CASE("sessions that only this server knows come first") {
  Server server({}, SessionRules{true, false, std::chrono::milliseconds{100}});
  server.shake_hands(7, 7, CreateSession{10'000, {}});
  REQUIRE(server.machine.local_sessions().size() == 1);

  CHECK(tell(server, FourLetterWord::dump)
            .starts_with("SessionTracker dump:\nLocal Sessions(1):\n0x7\t10000ms\n"
                         "Global Sessions(0):\n"));
}

TEST_CASE("many sessions take many steps, and are all there") {
  Server server;
  constexpr std::uint64_t sessions = 1050;
  for (std::uint64_t n = 1; n <= sessions; ++n) server.connect(n);
  StateText text(FourLetterWord::dump, much);
  std::size_t steps = 1;
  while (text.go_on(server.machine, {})) ++steps;

  CHECK(steps > sessions / 100);
  const std::string all = text.take();
  for (std::uint64_t n = 1; n <= sessions; ++n)
    CHECK(all.find(fmt::format("\n0x{:x}\t10000ms\n", n)) != std::string::npos);
}

TEST_CASE("sessions may come and go between two steps") {
  Server server;
  for (std::uint64_t n = 1; n <= 300; ++n) server.connect(n);
  StateText text(FourLetterWord::dump, much);
  REQUIRE(text.go_on(server.machine, {}));
  REQUIRE(text.go_on(server.machine, {}));

  for (std::uint64_t n = 1; n <= 300; n += 2) {
    server.send(n, CloseSession{});
    server.commit();
  }
  while (text.go_on(server.machine, {})) continue;

  const std::string told = text.take();
  CHECK(told.find("\n0x12c\t") != std::string::npos);
  CHECK(told.find("Sessions with Ephemerals (0):\n") != std::string::npos);
}

TEST_CASE("an answer about the state that would be too long is cut, and says so") {
  Server server;
  for (std::uint64_t n = 1; n <= 500; ++n) server.connect(n);
  server.send(1, Exists{"/a-path-that-somebody-watches", true});

  for (const FourLetterWord word :
       {FourLetterWord::dump, FourLetterWord::wchc, FourLetterWord::wchp}) {
    const std::size_t bytes_max = word == FourLetterWord::dump ? 1000 : 20;
    const std::string text = tell(server, word, bytes_max);
    CHECK(text.size() < bytes_max + 40);
    CHECK(text.find("... cut behind ") != std::string::npos);
    CHECK(text.ends_with(" bytes\n"));
  }
}

TEST_CASE("of one session with very many ephemeral nodes none is shown, and others are") {
  Server server;
  server.connect(1);
  server.connect(2);
  const std::string name(1000, 'n');
  for (int i = 0; i < 300; ++i) server.send(1, ephemeral(fmt::format("/{}-{}", name, i)));
  server.send(2, ephemeral("/other"));
  server.commit();

  CHECK(tell(server, FourLetterWord::dump)
            .ends_with("Sessions with Ephemerals (2):\n"
                       "0x1:\n"
                       "\t... more than 262144 bytes\n"
                       "0x2:\n"
                       "\t/other\n"));
}

TEST_CASE("nobody watches") {
  const Server server;
  CHECK(tell(server, FourLetterWord::wchs) == "0 connections watching 0 paths\nTotal watches:0\n");
  CHECK(tell(server, FourLetterWord::wchc) == "\n");
  CHECK(tell(server, FourLetterWord::wchp) == "\n");
}

TEST_CASE("watches are told by session and by path, each once") {
  Server server;
  for (const std::uint64_t n : {10, 11}) server.connect(n);
  server.send(10, get_and_watch("/"), AddWatch{"/", WatchMode::persistent},
              AddWatch{"/", WatchMode::persistent_recursive});
  server.send(11, AddWatch{"/", WatchMode::persistent});

  CHECK(tell(server, FourLetterWord::wchs) == "2 connections watching 1 paths\nTotal watches:2\n");
  CHECK(tell(server, FourLetterWord::wchc) == "0xa\n\t/\n0xb\n\t/\n\n");
  CHECK(tell(server, FourLetterWord::wchp) == "/\n\t0xa\n\t0xb\n\n");
}

TEST_CASE("standard watches of children are not seen, as in ZooKeeper") {
  Server server;
  server.connect(10);
  server.send(10, GetChildren{"/", true});
  REQUIRE(server.machine.watches().size() == 1);

  CHECK(tell(server, FourLetterWord::wchs) == "0 connections watching 0 paths\nTotal watches:0\n");
  CHECK(tell(server, FourLetterWord::wchp) == "\n");
}

TEST_CASE("many watches are counted in steps") {
  Server server;
  server.connect(1);
  server.connect(2);
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    server.send(1, Exists{fmt::format("/n{:03}", i), true});
    if (i % 2 == 0) server.send(2, AddWatch{fmt::format("/n{:03}", i), WatchMode::persistent});
  }
  CHECK(tell(server, FourLetterWord::wchs) ==
        "2 connections watching 1000 paths\nTotal watches:1500\n");
  const std::string by_path = tell(server, FourLetterWord::wchp);
  CHECK(by_path.find("/n004\n\t0x1\n\t0x2\n") != std::string::npos);
  CHECK(by_path.find("/n005\n\t0x1\n/") != std::string::npos);
  const std::string by_session = tell(server, FourLetterWord::wchc);
  const std::size_t second = by_session.find("0x2\n");
  REQUIRE(second != std::string::npos);
  CHECK(by_session.find("\t/n005\n") < second);
  CHECK(by_session.find("\t/n005\n", second) == std::string::npos);
  CHECK(by_session.find("\t/n004\n", second) != std::string::npos);
}

TEST_CASE("hash has a line for each digest") {
  MarkRing marks;
  CHECK(tell(Server{}, FourLetterWord::hash, much, marks).empty());
  marks.add({Zxid::at(Epoch{1}, 1), 17, 1});
  marks.add({Zxid::at(Epoch{1}, 128), 0xffff'ffff'ffff'ffff, 1});

  CHECK(tell(Server{}, FourLetterWord::hash, much, marks) ==
        "100000001: 17\n100000080: 18446744073709551615\n");
}

}  // namespace quorate
