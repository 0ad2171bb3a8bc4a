#include "actors/runtime/supervision.h"

#include <doctest/doctest.h>

#include <caf/actor_system.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>
#include <optional>
#include <string>
#include <vector>

#include "actors/runtime/pinned.h"

namespace quorate {
namespace {

using namespace std::chrono_literals;

using die_a = caf::atom_constant<caf::atom("die")>;
using stop_a = caf::atom_constant<caf::atom("stop")>;
using again_a = caf::atom_constant<caf::atom("again")>;

using Child = caf::typed_actor<caf::reacts_to<die_a>>;
using Supervisor = caf::typed_actor<caf::reacts_to<stop_a>, caf::reacts_to<again_a, std::uint64_t>>;

/// What happened, in order; outlives the actors.
using Events = std::vector<std::string>;

struct ChildName {
  static inline const char* name = "child";
};

class ChildActor : public PinnedActor<Child, ChildName> {
 public:
  ChildActor(caf::actor_config& config, std::string label, Events& events)
      : PinnedActor(config), label_(std::move(label)), events_(events) {
    set_label(label_);
  }
  behavior_type make_behavior() override {
    events_.push_back("start " + label_);
    return {[this](die_a) { quit(caf::make_error(caf::sec::runtime_error, "disk gone")); }};
  }
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    events_.push_back("end " + label_);
    return PinnedActor::cleanup(std::move(reason), host);
  }

 private:
  std::string label_;
  Events& events_;
};

struct SupervisorName {
  static inline const char* name = "supervisor";
};

class SupervisorActor : public PinnedActor<Supervisor, SupervisorName> {
 public:
  SupervisorActor(caf::actor_config& config, std::vector<Child>& handles, Events& events)
      : PinnedActor(config), handles_(handles), events_(events) {}

  behavior_type make_behavior() override {
    supervision_.emplace(
        *this,
        std::vector<ChildSpec>{child("a", 0, OnDeath::restart_with_later),
                               child("b", 1, OnDeath::restart), child("c", 2, OnDeath::escalate)},
        RestartLimit{.restarts_max = 3, .within = 10s}, [this] { events_.push_back("hand out"); });
    supervision_->start_all();
    return {[this](stop_a) { supervision_->stop_all(); },
            [this](again_a, std::uint64_t child) {
              const auto outcome = supervision_->restart(child, "restarted by a person");
              events_.push_back("asked: " + std::to_string(static_cast<int>(outcome)));
            }};
  }
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    events_.push_back("supervisor ends: " + home_system().render(reason));
    return PinnedActor::cleanup(std::move(reason), host);
  }

 private:
  ChildSpec child(const std::string& label, std::size_t index, OnDeath on_death) {
    return {"child", label, on_death, [this, label, index] {
              handles_.at(index) = home_system().spawn<ChildActor>(label, events_);
              return caf::actor_cast<caf::strong_actor_ptr>(handles_.at(index));
            }};
  }

  std::vector<Child>& handles_;
  Events& events_;
  std::optional<Supervision> supervision_;
};

struct Scene {
  Scene()
      : config({.io = IoKind::none, .test_scheduler = true}),
        system(config),
        scheduler(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())),
        children(3),
        supervisor(system.spawn<SupervisorActor>(children, events)) {
    scheduler.run();
  }
  ~Scene() {
    caf::anon_send_exit(supervisor, caf::exit_reason::kill);
    for (auto& child : children) caf::anon_send_exit(child, caf::exit_reason::kill);
    scheduler.run();
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  Events kill(std::size_t child) {
    events.clear();
    caf::anon_send(children.at(child), die_a::value);
    scheduler.run();
    return events;
  }

  Events events;
  SystemConfig config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
  std::vector<Child> children;
  Supervisor supervisor;
};

TEST_CASE("a supervisor starts its children in order and hands out their handles once") {
  Scene scene;

  CHECK(scene.events == Events{"hand out", "start a", "start b", "start c"});
}

