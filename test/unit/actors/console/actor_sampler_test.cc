#include "actors/console/actor_sampler.h"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "actors/console/trace_view.h"

namespace quorate {
namespace {

using namespace std::chrono_literals;

/// Actors that are listed, and whose messages a test counts in their place.
struct Scene {
  explicit Scene(std::uint64_t actors) {
    for (std::uint64_t id = 1; id <= actors; ++id)
      registry.started({std::make_shared<ActorRecord>(id, 0, 0),
                        "worker",
                        "number " + std::to_string(id),
                        ActorThread::io,
                        {}});
  }

  void handle(std::uint64_t actor, std::size_t messages) {
    const auto profile = registry.profile_of(actor);
    REQUIRE(profile != nullptr);
    for (std::size_t i = 0; i < messages; ++i) profile->time(7, {1500ns, 250us, 2, 1'700});
  }

  ActorRegistry registry;
  ActorSampler sampler{registry};
};

TEST_CASE("what a traced actor handles is news once, in its order") {
  Scene scene(2);
  REQUIRE(scene.sampler.trace(1, ActorSampler::Clock::now() + 1h));
  scene.handle(1, 3);

  const auto news = scene.sampler.take_trace_news();

  REQUIRE(news.size() == 3);
  for (std::size_t i = 0; i < news.size(); ++i) {
    CHECK(news[i].actor == 1);
    CHECK(news[i].message.number == i + 1);
  }
  CHECK(scene.sampler.take_trace_news().empty());
  scene.handle(1, 1);
  CHECK(scene.sampler.take_trace_news().at(0).message.number == 4);
}

TEST_CASE("of too much the newest is news, of each actor and of all") {
  Scene scene(3);
  for (const std::uint64_t actor : {1, 2, 3}) {
    REQUIRE(scene.sampler.trace(actor, ActorSampler::Clock::now() + 1h));
    scene.handle(actor, 150);
  }

  const auto news = scene.sampler.take_trace_news();

  REQUIRE(news.size() == ActorSampler::news_max);
  CHECK(news.front().message.number == 51);
  CHECK(news[99].message.number == 150);
  CHECK(news[100].actor == 2);
  CHECK(scene.sampler.take_trace_news().empty());
}

TEST_CASE("who is only looked at makes no news, nor whose trace has ended") {
  Scene scene(1);
  const auto now = ActorSampler::Clock::now();
  static_cast<void>(scene.sampler.look_at(1, now));
  scene.handle(1, 1);
  CHECK(scene.sampler.take_trace_news().empty());

  REQUIRE(scene.sampler.trace(1, now + 1h));
  scene.sampler.tick(now + 2h);
  CHECK(scene.sampler.take_trace_news().empty());
}

TEST_CASE("a traced message is told with its times and its sender") {
  Scene scene(2);
  const TracedMessage known{4, 1'700, "commit", 1'500, 250'000, 2};
  CHECK(trace_item_json(1, known, scene.registry) == Json::parse(R"({
    "actor": 1, "name": "worker number 1", "seq": 4, "at_ms": 1700, "message": "commit",
    "wait_us": 250.0, "took_us": 1.5, "from": "worker number 2"})"));

  const TracedMessage unknown{4, 1'700, "commit", 1'500, {}, 99};
  CHECK(traced_json(unknown, scene.registry)["wait_us"].is_null());
  CHECK(traced_json(unknown, scene.registry)["from"].is_null());
}

}  // namespace
}  // namespace quorate
