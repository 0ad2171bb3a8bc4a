// A session that is served by a server without a leader, and looks for a better one.
#include <doctest/doctest.h>

#include "test/unit/client/session_harness.h"

namespace quorate::client {
namespace {

using enum SessionState;

Options content() {
  Options options = harness_options();
  options.read_only = true;
  return options;
}

Welcome reads_only() {
  Welcome welcome = harness_welcome();
  welcome.read_only = true;
  return welcome;
}

Result<Inspection> inspection(bool serving, bool sends_away = false) {
  Inspection inspection;
  inspection.serving = serving;
  inspection.sends_clients_away = sends_away;
  return inspection;
}

/// Lets the search come to its next question.
Host next_inquiry(SessionHarness& harness) {
  const std::size_t before = harness.inquiries.size();
  for (int step = 0; step < 20'000 && harness.inquiries.size() == before; ++step) {
    harness.pass(milliseconds{10});
    // So that nobody takes the server for dead.
    while (!harness.sent.empty()) harness.answer(harness.take_request<Ping>(), Zxid{1});
  }
  REQUIRE(harness.inquiries.size() == before + 1);
  return harness.inquiries.back();
}

void inspected(SessionHarness& harness, const Host& host, const Result<Inspection>& answer) {
  harness.session.on_inspected(host, answer, harness.now);
  harness.absorb();
}

TEST_CASE("who is content with reads says so, and is told when that is all there is") {
  SessionHarness harness(content());

  CHECK(harness.connect(reads_only()).read_only);

  CHECK(harness.states == std::vector{read_only});
  CHECK(harness.session.ticket().session == SessionId{});
}

TEST_CASE("the others are asked in turn, and ever less often") {
  SessionHarness harness(content());
  harness.connect(reads_only());
  const Host here = harness.dials.back();

  std::vector<milliseconds> pauses;
  std::vector<Host> asked;
  for (int i = 0; i < 12; ++i) {
    const TimePoint before = harness.now;
    asked.push_back(next_inquiry(harness));
    pauses.push_back(std::chrono::duration_cast<milliseconds>(harness.now - before));
    inspected(harness, asked.back(), inspection(false));
  }

  CHECK(std::find(asked.begin(), asked.end(), here) == asked.end());
  CHECK(asked[0] != asked[1]);
  CHECK(asked[0] == asked[2]);
  CHECK(pauses[0] == milliseconds{100});
  CHECK(pauses[1] == milliseconds{200});
  CHECK(pauses[2] == milliseconds{400});
  CHECK(pauses[11] == milliseconds{60'000});
  CHECK(harness.session.state() == read_only);
}

TEST_CASE("a server that can write is gone to when all is answered, and nothing is lost") {
  SessionHarness harness(content());
  harness.connect(reads_only());
  harness.submit(Exists{"/a"});
  const Request pending = harness.take_request<Exists>();
  const Host better = next_inquiry(harness);
  const int hang_ups = harness.hang_ups;

  inspected(harness, better, inspection(true));
  harness.submit(Exists{"/b"});
  CHECK(harness.hang_ups == hang_ups);
  CHECK(harness.sent.empty());
  harness.answer(pending, Zxid{7}, StatReply{});

  CHECK(harness.outcome(0).error.code == ErrorCode::ok);
  CHECK(harness.hang_ups == hang_ups + 1);
  CHECK(harness.dials.back() == better);
  Welcome welcome = harness_welcome();
  welcome.session = SessionId{0x999};
  welcome.zxid = Zxid{7};
  const Hello hello = harness.connect(welcome);
  // The stopgap is not gone on with, but its past is not undone.
  CHECK(hello.session == SessionId{});
  CHECK(hello.password == SessionPassword{});
  CHECK(hello.last_seen == Zxid{7});
  CHECK(harness.take_request<Exists>().operation == Operation{Exists{"/b"}});
  CHECK(harness.states == std::vector{read_only, suspended, connected});
  CHECK(harness.session.ticket().session == SessionId{0x999});
}

TEST_CASE("watches of a stopgap go on in the session that follows it") {
  SessionHarness harness(content());
  harness.connect(reads_only());
  harness.submit(GetData{"/a", true}, Watcher([](const WatchEvent&) {}));
  harness.answer(harness.take_request<GetData>(), Zxid{5}, DataReply{});

  inspected(harness, next_inquiry(harness), inspection(true));
  Welcome welcome = harness_welcome();
  welcome.session = SessionId{0x999};
  welcome.zxid = Zxid{9};
  harness.connect(welcome);

  const auto restored = std::get<SetWatches>(harness.take_request<SetWatches>().operation);
  CHECK(restored.relative_zxid == Zxid{5});
  CHECK(restored.data == std::vector<std::string>{"/a"});
}

TEST_CASE("servers that cannot write, send clients away or do not answer are not gone to") {
  SessionHarness harness(content());
  harness.connect(reads_only());
  const Host other = next_inquiry(harness);

  inspected(harness, other, inspection(false));
  inspected(harness, other, inspection(true, true));
  inspected(harness, other, Error{ErrorCode::connection_loss, "refused"});

  CHECK(harness.session.state() == read_only);
  CHECK(harness.hang_ups == 0);
}

TEST_CASE("with one server nobody is asked: it says goodbye itself when it can write") {
  SessionHarness harness(content(), "a:1");
  harness.connect(reads_only());
  for (int i = 0; i < 1000; ++i) {
    harness.pass(milliseconds{10});
    while (!harness.sent.empty()) harness.answer(harness.take<Request>(), Zxid{1});
  }
  CHECK(harness.inquiries.empty());

  harness.receive(Goodbye{ErrorCode::not_read_only, ""});
  harness.pass(seconds{1});
  Welcome welcome = harness_welcome();
  welcome.session = SessionId{0x999};
  welcome.zxid = Zxid{1};
  CHECK(harness.connect(welcome).session == SessionId{});

  CHECK(harness.states == std::vector{read_only, suspended, connected});
}

TEST_CASE("a stopgap that expires is followed by a new session, not the end") {
  SessionHarness harness(content());
  harness.connect(reads_only());

  harness.receive(Goodbye{ErrorCode::session_expired, ""});
  CHECK(harness.connect().session == SessionId{});

  CHECK(harness.states == std::vector{read_only, suspended, connected});
}

TEST_CASE("a session that began otherwise is kept over a server that only reads") {
  SessionHarness harness(content());
  harness.connect();
  harness.break_off();

  CHECK(harness.connect(reads_only()).session == harness_session);
  CHECK(harness.session.ticket().session == harness_session);
  harness.break_off();

  CHECK(harness.connect().session == harness_session);
  CHECK(harness.states == std::vector{connected, suspended, read_only, suspended, connected});
}

TEST_CASE("an answer that comes when it is no longer wanted changes nothing") {
  SessionHarness harness(content());
  harness.connect(reads_only());
  const Host other = next_inquiry(harness);
  harness.break_off();
  harness.connect();

  inspected(harness, other, inspection(true));

  CHECK(harness.session.state() == connected);
  CHECK(harness.hang_ups == 1);
}

TEST_CASE("who closes its client while it is about to leave closes the session first") {
  SessionHarness harness(content());
  harness.connect(reads_only());
  harness.submit(Exists{"/a"});
  const Request pending = harness.take_request<Exists>();
  inspected(harness, next_inquiry(harness), inspection(true));

  harness.session.close(harness.now);
  harness.absorb();
  harness.answer(pending, Zxid{7}, StatReply{});
  harness.answer(harness.take_request<CloseSession>(), Zxid{7});

  CHECK(harness.session.state() == closed);
}

}  // namespace
}  // namespace quorate::client
