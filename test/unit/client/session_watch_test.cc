// What a session does for watches: delivery in order, and registration on new connections.
#include "test/unit/client/session_harness.h"

namespace quorate::client {
namespace {

/// A watcher that writes down what it hears.
class Ear {
 public:
  [[nodiscard]] Watcher watcher() {
    return Watcher([this](const WatchEvent& event) { heard.push_back(event); });
  }
  std::vector<WatchEvent> heard;
};

GetData get_watched(std::string path) { return {std::move(path), true}; }

TEST_CASE("an event reaches the watcher between the replies it stood between") {
  SessionHarness harness;
  harness.connect();
  Ear ear;
  harness.submit(get_watched("/a"), ear.watcher());
  harness.submit(GetData{"/a"});
  const Request first = harness.take<Request>();
  const Request second = harness.take<Request>();

  harness.answer(first, Zxid{1}, DataReply{Blob("old"), {}});
  harness.receive(WatchEvent{EventType::data_changed, "/a", Zxid{2}});
  harness.answer(second, Zxid{2}, DataReply{Blob("new"), {}});

  CHECK(harness.order == std::vector<std::string>{"done", "event", "done"});
  REQUIRE(ear.heard.size() == 1);
  CHECK(ear.heard[0] == WatchEvent{EventType::data_changed, "/a", Zxid{2}});
}

TEST_CASE("a standard watch fires once") {
  SessionHarness harness;
  harness.connect();
  Ear ear;
  harness.submit(get_watched("/a"), ear.watcher());
  harness.answer(harness.take<Request>(), Zxid{1}, DataReply{});

  harness.receive(WatchEvent{EventType::data_changed, "/a", Zxid{2}});
  harness.receive(WatchEvent{EventType::data_changed, "/a", Zxid{3}});

  CHECK(ear.heard.size() == 1);
  CHECK(harness.session.watches().empty());
}

TEST_CASE("a read that is refused leaves no watch, except exists on a missing node") {
  SessionHarness harness;
  harness.connect();
  Ear ear;
  harness.submit(get_watched("/a"), ear.watcher());
  harness.answer(harness.take<Request>(), Zxid{1}, {}, ErrorCode::no_node);
  CHECK(harness.session.watches().empty());

  harness.submit(Exists{"/a", true}, ear.watcher());
  harness.answer(harness.take<Request>(), Zxid{1}, {}, ErrorCode::no_node);
  harness.receive(WatchEvent{EventType::created, "/a", Zxid{2}});

  REQUIRE(ear.heard.size() == 1);
  CHECK(ear.heard[0].type == EventType::created);
}

TEST_CASE("watches are registered again behind identities and before requests") {
  Options options = harness_options();
  options.credentials = {{"digest", "ann:secret"}};
  SessionHarness harness(options);
  harness.connect();
  harness.answer(harness.take_request<Authenticate>(), Zxid{});
  Ear ear;
  harness.submit(get_watched("/data"), ear.watcher());
  harness.submit(Exists{"/exist", true}, ear.watcher());
  harness.submit(GetChildren{"/child", true}, ear.watcher());
  harness.submit(AddWatch{"/p", WatchMode::persistent}, ear.watcher());
  harness.submit(AddWatch{"/r", WatchMode::persistent_recursive}, ear.watcher());
  harness.answer(harness.take<Request>(), Zxid{7}, DataReply{});
  harness.answer(harness.take<Request>(), Zxid{7}, {}, ErrorCode::no_node);
  harness.answer(harness.take<Request>(), Zxid{7}, ChildrenReply{});
  harness.answer(harness.take<Request>(), Zxid{7});
  harness.answer(harness.take<Request>(), Zxid{7});
  harness.break_off();
  harness.submit(Exists{"/later"});
  Welcome welcome = harness_welcome();
  welcome.zxid = Zxid{100};

  harness.connect(welcome);

  harness.take_request<Authenticate>();
  const Request request = harness.take_request<SetWatches>();
  const auto& watches = std::get<SetWatches>(request.operation);
  CHECK(watches.relative_zxid == Zxid{7});
  CHECK(watches.data == std::vector<std::string>{"/data"});
  CHECK(watches.exist == std::vector<std::string>{"/exist"});
  CHECK(watches.child == std::vector<std::string>{"/child"});
  CHECK(watches.persistent == std::vector<std::string>{"/p"});
  CHECK(watches.persistent_recursive == std::vector<std::string>{"/r"});
  harness.take_request<Ping>();
  harness.take_request<Exists>();
}

TEST_CASE("until every registration is answered, a further break registers from the old zxid") {
  SessionHarness harness;
  harness.connect();
  Ear ear;
  harness.submit(get_watched("/a"), ear.watcher());
  harness.answer(harness.take<Request>(), Zxid{7}, DataReply{});
  harness.break_off();
  Welcome welcome = harness_welcome();
  welcome.zxid = Zxid{100};
  harness.connect(welcome);

  SUBCASE("the answer alone is not enough: events follow it") {
    harness.answer(harness.take_request<SetWatches>(), Zxid{100});
    harness.break_off();
    harness.sent.clear();
    harness.connect(welcome);
    CHECK(std::get<SetWatches>(harness.take<Request>().operation).relative_zxid == Zxid{7});
  }
  SUBCASE("the answer behind it is") {
    harness.answer(harness.take_request<SetWatches>(), Zxid{100});
    harness.answer(harness.take_request<Ping>(), Zxid{101});
    harness.break_off();
    welcome.zxid = Zxid{101};
    harness.connect(welcome);
    CHECK(std::get<SetWatches>(harness.take<Request>().operation).relative_zxid == Zxid{101});
  }
}

TEST_CASE("an event alone does not move the zxid that watches are registered from") {
  // Two events of one txn may be on either side of a break.
  SessionHarness harness;
  harness.connect();
  Ear ear;
  harness.submit(Exists{"/a/b", true}, ear.watcher());
  harness.submit(GetChildren{"/a", true}, ear.watcher());
  harness.answer(harness.take<Request>(), Zxid{7}, {}, ErrorCode::no_node);
  harness.answer(harness.take<Request>(), Zxid{7}, ChildrenReply{});

  harness.receive(WatchEvent{EventType::created, "/a/b", Zxid{8}});
  harness.break_off();
  Welcome welcome = harness_welcome();
  welcome.zxid = Zxid{8};
  const Hello hello = harness.connect(welcome);

  CHECK(hello.last_seen == Zxid{8});
  CHECK(std::get<SetWatches>(harness.take<Request>().operation).relative_zxid == Zxid{7});
}

TEST_CASE("many watches are registered in frames that the server accepts") {
  SessionHarness harness;
  Welcome welcome = harness_welcome();
  welcome.requests_in_flight_max = 100'000;
  harness.connect(welcome);
  Ear ear;
  const Watcher watcher = ear.watcher();
  constexpr int count = 5000;
  for (int i = 0; i < count; ++i) {
    harness.submit(get_watched("/" + std::string(90, 'x') + std::to_string(i)), watcher);
  }
  while (!harness.sent.empty()) harness.answer(harness.take<Request>(), Zxid{7}, DataReply{});

  harness.break_off();
  welcome.zxid = Zxid{7};
  harness.connect(welcome);

  std::size_t paths = 0;
  std::size_t messages = 0;
  while (harness.sent.size() > 1) {
    const Request request = harness.take_request<SetWatches>();
    std::vector<char> frame;
    capnp_codec::encode(request, frame);
    CHECK(frame.size() < (160U << 10));
    paths += std::get<SetWatches>(request.operation).data.size();
    ++messages;
  }
  CHECK(paths == count);
  CHECK(messages > 1);
}

TEST_CASE("the end of a session is told to every watcher") {
  SessionHarness harness;
  harness.connect();
  Ear ear;
  harness.submit(get_watched("/a"), ear.watcher());
  harness.answer(harness.take<Request>(), Zxid{7}, DataReply{});

  harness.receive(Goodbye{ErrorCode::session_expired, ""});

  REQUIRE(ear.heard.size() == 1);
  CHECK(ear.heard[0] == WatchEvent{EventType::none, "/a", Zxid{}});
}

TEST_CASE("removing one of two watchers keeps the server's watch") {
  SessionHarness harness;
  harness.connect();
  Ear one;
  Ear two;
  const Watcher first = one.watcher();
  const Watcher second = two.watcher();
  for (const Watcher& watcher : {first, second}) {
    harness.submit(AddWatch{"/a", WatchMode::persistent}, watcher);
    harness.answer(harness.take<Request>(), Zxid{1});
  }

  harness.submit(RemoveWatches{"/a", WatcherType::persistent}, first);
  harness.answer(harness.take_request<CheckWatches>(), Zxid{1});
  harness.receive(WatchEvent{EventType::data_changed, "/a", Zxid{2}});
  CHECK(one.heard.empty());
  CHECK(two.heard.size() == 1);
  harness.submit(RemoveWatches{"/a", WatcherType::persistent}, second);
  harness.answer(harness.take_request<RemoveWatches>(), Zxid{2});

  CHECK(harness.session.watches().empty());
}

TEST_CASE("an event under a chroot comes with the path that the application knows") {
  SessionHarness harness(harness_options(), "a:1/app");
  harness.connect();
  Ear ear;
  harness.submit(get_watched("/x"), ear.watcher());
  harness.answer(harness.take<Request>(), Zxid{1}, DataReply{});

  harness.receive(WatchEvent{EventType::deleted, "/app/x", Zxid{2}});

  REQUIRE(ear.heard.size() == 1);
  CHECK(ear.heard[0].path == "/x");
}

TEST_CASE("watches that the server refuses are tried at another one") {
  SessionHarness harness;
  harness.connect();
  Ear ear;
  harness.submit(get_watched("/a"), ear.watcher());
  harness.answer(harness.take<Request>(), Zxid{1}, DataReply{});
  harness.break_off();
  Welcome welcome = harness_welcome();
  welcome.zxid = Zxid{1};
  harness.connect(welcome);

  harness.answer(harness.take_request<SetWatches>(), Zxid{1}, {}, ErrorCode::throttled);

  CHECK(harness.session.state() == SessionState::suspended);
  CHECK(harness.session.watches().size() == 1);
}

}  // namespace
}  // namespace quorate::client
