#include "actors/console/event_hub.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace quorate {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock::time_point;

/// What a stream was sent.
struct Sent {
  std::vector<SharedBytes> bytes;
  bool open = true;
  bool held = true;

  [[nodiscard]] std::string text() const {
    std::string all;
    for (const SharedBytes& part : bytes) all += *part;
    return all;
  }
  [[nodiscard]] bool has(const std::string& part) const {
    return text().find(part) != std::string::npos;
  }
};

class FakeStream final : public HttpStream {
 public:
  explicit FakeStream(std::shared_ptr<Sent> sent) : sent_(std::move(sent)) {}
  ~FakeStream() override { sent_->held = false; }
  bool send(SharedBytes bytes) override {
    if (!sent_->open) return false;
    sent_->bytes.push_back(std::move(bytes));
    return true;
  }

 private:
  std::shared_ptr<Sent> sent_;
};

struct Scene {
  Scene()
      : hub(1000, [this](const std::string& view, auto done) {
          asked.push_back(view);
          answers[view] = std::move(done);
        }) {
    hub.tick(now, 0);
  }

  std::shared_ptr<Sent> connect(const StreamWanted& wanted) {
    auto sent = std::make_shared<Sent>();
    hub.add(wanted, std::make_shared<FakeStream>(sent));
    return sent;
  }
  void answer(const std::string& view, const std::string& body) {
    std::exchange(answers[view], {})({200, body});
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    hub.tick(now, now_ms += time.count());
  }

  std::vector<std::string> asked;
  std::map<std::string, std::function<void(AdminAnswer)>> answers;
  Time now = Time{} + 1h;
  std::int64_t now_ms = 0;
  EventHub hub;
};

StreamWanted views(std::vector<std::string> wanted) { return {std::move(wanted), {}, {}, {}}; }
StreamWanted topics(std::vector<WantedTopic> wanted, std::string last = {}) {
  return {{}, std::move(wanted), std::move(last), {}};
}

TEST_CASE("a view is sent at once, and then when it has changed") {
  Scene scene;
  const auto page = scene.connect(views({"/a"}));
  CHECK(scene.asked == std::vector<std::string>{"/a"});

  scene.answer("/a", R"({"x":1})");
  CHECK(page->has(R"(data: {"view":"/a","status":200,"body":{"x":1}})"));

  const std::size_t before = page->bytes.size();
  scene.pass(1000ms);
  CHECK(scene.asked.size() == 2);
  scene.answer("/a", R"({"x":1})");
  CHECK(page->bytes.size() == before);
  scene.pass(1000ms);
  scene.answer("/a", R"({"x":2})");
  CHECK(page->has(R"("body":{"x":2})"));
}

TEST_CASE("a view is made each second, though ticks come a moment early or late") {
  Scene scene;
  const auto page = scene.connect(views({"/a"}));
  for (const auto tick : {500ms, 503ms, 497ms, 499ms, 502ms, 498ms}) {
    if (scene.answers["/a"]) scene.answer("/a", "{}");
    scene.pass(tick);
  }
  CHECK(scene.asked.size() == 4);
}

TEST_CASE("a view is made once a second at most, and not while an answer is awaited") {
  Scene scene;
  const auto page = scene.connect(views({"/a"}));
  for (int i = 0; i < 8; ++i) scene.pass(500ms);
  CHECK(scene.asked.size() == 1);

  scene.answer("/a", "{}");
  for (int i = 0; i < 8; ++i) {
    scene.pass(500ms);
    if (scene.answers["/a"]) scene.answer("/a", "{}");
  }
  CHECK(scene.asked.size() == 5);
}

TEST_CASE("an answer that never comes is not waited for") {
  Scene scene;
  const auto page = scene.connect(views({"/a"}));
  for (int i = 0; i < 21; ++i) scene.pass(500ms);
  CHECK(scene.asked.size() == 2);
}

TEST_CASE("fifty pages share one view and its bytes") {
  Scene scene;
  std::vector<std::shared_ptr<Sent>> pages;
  for (int i = 0; i < 50; ++i) pages.push_back(scene.connect(views({"/a"})));
  CHECK(scene.asked.size() == 1);

  scene.answer("/a", R"({"x":1})");

  for (const auto& page : pages) CHECK(page->bytes.back() == pages.front()->bytes.back());
  const auto late = scene.connect(views({"/a"}));
  CHECK(scene.asked.size() == 1);
  CHECK(late->bytes.back() == pages.front()->bytes.back());
}

TEST_CASE("a view that nobody looks at any more is not made") {
  Scene scene;
  const auto page = scene.connect(views({"/a"}));
  scene.answer("/a", "{}");
  page->open = false;
  scene.pass(1000ms);  // Notices nothing: an unchanged view is not sent.
  scene.answer("/a", R"({"x":2})");
  scene.pass(1000ms);

  CHECK(scene.hub.streams() == 0);
  CHECK_FALSE(page->held);
  const std::size_t asked = scene.asked.size();
  for (int i = 0; i < 10; ++i) scene.pass(1000ms);
  CHECK(scene.asked.size() == asked);
}

