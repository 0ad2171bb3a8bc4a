// Goal: while commit works through a long stream of writes, a timer and a peer's heartbeat wait at
// most 10 ms.
// Method: what they wait is counted in processor time of the I/O thread, so that a machine that is
// busy itself does not disturb. What the watching thread spends between looking at that clock and
// sending counts against the waits, so one in ten may be longer.
#include <doctest/doctest.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <caf/send.hpp>
#include <charconv>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "actors/runtime/ticker.h"
#include "test/unit/actors/live_server.h"
#include "test/unit/actors/runtime/probe.h"
#include "test/unit/core/commit/commit_fixture.h"

namespace quorate::test {
namespace {

using namespace std::chrono_literals;

constexpr long ns_per_ms = 1'000'000;
constexpr long wait_max = 10 * ns_per_ms;
constexpr long busy_for = 2000 * ns_per_ms;
constexpr std::size_t txns_per_batch = 5000;
constexpr int batches_ahead = 3;

/// The processor time of one thread, readable from all.
class ThreadClock {
 public:
  /// Of the calling thread.
  void take() {
    clockid_t id{};
    REQUIRE(::pthread_getcpuclockid(::pthread_self(), &id) == 0);
    id_ = id;
  }
  [[nodiscard]] long now() const {
    timespec time{};
    ::clock_gettime(id_, &time);
    return time.tv_sec * 1000 * ns_per_ms + time.tv_nsec;
  }

 private:
  std::atomic<clockid_t> id_{CLOCK_THREAD_CPUTIME_ID};
};

using Ticking = caf::typed_actor<caf::reacts_to<tick_a, std::uint64_t>>;

struct WatchState {
  static inline const char* name = "watch";
};

class WatchActor final : public PinnedActor<Ticking, WatchState> {
 public:
  WatchActor(caf::actor_config& config, ThreadClock& io_clock, std::vector<long>& waits)
      : PinnedActor(config), io_clock_(io_clock), waits_(waits) {}

  using PinnedActor::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override {
    due_ = io_clock_.now();
    PinnedActor::enqueue(std::move(message), unit);
  }
  behavior_type make_behavior() override {
    ticker_.start(*this);
    return {[this](tick_a, std::uint64_t) {
      waits_.push_back(io_clock_.now() - due_);
      ticker_.rearm(*this);
    }};
  }

 private:
  ThreadClock& io_clock_;
  std::vector<long>& waits_;
  std::atomic<long> due_{0};
  Ticker ticker_{20ms};
};

struct DoneState {
  static inline const char* name = "fake_connection";
};

/// Counts the events it is sent.
class DoneConnection final : public PinnedActor<Connection, DoneState> {
 public:
  DoneConnection(caf::actor_config& config, std::atomic<int>& events)
      : PinnedActor(config), events_(events) {}
  behavior_type make_behavior() override {
    return {
        [this](deliver_a, const std::shared_ptr<const ConnectionStream>& stream) {
          for (const Delivery& delivery : stream->deliveries) {
            if (std::holds_alternative<SharedEvent>(delivery)) ++events_;
          }
        },
        [](dismiss_a, const Dismissal&) {},
    };
  }

