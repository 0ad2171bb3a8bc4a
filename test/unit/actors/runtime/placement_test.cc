// Where actors run, how long they make each other wait, and whether they are counted exactly.
#include <doctest/doctest.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>
#include <charconv>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "actors/runtime/pinned.h"
#include "actors/runtime/ticker.h"
#include "test/unit/actors/runtime/probe.h"
#include "test/unit/actors/runtime/sockets.h"

namespace quorate::test {
namespace {

using namespace std::chrono_literals;

using work_a = caf::atom_constant<caf::atom("work")>;
using where_a = caf::atom_constant<caf::atom("where")>;
using ask_a = caf::atom_constant<caf::atom("ask")>;
using tick_a = caf::atom_constant<caf::atom("tick")>;

struct WorkerName {
  static inline const char* name = "worker";
};

// -- counts -------------------------------------------------------------------------------------

using Worker = caf::typed_actor<caf::reacts_to<work_a>>;

class PinnedWorker : public PinnedActor<Worker, WorkerName> {
 public:
  explicit PinnedWorker(caf::actor_config& config) : PinnedActor(config) {}
  behavior_type make_behavior() override {
    return {[](work_a) {}};
  }
};

class ThreadWorker : public ThreadActor<Worker, WorkerName> {
 public:
  explicit ThreadWorker(caf::actor_config& config) : ThreadActor(config) {}
  behavior_type make_behavior() override {
    return {[](work_a) {}};
  }
};

void check_counts(SystemConfig& config, const Worker& worker) {
  constexpr std::size_t each = 10'000;
  std::vector<std::thread> senders;
  for (int i = 0; i < 4; ++i) {
    senders.emplace_back([&] {
      for (std::size_t n = 0; n < each; ++n) caf::anon_send(worker, work_a::value);
    });
  }
  for (auto& sender : senders) sender.join();

  const auto row = [&] { return config.registry()->list_only("worker").at(0); };
  REQUIRE(eventually([&] { return row().handled == 4 * each; }));
  CHECK(row().enqueued == 4 * each);
  CHECK(row().depth == 0);
  CHECK(row().high_water >= 1);
  CHECK(row().high_water <= 4 * each);
  CHECK(row().busy_ns > 0);

  caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
  REQUIRE(eventually([&] { return !row().alive; }));
  CHECK(row().last_exit_reason.find("user_shutdown") != std::string::npos);
}

TEST_CASE("messages from many threads are counted exactly, wherever the actor runs") {
  SystemConfig config{SystemOptions{}};
  caf::actor_system system{config};

  check_counts(config, system.spawn<PinnedWorker>());
  check_counts(config, system.spawn<ThreadWorker>());
  check_counts(config, system.spawn<ThreadWorker, caf::detached>());
}

// -- several systems ----------------------------------------------------------------------------

/// Tells whether it runs on a thread of its own system.
using Answerer = caf::typed_actor<caf::replies_to<where_a>::with<bool>>;
using Asker = caf::typed_actor<caf::reacts_to<ask_a>>;

class PinnedAnswerer : public PinnedActor<Answerer, WorkerName> {
 public:
  explicit PinnedAnswerer(caf::actor_config& config) : PinnedActor(config) {}
  behavior_type make_behavior() override {
    return {[this](where_a) { return &context()->system() == &home_system(); }};
  }
};

class ThreadAnswerer : public ThreadActor<Answerer, WorkerName> {
 public:
  explicit ThreadAnswerer(caf::actor_config& config) : ThreadActor(config) {}
  behavior_type make_behavior() override {
    return {[this](where_a) { return &context()->system() == &home_system(); }};
  }
};

struct AskerState {
  static inline const char* name = "asker";
  Answerer answerer;
};

struct Asked {
  bool answerer_at_home = false;
  bool asker_at_home = false;  ///< When the answer came.
  bool down_at_home = false;   ///< When the monitored answerer died.
};

class AskerActor : public ThreadActor<Asker, AskerState> {
 public:
  AskerActor(caf::actor_config& config, Answerer answerer, std::promise<Asked>& promise)
      : ThreadActor(config), done_(promise) {
    state.answerer = std::move(answerer);
  }
  behavior_type make_behavior() override {
    monitor(state.answerer);
    set_down_handler([this](const caf::down_msg&) {
      asked_.down_at_home = is_at_home();
      done_.set_value(asked_);
      quit();
    });
    return {[this](ask_a) {
      request(state.answerer, 10s, where_a::value).then([this](bool at_home) {
        asked_.answerer_at_home = at_home;
        asked_.asker_at_home = is_at_home();
        send_exit(state.answerer, caf::exit_reason::user_shutdown);
      });
    }};
  }

 private:
  bool is_at_home() { return &context()->system() == &home_system(); }