TEST_CASE("a quiet stream is sent a comment, so that both ends know of each other") {
  Scene scene;
  const auto page = scene.connect(topics({{"log"}}));
  for (int i = 0; i < 21; ++i) scene.pass(500ms);
  CHECK(page->has(": still here"));
}

TEST_CASE("too many different views are refused") {
  Scene scene;
  for (std::size_t i = 0; i < EventHub::all_views_max; ++i)
    CHECK(scene.hub.add(views({"/" + std::to_string(i)}),
                        std::make_shared<FakeStream>(std::make_shared<Sent>())));
  const auto one_more = std::make_shared<Sent>();
  CHECK_FALSE(scene.hub.add(views({"/more"}), std::make_shared<FakeStream>(one_more)));
  CHECK_FALSE(one_more->held);
  CHECK(one_more->bytes.empty());
  CHECK(scene.hub.add(views({"/1"}), std::make_shared<FakeStream>(std::make_shared<Sent>())));
}

TEST_CASE("news go to those who want their topic, from their level on") {
  Scene scene;
  const auto all = scene.connect(topics({{"log"}, {"election"}}));
  const auto warnings = scene.connect(topics({{"log", LogLevel::warn}}));

  scene.hub.publish("log", {{"n", 1}}, LogLevel::info);
  scene.hub.publish("log", {{"n", 2}}, LogLevel::warn);
  scene.hub.publish("election", {{"n", 3}});
  scene.hub.publish("audit", {{"n", 4}});

  CHECK(all->has("id: 1000-1\nevent: log\ndata: {\"n\":1}\n\n"));
  CHECK(all->has("{\"n\":2}"));
  CHECK(all->has("event: election\ndata: {\"n\":3}"));
  CHECK_FALSE(all->has("{\"n\":4}"));
  CHECK_FALSE(warnings->has("{\"n\":1}"));
  CHECK(warnings->has("{\"n\":2}"));
  CHECK_FALSE(warnings->has("{\"n\":3}"));
}

TEST_CASE("who comes back with the last id misses nothing") {
  Scene scene;
  for (int i = 1; i <= 5; ++i) scene.hub.publish(i % 2 == 0 ? "log" : "slow", {{"n", i}});

  const auto page = scene.connect(topics({{"log"}, {"slow"}}, "1000-2"));

  CHECK_FALSE(page->has("gap"));
  const std::string text = page->text();
  const auto third = text.find("{\"n\":3}");
  const auto fourth = text.find("{\"n\":4}");
  const auto fifth = text.find("{\"n\":5}");
  CHECK(text.find("{\"n\":2}") == std::string::npos);
  REQUIRE(fifth != std::string::npos);
  CHECK(third < fourth);
  CHECK(fourth < fifth);
}

TEST_CASE("who has missed more than is kept, or comes from another server's life, is told so") {
  Scene scene;
  for (std::size_t i = 0; i < EventHub::kept_max + 10; ++i) scene.hub.publish("log", {{"n", i}});

  CHECK(scene.connect(topics({{"log"}}, "1000-3"))->has("event: gap"));
  CHECK_FALSE(scene.connect(topics({{"log"}}, "1000-11"))->has("event: gap"));
  CHECK(scene.connect(topics({{"log"}}, "999-400"))->has("event: gap"));
  CHECK(scene.connect(topics({{"log"}}, "<script>"))->has("event: gap"));
  CHECK(scene.connect(topics({{"log"}}, "1000-99999999"))->has("event: gap"));
  CHECK_FALSE(scene.connect(topics({{"log"}}))->has("event: gap"));
}

TEST_CASE("a stream ends with the login of its client") {
  Scene scene;
  StreamWanted wanted = topics({{"log"}});
  wanted.until_ms = 5000;
  const auto page = scene.connect(wanted);
  for (int i = 0; i < 4; ++i) scene.pass(1000ms);
  CHECK(page->held);
  scene.pass(1000ms);
  CHECK_FALSE(page->held);
}

TEST_CASE("answers that come when the hub is gone are dropped") {
  std::function<void(AdminAnswer)> late;
  const auto sent = std::make_shared<Sent>();
  {
    EventHub hub(1, [&late](const std::string&, auto done) { late = std::move(done); });
    hub.add(views({"/a"}), std::make_shared<FakeStream>(sent));
  }
  late({200, "{}"});
  CHECK_FALSE(sent->held);
  CHECK_FALSE(sent->has("view"));
}

TEST_CASE("names of views are quoted, whatever they hold") {
  Scene scene;
  const std::string view = "/a?search=\"\n\xff";
  const auto page = scene.connect(views({view}));
  scene.answer(view, "{}");
  CHECK(page->has(R"("view":"/a?search=\"\n)"));
}

}  // namespace
}  // namespace quorate
