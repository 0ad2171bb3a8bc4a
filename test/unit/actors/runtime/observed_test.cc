// What is learned of an actor by looking at it.
#include "actors/runtime/observed.h"

#include <doctest/doctest.h>

#include <caf/actor_system.hpp>
#include <caf/make_message.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "actors/runtime/message_names.h"
#include "actors/runtime/pinned.h"
#include "test/unit/actors/runtime/probe.h"
#include "test/unit/actors/runtime/sockets.h"

namespace quorate::test {
namespace {

using work_a = caf::atom_constant<caf::atom("work")>;
using rest_a = caf::atom_constant<caf::atom("rest")>;
using spawn_a = caf::atom_constant<caf::atom("spawn")>;

using Worker = caf::typed_actor<caf::reacts_to<work_a>, caf::reacts_to<rest_a>,
                                caf::reacts_to<spawn_a, std::string>>;

struct WorkerName {
  static inline const char* name = "worker";
};

class WorkerActor : public PinnedActor<Worker, WorkerName> {
 public:
  explicit WorkerActor(caf::actor_config& config, std::string label = {}) : PinnedActor(config) {
    set_label(std::move(label));
  }
  behavior_type make_behavior() override {
    return {[this](work_a) { ++worked_; }, [](rest_a) {},
            [this](spawn_a, const std::string& label) {
              child_ = home_system().spawn<WorkerActor>(label);
            }};
  }

 private:
  void describe(StateDump& dump) const override {
    dump.add("worked", worked_);
    dump.add("tired", worked_ > 100);
    dump.add("song", "heigh-ho");
  }

