#include "actors/console/ensemble_look.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

namespace quorate {
namespace {

constexpr ServerId s2{2};
constexpr ServerId s3{3};

struct Scene {
  Scene()
      : look(
            {s2, s3},
            [this](ServerId server, auto done) {
              asked.push_back(server);
              answers[server] = std::move(done);
            },
            [this](std::chrono::milliseconds, auto task) { later.push_back(std::move(task)); }) {}

  void wait() {
    for (const auto& task : std::exchange(later, {})) task();
  }

  std::vector<ServerId> asked;
  std::map<ServerId, std::function<void(AdminAnswer)>> answers;
  std::vector<std::function<void()>> later;
  int ready = 0;
  EnsembleLook look;
};

TEST_CASE("all others are asked at once, and who looks is told when all have answered") {
  Scene scene;
  scene.look.look([&] { ++scene.ready; });
  CHECK(scene.asked == std::vector{s2, s3});

  scene.answers[s2]({200, R"({"server":2})"});
  CHECK(scene.ready == 0);
  scene.answers[s3]({200, R"({"server":3})"});

  CHECK(scene.ready == 1);
  CHECK(scene.look.others().at(s2).status == Json{{"server", 2}});
  CHECK(scene.look.others().at(s3).error.empty());
  scene.wait();
  CHECK(scene.ready == 1);
}

TEST_CASE("whoever looks meanwhile, or soon after, is answered from the same round") {
  Scene scene;
  scene.look.look([&] { ++scene.ready; });
  scene.look.look([&] { ++scene.ready; });
  for (auto& [server, answer] : scene.answers) answer({200, "{}"});
  CHECK(scene.ready == 2);
  scene.look.look([&] { ++scene.ready; });
  CHECK(scene.ready == 3);
  CHECK(scene.asked.size() == 2);
}

TEST_CASE("who does not answer in time is shown as it was, with the reason") {
  Scene scene;
  scene.look.look([&] { ++scene.ready; });
  scene.answers[s2]({200, "{}"});
  scene.wait();

  CHECK(scene.ready == 1);
  CHECK(scene.look.others().at(s2).error.empty());
  CHECK_FALSE(scene.look.others().at(s3).status);
  CHECK(scene.look.others().at(s3).error == "not asked yet");
}

TEST_CASE("refusals are told as they were said") {
  Scene scene;
  scene.look.look([&] { ++scene.ready; });
  scene.answers[s2]({502, R"({"error":{"code":"not_linked","text":"there is no link to it"}})"});
  scene.answers[s3]({500, "what?"});

  CHECK(scene.look.others().at(s2).error == "there is no link to it");
  CHECK(scene.look.others().at(s3).error == "it answered 500");
}

TEST_CASE("a server on its own has nobody to ask") {
  bool ready = false;
  EnsembleLook look({}, {}, {});
  look.look([&] { ready = true; });
  CHECK(ready);
}

}  // namespace
}  // namespace quorate