  Asked asked_;
  std::promise<Asked>& done_;
};

TEST_CASE("sends, requests and monitors across systems run each actor on its own system") {
  SystemConfig config_a{SystemOptions{}};
  SystemConfig config_b{SystemOptions{}};
  caf::actor_system a{config_a};
  caf::actor_system b{config_b};

  for (const bool pinned : {true, false}) {
    CAPTURE(pinned);
    Answerer answerer;
    if (pinned) {
      answerer = a.spawn<PinnedAnswerer>();
    } else {
      answerer = a.spawn<ThreadAnswerer>();
    }
    std::promise<Asked> done;
    auto asker = b.spawn<AskerActor>(answerer, done);
    caf::anon_send(asker, ask_a::value);
    const Asked asked = done.get_future().get();

    CHECK(asked.answerer_at_home);
    CHECK(asked.asker_at_home);
    CHECK(asked.down_at_home);
  }
}

// -- fairness -----------------------------------------------------------------------------------
//
// Goal: while one pinned actor is busy, timers, peers and clients wait at most 10 ms.
// Method: the busy actor's messages take 200 us of its thread's own processor time each, and what
// the others wait is counted in such messages: a machine that is busy itself does not disturb.

constexpr std::size_t messages_all = 10'000;
constexpr std::size_t messages_in_10_ms = 50;

void spend_200_us() {
  const auto used = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1'000'000'000L + time.tv_nsec;
  };
  const auto end = used() + 200'000;
  while (used() < end) {
  }
}

using Ticking = caf::typed_actor<caf::reacts_to<tick_a, std::uint64_t>>;
using Done = std::atomic<std::size_t>;

class BusyActor : public PinnedActor<Worker, WorkerName> {
 public:
  BusyActor(caf::actor_config& config, Done& count) : PinnedActor(config), done_(count) {}
  behavior_type make_behavior() override {
    return {[this](work_a) {
      spend_200_us();
      ++done_;
    }};
  }

 private:
  Done& done_;
};

class WatchActor : public PinnedActor<Ticking, WorkerName> {
 public:
  WatchActor(caf::actor_config& config, Done& count, std::atomic<std::size_t>& longest)
      : PinnedActor(config), done_(count), longest_(longest) {}

  using PinnedActor::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override {
    done_when_due_ = done_.load();
    PinnedActor::enqueue(std::move(message), unit);
  }

  behavior_type make_behavior() override {
    ticker_.start(*this);
    return {[this](tick_a, std::uint64_t) {
      longest_ = std::max(longest_.load(), done_ - done_when_due_);
      ticker_.rearm(*this);
    }};
  }

 private:
  Done& done_;
  std::atomic<std::size_t>& longest_;
  std::atomic<std::size_t> done_when_due_{0};
  Ticker ticker_{20ms};
};

/// Nine of ten; the tenth may be the sender itself, interrupted between looking and sending.
std::size_t most(std::vector<std::size_t> waits) {
  REQUIRE(waits.size() >= 10);
  std::sort(waits.begin(), waits.end());
  return waits.at(waits.size() * 9 / 10);
}

TEST_CASE("two seconds of queued messages delay timers, peers and clients by at most 10 ms") {
  Done done{0};
  std::atomic<std::size_t> longest_tick{0};
  std::vector<std::size_t> peer_waits;
  std::vector<std::size_t> client_waits;
  int links = 0;
  const auto on_open = [&](ProbeConnection& self) {
    self.link().set_peer_link(links++ == 0);
    self.link().start();
  };
  const auto on_data = [&](ProbeConnection& self, const caf::io::new_data_msg& message) {
    std::size_t then = 0;
    std::from_chars(message.buf.data() + 1, message.buf.data() + message.buf.size(), then);
    (message.buf.front() == 'p' ? peer_waits : client_waits).push_back(done - then);
    self.write(1, '!');
  };
  ProbeServer server({}, {.on_open = on_open, .on_data = on_data});
  Client peer(server.port);
  REQUIRE(eventually([&] { return server.counts.accepted == 1; }));
  server.settle();
  Client client(server.port);
  const auto busy = server.system.spawn<BusyActor>(done);
  const auto watch = server.system.spawn<WatchActor>(done, longest_tick);

  for (std::size_t i = 0; i < messages_all; ++i) caf::anon_send(busy, work_a::value);
  while (done < messages_all - 2 * messages_in_10_ms) {
    REQUIRE(peer.send("p" + std::to_string(done)));
    REQUIRE(peer.receive(1) == "!");
    REQUIRE(client.send("c" + std::to_string(done)));
    REQUIRE(client.receive(1) == "!");
  }

  CHECK(longest_tick > 0);
  CHECK(longest_tick <= messages_in_10_ms);
  server.on_io_thread([&] {
    CHECK(most(peer_waits) <= messages_in_10_ms);
    CHECK(most(client_waits) <= messages_in_10_ms);
  });
  REQUIRE(eventually([&] { return done == messages_all; }));
  caf::anon_send_exit(busy, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(watch, caf::exit_reason::user_shutdown);
}

TEST_CASE("a client that floods does not keep another client or a peer waiting") {
  std::atomic<std::size_t> flooded{0};
  std::vector<std::size_t> waits;
  const auto on_data = [&](ProbeConnection& self, const caf::io::new_data_msg& message) {
    if (message.buf.front() == 'f') {
      spend_200_us();
      ++flooded;
      return;
    }
    std::size_t then = 0;
    std::from_chars(message.buf.data() + 1, message.buf.data() + message.buf.size(), then);
    waits.push_back(flooded - then);
    self.write(1, '!');
  };
  ProbeServer server({}, {.on_data = on_data});
  std::atomic<bool> stop{false};
  std::vector<std::thread> floods;
  for (int i = 0; i < 3; ++i) {
    floods.emplace_back([&] {
      Client flood(server.port);
      while (!stop && flood.send(std::string(std::size_t{256} << 10, 'f'))) {
      }
    });
  }
  REQUIRE(eventually([&] { return flooded > 10; }));

  Client client(server.port);
  for (int i = 0; i < 20; ++i) {
    REQUIRE(client.send("c" + std::to_string(flooded)));
    REQUIRE(client.receive(1) == "!");
  }

  stop = true;
  for (auto& flood : floods) flood.join();
  server.on_io_thread([&] { CHECK(most(waits) <= messages_in_10_ms); });
}

}  // namespace
}  // namespace quorate::test