TEST_CASE("a dead child is started again and its new handle handed out") {
  Scene scene;
  const Child before = scene.children.at(1);

  CHECK(scene.kill(1) == Events{"end b", "hand out", "start b"});

  CHECK(scene.children.at(1) != before);
  const auto rows = scene.config.registry()->list_only("child");
  REQUIRE(rows.size() == 3);
  // Oldest first; the one that was started again is the youngest.
  CHECK(rows.at(2).label == "b");
  CHECK(rows.at(2).restarts == 1);
  CHECK(rows.at(2).last_exit_reason.find("disk gone") != std::string::npos);
  CHECK(rows.at(2).on_death == OnDeath::restart);
  CHECK(rows.at(2).supervised);
  CHECK(rows.at(2).parent == scene.supervisor.id());
  CHECK(rows.at(0).label == "a");
  CHECK(rows.at(0).restarts == 0);
  CHECK(rows.at(0).last_exit_reason.empty());
}

TEST_CASE("a person may have a child started again, but not one whose death ends more") {
  using Restart = Supervision::Restart;
  Scene scene;
  const auto ask = [&scene](std::uint64_t child) {
    scene.events.clear();
    caf::anon_send(scene.supervisor, again_a::value, child);
    scene.scheduler.run();
    return scene.events;
  };
  const auto said = [](Restart outcome) {
    return "asked: " + std::to_string(static_cast<int>(outcome));
  };

  CHECK(ask(scene.children.at(1).id()) ==
        Events{said(Restart::done), "end b", "hand out", "start b"});
  const auto rows = scene.config.registry()->list_only("child");
  CHECK(rows.at(2).last_exit_reason == "restarted by a person");

  CHECK(ask(scene.children.at(2).id()) == Events{said(Restart::not_restartable)});
  CHECK(ask(scene.supervisor.id()) == Events{said(Restart::unknown)});
}

TEST_CASE("a person cannot make a supervisor give up") {
  Scene scene;
  for (int i = 0; i < 3; ++i) CHECK(scene.kill(1).back() == "start b");

  scene.events.clear();
  caf::anon_send(scene.supervisor, again_a::value, scene.children.at(1).id());
  scene.scheduler.run();

  CHECK(scene.events ==
        Events{"asked: " + std::to_string(static_cast<int>(Supervision::Restart::too_often))});
  scene.scheduler.advance_time(11s);
  scene.events.clear();
  caf::anon_send(scene.supervisor, again_a::value, scene.children.at(1).id());
  scene.scheduler.run();
  CHECK(scene.events.back() == "start b");
}

TEST_CASE("children that depend on a dead one end before any of them is started again") {
  Scene scene;

  const auto events = scene.kill(0);

  REQUIRE(events.size() == 7);
  CHECK(events.at(0) == "end a");
  CHECK(std::count(events.begin(), events.begin() + 3, "end b") == 1);
  CHECK(std::count(events.begin(), events.begin() + 3, "end c") == 1);
  CHECK(Events(events.begin() + 3, events.end()) ==
        Events{"hand out", "start a", "start b", "start c"});
}

TEST_CASE("the death of a vital child ends the others and the supervisor, with the reason") {
  Scene scene;

  const auto events = scene.kill(2);

  REQUIRE(events.size() == 4);
  CHECK(events.at(0) == "end c");
  CHECK(events.at(1).find("supervisor ends") == 0);
  CHECK(events.at(1).find("child died and is not started again") != std::string::npos);
  CHECK(events.at(1).find("disk gone") != std::string::npos);
  CHECK(std::count(events.begin(), events.end(), "end a") == 1);
  CHECK(std::count(events.begin(), events.end(), "end b") == 1);
}

TEST_CASE("a child that dies too often in the time ends the supervisor, a rarer one does not") {
  Scene often;
  for (int i = 0; i < 3; ++i) CHECK(often.kill(1).back() == "start b");
  CHECK(often.kill(1).at(1).find("supervisor ends") == 0);

  Scene seldom;
  for (int i = 0; i < 10; ++i) {
    seldom.scheduler.advance_time(4s);
    CHECK(seldom.kill(1).back() == "start b");
  }
}

TEST_CASE("a supervisor that is stopped ends its children last first, then itself") {
  Scene scene;
  scene.events.clear();

  caf::anon_send(scene.supervisor, stop_a::value);
  scene.scheduler.run();

  REQUIRE(scene.events.size() == 4);
  CHECK(Events(scene.events.begin(), scene.events.begin() + 3) ==
        Events{"end c", "end b", "end a"});
  CHECK(scene.events.back().find("supervisor ends") == 0);
}

}  // namespace
}  // namespace quorate