  std::uint64_t worked_ = 0;
  std::optional<Worker> child_;
};

struct Scene {
  Scene()
      : config({.io = IoKind::none, .test_scheduler = true}),
        system(config),
        scheduler(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())),
        worker(system.spawn<WorkerActor>("the eldest")) {
    scheduler.run();
  }
  ~Scene() {
    worker = Worker();
    scheduler.run();
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  [[nodiscard]] ActorRegistry& registry() { return *config.registry(); }
  void work(int times) {
    for (int i = 0; i < times; ++i) caf::anon_send(worker, work_a::value);
    scheduler.run();
  }

  SystemConfig config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
  Worker worker;
};

TEST_CASE("messages are counted by kind while somebody looks, and only then") {
  Scene scene;
  scene.work(3);
  REQUIRE(scene.registry().watch(scene.worker.id(), true, false));

  scene.work(5);
  caf::anon_send(scene.worker, rest_a::value);
  scene.scheduler.run();

  const auto profile = scene.registry().profile_of(scene.worker.id());
  REQUIRE(profile != nullptr);
  const auto kinds = profile->kinds();
  REQUIRE(kinds.size() == 2);
  CHECK(kinds.at(0).message == "work");
  CHECK(kinds.at(0).count == 5);
  CHECK(kinds.at(0).took_ns.empty());
  CHECK(kinds.at(1).message == "rest");
  CHECK(kinds.at(1).count == 1);

  REQUIRE(scene.registry().watch(scene.worker.id(), false, false));
  scene.work(5);
  CHECK(profile->kinds().at(0).count == 5);
  CHECK(scene.registry().profile_of(scene.worker.id()) == nullptr);
  CHECK(scene.registry().list_only("worker").at(0).handled == 14);
}

TEST_CASE("a message is named as our code writes it, without its contents") {
  const auto message =
      caf::make_message(work_a::value, std::uint64_t{7}, std::shared_ptr<const Errand>());
  CHECK(message_names(*message.vals()) == "work, u64, Errand");
}

TEST_CASE("a traced actor's messages are timed, and the last of them are kept") {
  Scene scene;
  REQUIRE(scene.registry().watch(scene.worker.id(), true, true));
  CHECK(scene.registry().list_only("worker").at(0).traced);

  scene.work(static_cast<int>(MessageProfile::times_max) + 100);
  caf::anon_send(scene.worker, rest_a::value);
  scene.scheduler.run();

  const auto profile = scene.registry().profile_of(scene.worker.id());
  const auto kinds = profile->kinds();
  CHECK(kinds.at(0).count == MessageProfile::times_max + 100);
  CHECK(kinds.at(0).took_ns.size() == MessageProfile::times_max);
  CHECK(std::is_sorted(kinds.at(0).took_ns.begin(), kinds.at(0).took_ns.end()));
  const auto last = profile->last();
  REQUIRE(last.size() == MessageProfile::last_max);
  CHECK(last.at(0).message == "rest");
  CHECK(last.at(1).message == "work");
  CHECK(last.at(0).number == last.at(1).number + 1);
  CHECK(profile->last(last.at(2).number).size() == 2);
}

TEST_CASE("of a traced message it is known how long it waited, and from where it came") {
  Scene scene;
  caf::anon_send(scene.worker, work_a::value);  // Before the trace.
  REQUIRE(scene.registry().watch(scene.worker.id(), true, true));
  {
    caf::scoped_actor sender{scene.system};
    sender->send(scene.worker, work_a::value);
    caf::anon_send(scene.worker, work_a::value);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    scene.scheduler.run();

    const auto last = scene.registry().profile_of(scene.worker.id())->last();
    REQUIRE(last.size() == 3);
    CHECK(last.at(0).from == 0);
    CHECK(last.at(1).from == sender->id());
    REQUIRE(last.at(1).wait_ns.has_value());
    CHECK(*last.at(1).wait_ns >= 2'000'000);
    CHECK_FALSE(last.at(2).wait_ns.has_value());
  }
  CHECK(scene.registry().title_of(scene.worker.id()) == "worker the eldest");
  CHECK(scene.registry().title_of(scene.worker.id() + 1000).empty());
}

TEST_CASE("what waits when a trace ends is not known to the next one") {
  Scene scene;
  REQUIRE(scene.registry().watch(scene.worker.id(), true, true));
  caf::anon_send(scene.worker, work_a::value);
  REQUIRE(scene.registry().watch(scene.worker.id(), true, false));
  REQUIRE(scene.registry().watch(scene.worker.id(), true, true));
  scene.scheduler.run();

  const auto last = scene.registry().profile_of(scene.worker.id())->last();
  REQUIRE(last.size() == 1);
  CHECK_FALSE(last.at(0).wait_ns.has_value());
}

TEST_CASE("an errand waits behind what was sent before it, and brings the state back") {
  Scene scene;
  scene.work(2);
  std::vector<std::string> told;
  const auto errand = [&told](bool wants_dump) {
    auto made = std::make_shared<Errand>();
    made->wants_dump = wants_dump;
    made->done = [&told](Errand::Clock::duration waited, const StateDump& dump) {
      CHECK(waited.count() > 0);
      std::string text;
      for (const auto& [name, value] : dump.items()) {
        text += name + "=";
        if (const auto* number = std::get_if<std::uint64_t>(&value))
          text += std::to_string(*number);
        if (const auto* flag = std::get_if<bool>(&value)) text += *flag ? "yes" : "no";
        if (const auto* word = std::get_if<std::string>(&value)) text += *word;
        text += " ";
      }
      told.push_back(text);
    };
    return std::shared_ptr<const Errand>(std::move(made));
  };

  caf::anon_send(scene.worker, work_a::value);
  REQUIRE(scene.registry().send_errand(scene.worker.id(), errand(true)));
  caf::anon_send(scene.worker, work_a::value);
  REQUIRE(scene.registry().send_errand(scene.worker.id(), errand(false)));
  CHECK(told.empty());
  scene.scheduler.run();

  CHECK(told == std::vector<std::string>{"worked=3 tired=no song=heigh-ho ", ""});
  const auto row = scene.registry().list_only("worker").at(0);
  CHECK(row.enqueued == row.handled);
  CHECK_FALSE(scene.registry().send_errand(scene.worker.id() + 1000, errand(false)));
  CHECK_FALSE(scene.registry().watch(scene.worker.id() + 1000, true, true));
}

TEST_CASE("an actor's parent is who spawned it") {
  Scene scene;
  caf::anon_send(scene.worker, spawn_a::value, std::string("the youngest"));
  scene.scheduler.run();

  const auto rows = scene.registry().list_only("worker");
  REQUIRE(rows.size() == 2);
  CHECK(rows.at(0).label == "the eldest");
  CHECK(rows.at(0).parent == 0);
  CHECK(rows.at(1).label == "the youngest");
  CHECK(rows.at(1).parent == rows.at(0).id);
  const auto children = scene.registry().children_of(rows.at(0).id);
  REQUIRE(children.size() == 1);
  CHECK(children.at(0).id == rows.at(1).id);
  CHECK(scene.registry().count("worker") == 2);
  CHECK(scene.registry().list_but("worker").empty());
}

TEST_CASE("what the actors of a name have counted does not shrink when one ends") {
  Scene scene;
  caf::anon_send(scene.worker, spawn_a::value, std::string("the youngest"));
  scene.work(3);
  scene.registry().restarted("worker", "the eldest");
  scene.registry().restarted("worker", "the youngest");
  const auto before = scene.registry().kinds();
  REQUIRE(before.size() == 1);
  CHECK(before[0].name == "worker");
  CHECK(before[0].alive == 2);
  CHECK(before[0].depth == 0);
  CHECK(before[0].handled >= 4);
  CHECK(before[0].high_water >= 3);
  CHECK(before[0].restarts == 2);
  CHECK(before[0].traced == 0);
  REQUIRE(scene.registry().watch(scene.worker.id(), true, true));
  CHECK(scene.registry().kinds()[0].traced == 1);

  caf::anon_send_exit(scene.worker, caf::exit_reason::kill);
  scene.worker = Worker();
  scene.scheduler.run();

  const auto after = scene.registry().kinds();
  REQUIRE(after.size() == 1);
  CHECK(after[0].alive < 2);
  CHECK(after[0].handled >= before[0].handled);
  CHECK(after[0].enqueued >= before[0].enqueued);
  CHECK(after[0].busy_ns >= before[0].busy_ns);
  CHECK(after[0].restarts == 2);
  CHECK(after[0].high_water <= before[0].high_water);
}

TEST_CASE("errands reach an actor on another thread") {
  SystemConfig config{SystemOptions{}};
  caf::actor_system system{config};
  const auto worker = system.spawn<WorkerActor>();
  REQUIRE(eventually([&] {
    caf::anon_send(worker, work_a::value);
    return config.registry()->count("worker") == 1;
  }));
  std::atomic<int> done{0};
  auto errand = std::make_shared<Errand>();
  errand->done = [&done](Errand::Clock::duration, const StateDump&) { ++done; };
  for (int i = 0; i < 100; ++i) CHECK(config.registry()->send_errand(worker.id(), errand));
  CHECK(eventually([&] { return done == 100; }));
  CHECK(config.registry()->list_only("worker").at(0).thread == ActorThread::io);
  caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
}

}  // namespace
}  // namespace quorate::test