 private:
  std::atomic<int>& events_;
};

/// Committed txns without end: creates, sets and deletes of nodes, each batch ending with a set of
/// /done.
class Stream {
 public:
  Stream() {
    add({}, {}, create("/done"));
    const Origin watcher{here, this_life, ConnectionSerial{1}, 1};
    add(SessionId{1}, watcher, CreateSession{60'000, {}});
  }
  std::shared_ptr<const CommittedBatch> next_batch() {
    while (batch_->txns.size() < txns_per_batch) {
      const std::string path = "/n" + std::to_string(count_ / 4);
      switch (count_++ % 4) {
        case 0:
          add({}, {}, create(path, "value"));
          break;
        case 3:
          add({}, {}, Delete{path, any_version});
          break;
        default:
          add({}, {}, set(path, "another value"));
      }
    }
    add({}, {}, set("/done", std::to_string(count_)));
    batch_->established = true;
    return std::exchange(batch_, std::make_shared<CommittedBatch>());
  }

 private:
  void add(SessionId session, const Origin& origin, TxnBody body) {
    zxid_ = zxid_.next();
    batch_->txns.push_back(std::make_shared<const Txn>(
        Txn{zxid_, 1000, {}, Submission{session, origin, {}, std::move(body)}}));
  }

  std::shared_ptr<CommittedBatch> batch_ = std::make_shared<CommittedBatch>();
  Zxid zxid_ = Zxid::at(Epoch{1}, 0);
  std::size_t count_ = 0;
};

CommittedBatch serving_batch() {
  CommittedBatch batch;
  batch.established = true;
  return batch;
}

long most(std::vector<long> waits) {
  REQUIRE(waits.size() >= 10);
  std::sort(waits.begin(), waits.end());
  return waits.at(waits.size() * 9 / 10);
}

TEST_CASE("two seconds of committed writes delay a timer and a peer's heartbeat by at most 10 ms") {
  ThreadClock io_clock;
  std::vector<long> tick_waits;
  std::vector<long> heartbeat_waits;
  const auto on_open = [](ProbeConnection& self) {
    self.link().set_peer_link(true);
    self.link().start();
  };
  const auto on_data = [&](ProbeConnection& self, const caf::io::new_data_msg& message) {
    long sent = 0;
    std::from_chars(message.buf.data(), message.buf.data() + message.buf.size(), sent);
    heartbeat_waits.push_back(io_clock.now() - sent);
    self.write(1, '!');
  };
  ProbeServer server({}, {.on_open = on_open, .on_data = on_data});
  server.on_io_thread([&] { io_clock.take(); });
  Client peer(server.port);

  Config config;
  config.server_id = here;
  const SteadyClock clock;
  SystemEntropy entropy;
  TestEnding ending;
  ServerContext context{server.system, config, this_life, clock, entropy, Log{}, ending, {}, {}};
  std::atomic<int> done{0};
  Stream stream;
  const auto watcher = server.system.spawn<DoneConnection>(done);
  const auto watch = server.system.spawn<WatchActor>(io_clock, tick_waits);
  const auto commit = spawn_commit(context, CommitMachine(State(1), here, this_life, {}, 2));

  // A connection that is told when a batch is through.
  caf::anon_send(commit, meet_a::value, PeersPtr(std::make_shared<const Peers>()));
  caf::anon_send(commit, open_a::value, ConnectionOpened{ConnectionSerial{1}, watcher});
  auto handshake = std::make_shared<Handshake>();
  handshake->connection = ConnectionSerial{1};
  handshake->session = SessionId{1};
  handshake->body = CreateSession{60'000, {}};
  caf::anon_send(commit, greet_a::value, handshake);
  caf::anon_send(commit, commit_a::value, std::make_shared<const CommittedBatch>(serving_batch()));
  int sent = 0;
  const auto feed = [&] {
    while (sent - done < batches_ahead) {
      caf::anon_send(commit, commit_a::value, stream.next_batch());
      ++sent;
    }
  };
  caf::anon_send(commit, commit_a::value, stream.next_batch());
  auto watching = std::make_shared<RequestBatch>();
  watching->connection = ConnectionSerial{1};
  watching->requests.push_back({1, 0, {}, AddWatch{"/done", WatchMode::persistent}});
  caf::anon_send(commit, request_a::value, watching);

  const long begin = io_clock.now();
  while (io_clock.now() - begin < busy_for) {
    feed();
    REQUIRE(peer.send(std::to_string(io_clock.now())));
    REQUIRE(peer.receive(1) == "!");
    std::this_thread::sleep_for(1ms);
  }

  server.on_io_thread([&] {
    CHECK(most(tick_waits) <= wait_max);
    CHECK(most(heartbeat_waits) <= wait_max);
  });
  CHECK(sent > 10);
  REQUIRE(eventually([&] { return done >= sent - 1; }));
  caf::anon_send_exit(commit, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(watch, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(watcher, caf::exit_reason::user_shutdown);
}

}  // namespace
}  // namespace quorate::test
