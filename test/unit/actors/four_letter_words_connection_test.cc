// Four-letter words at the beginning of a connection: which bytes are one, and what becomes of it.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "actors/connection_logic.h"
#include "test/unit/actors/fake_host.h"
#include "test/unit/actors/fake_link.h"

namespace quorate {
namespace {

struct WordFixture {
  explicit WordFixture(std::string_view allowed = "*",
                       ClientProtocols spoken_here = ClientProtocols::all)
      : spoken(spoken_here) {
    limits.words = four_letter_words(allowed).value();
  }

  ClientProtocols spoken;

  test::FakeLink link;
  test::FakeHost host;
  EventCaches events;
  Outstanding outstanding{10'000, std::size_t{1} << 30};
  ServerCounters counters;
  ConnectionLimits limits;
  ConnectionLogic logic{ConnectionSerial{5}, ServerId{1}, limits, {}, link, host, events,
                        outstanding,         counters,    spoken};

  void receive(std::string_view bytes) { logic.on_bytes(bytes); }
  [[nodiscard]] std::string sent() const { return {link.sent.begin(), link.sent.end()}; }
};

}  // namespace

TEST_CASE("a word is handed to the server, and its answer is the last that is sent") {
  WordFixture f;
  f.receive("srvr");
  REQUIRE(f.host.asked_words == std::vector<AskedWord>{{FourLetterWord::srvr, 0}});
  CHECK_FALSE(f.logic.is_closed());
  CHECK(f.link.paused);
  CHECK_FALSE(f.logic.report().reads);

  f.logic.on_words("how it is\n");

  CHECK(f.sent() == "how it is\n");
  CHECK(f.link.closed == CloseMode::graceful);
  CHECK(packets(f.counters).received == 1);
  CHECK(packets(f.counters).sent == 1);
  CHECK(f.counters.closed_inspected.get() == 1);
  CHECK(f.host.handshakes.empty());
}

TEST_CASE("what follows a word is not looked at") {
  WordFixture f;
  f.receive("ruok\r\nsrvr");
  CHECK(f.host.asked_words.size() == 1);
  f.receive("mntr");
  f.logic.on_words("imok");
  f.receive("mntr");

  CHECK(f.host.asked_words.size() == 1);
  CHECK(f.sent() == "imok");
}

TEST_CASE("every word is known, however its bytes come") {
  for (std::size_t i = 0; i < four_letter_word_count; ++i) {
    const auto word = static_cast<FourLetterWord>(i);
    const std::string bytes = std::string(text_of(word)) + std::string(8, '\0');
    CAPTURE(bytes);
    for (std::size_t first = 0; first < bytes.size(); ++first) {
      WordFixture f;
      f.receive(bytes.substr(0, first));
      f.receive(bytes.substr(first));
      CHECK(f.host.asked_words == std::vector<AskedWord>{{word, 0}});
      CHECK_FALSE(f.logic.is_closed());
    }
    WordFixture f;
    for (const char byte : bytes) f.receive({&byte, 1});
    CHECK(f.host.asked_words == std::vector<AskedWord>{{word, 0}});
    f.logic.on_words("!");
    CHECK(f.sent() == "!");
  }
}

TEST_CASE("a word that is not allowed is named, and nobody is asked") {
  WordFixture f("srvr, ruok");
  f.receive("mn");
  f.receive("tr\n");

  CHECK(f.host.asked_words.empty());
  CHECK(f.sent() == "mntr is not executed because it is not in the whitelist.\n");
  CHECK(f.link.closed == CloseMode::graceful);
  CHECK(f.counters.words.get() == 0);
}

TEST_CASE("with no word allowed all are refused") {
  for (std::size_t i = 0; i < four_letter_word_count; ++i) {
    WordFixture f("");
    const std::string text(text_of(static_cast<FourLetterWord>(i)));
    f.receive(text);
    CHECK(f.host.asked_words.empty());
    CHECK(f.sent() == text + " is not executed because it is not in the whitelist.\n");
  }
}

TEST_CASE("what is no word is taken for the beginning of a protocol") {
  for (const char* text : {"RUOK", "kill", "GET / HTTP/1.1\r\n", " ruok"}) {
    WordFixture f;
    f.receive(text);
    CHECK(f.host.asked_words.empty());
    CHECK(f.counters.closed_unknown_protocol.get() == 1);
    CHECK(f.sent().empty());
  }
}

TEST_CASE("words count only at the beginning of a connection") {
  WordFixture f;
  f.receive(std::string_view("\0\0", 2));
  f.receive("ruok");
  CHECK(f.host.asked_words.empty());
}

TEST_CASE("words are ZooKeeper's: there are none where only the native protocol is spoken") {
  WordFixture native("*", ClientProtocols::native);
  native.receive("ruok");
  CHECK(native.host.asked_words.empty());
  CHECK(native.counters.closed_unknown_protocol.get() == 1);
  WordFixture zookeeper("*", ClientProtocols::zookeeper);
  zookeeper.receive("ruok");
  CHECK(zookeeper.host.asked_words.size() == 1);
}

TEST_CASE("the trace mask is the eight bytes behind stmk") {
  WordFixture f;
  f.receive("stmk");
  f.receive(std::string_view("\0\0\0\0\0\0\1", 7));
  CHECK(f.host.asked_words.empty());
  CHECK_FALSE(f.logic.is_closed());

  f.receive("\x32");

  CHECK(f.host.asked_words == std::vector<AskedWord>{{FourLetterWord::stmk, 306}});
  WordFixture negative;
  negative.receive("stmk\xff\xff\xff\xff\xff\xff\xff\xfe");
  CHECK(negative.host.asked_words == std::vector<AskedWord>{{FourLetterWord::stmk, -2}});
}

TEST_CASE("the end of a telnet is not answered") {
  WordFixture f("");
  f.receive("\xff\xf4\xff");
  CHECK_FALSE(f.logic.is_closed());
  f.receive("\xfd\x06");

  CHECK(f.sent().empty());
  CHECK(f.link.closed == CloseMode::graceful);
  CHECK(f.counters.closed_unknown_protocol.get() == 0);
}

TEST_CASE("an answer that comes after the connection was given up is dropped") {
  WordFixture f;
  f.receive("dump");
  f.logic.dismiss(ErrorCode::request_timeout, "no Hello came in time");
  REQUIRE(f.logic.is_closed());

  f.logic.on_words("SessionTracker dump:\n");

  CHECK(f.sent().empty());
}

}  // namespace quorate
