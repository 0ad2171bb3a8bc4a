// How long the longest single steps of the commit machine take: what cannot be spread over turns.
//
// Each is run on a fresh machine several times; the best run counts, for others share the machine.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "core/commit/commit_machine.h"

namespace quorate {
namespace {

constexpr int runs = 5;
constexpr ServerId here{1};
constexpr Incarnation this_life{1};
constexpr SessionId session{1};
constexpr ConnectionSerial client{1};

/// A machine with one client, and what its leader would commit.
class Machine {
 public:
  explicit Machine(const CommitLimits& limits = {})
      : machine_(State(1), here, this_life, limits, 2) {
    EnsembleSettings settings;
    settings.multi_ops_max = settings.delete_tree_max = 10'000'000;
    commit({}, SetSettings{settings});
    machine_.on_serving();
    machine_.on_open(client);
    machine_.on_handshake(client, session, CreateSession{60'000, {}}, {});
    commit_own();
  }
  void commit(SessionId by, TxnBody body) {
    commit(Submission{by, {here, this_life, {}, 0}, {}, std::move(body)});
  }
  void create(std::string path, CreateMode mode = CreateMode::persistent) {
    Create wanted;
    wanted.path = std::move(path);
    wanted.acl = open_acl();
    wanted.mode = mode;
    commit(mode == CreateMode::ephemeral ? session : SessionId{}, std::move(wanted));
  }
  void ask(Operation operation) {
    RequestBatch batch;
    batch.connection = client;
    batch.requests.push_back({1, 0, {}, std::move(operation)});
    machine_.on_requests(std::move(batch));
  }
  void commit_own() {
    for (Submission& submission : std::exchange(machine_.output().submissions, {})) {
      commit(std::move(submission));
    }
  }
  CommitMachine& machine() { return machine_; }

 private:
  void commit(Submission submission) {
    zxid_ = zxid_.next();
    const auto txn = std::make_shared<const Txn>(Txn{zxid_, 1000, {}, std::move(submission)});
    machine_.on_committed(std::span(&txn, 1));
  }

  CommitMachine machine_;
  Zxid zxid_ = Zxid::at(Epoch{1}, 0);
};

/// `prepare` sets the scene, `step` is what counts.
template <class Prepare, class Step>
void measure(const char* what, std::size_t count, Prepare&& prepare, Step&& step) {
  double best = 1e9;
  for (int run = 0; run < runs; ++run) {
    CommitLimits limits;
    limits.watches_max = 10'000'000;
    limits.watch_path_bytes_max = std::size_t{1} << 30;
    Machine machine(limits);
    prepare(machine);
    const auto begin = std::chrono::steady_clock::now();
    step(machine);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count());
  }
  std::printf("%-44s %8zu %9.2f ms %7.2f us each\n", what, count, best,
              best * 1000 / static_cast<double>(count));
}

std::string number(std::size_t i) { return "/service/member-" + std::to_string(1'000'000 + i); }

void delete_tree(std::size_t count) {
  const auto prepare = [count](Machine& m) {
    m.create("/service");
    for (std::size_t i = 1; i < count; ++i) m.create(number(i));
  };
  measure("deleteTree of so many nodes", count, prepare, [](Machine& m) {
    m.commit({}, DeleteTree{"/service", 0});
  });
}

void close_session(std::size_t count) {
  const auto prepare = [count](Machine& m) {
    m.create("/service");
    for (std::size_t i = 0; i < count; ++i) m.create(number(i), CreateMode::ephemeral);
  };
  measure("close of a session with so many ephemerals", count, prepare,
          [](Machine& m) { m.commit(session, ExpireSession{}); });
}

void multi(std::size_t count) {
  Multi creates;
  for (std::size_t i = 0; i < count; ++i) {
    Create one;
    one.path = number(i);
    one.acl = open_acl();
    creates.ops.emplace_back(std::move(one));
  }
  measure(
      "multi of so many creates", count, [](Machine& m) { m.create("/service"); },
      [&creates](Machine& m) { m.commit({}, creates); });
}

void fan_out(std::size_t count) {
  const auto prepare = [count](Machine& m) {
    m.create("/hot");
    for (std::size_t i = 2; i < count + 2; ++i) {
      const ConnectionSerial serial{i};
      m.machine().on_open(serial);
      m.machine().on_handshake(serial, SessionId{static_cast<std::int64_t>(i)},
                               CreateSession{60'000, {}}, {});
      m.commit_own();
      RequestBatch batch;
      batch.connection = serial;
      batch.requests.push_back({1, 0, {}, GetData{"/hot", true}});
      m.machine().on_requests(std::move(batch));
    }
    for (ConnectionStream stream; m.machine().take(stream);) {
    }
  };
  measure("setData of a node with so many watchers", count, prepare, [](Machine& m) {
    m.commit({}, SetData{"/hot", Blob(std::string_view("x"))});
  });
}

void set_watches(std::size_t count) {
  const auto prepare = [count](Machine& m) {
    m.create("/service");
    for (std::size_t i = 0; i < count; ++i) m.create(number(i));
  };
  SetWatches wanted;
  wanted.relative_zxid = Zxid::at(Epoch{2}, 0);
  for (std::size_t i = 0; i < count; ++i) wanted.data.push_back(number(i));
  measure("setWatches of so many paths", count, prepare, [&](Machine& m) { m.ask(wanted); });
}

void list(std::size_t count) {
  const auto prepare = [count](Machine& m) {
    m.create("/service");
    for (std::size_t i = 0; i < count; ++i) m.create(number(i));
  };
  measure("getChildren of so many children", count, prepare, [](Machine& m) {
    m.ask(GetChildren{"/service", false});
  });
}

void measure_all() {
  for (const std::size_t count : {1'000, 4'096, 10'000, 100'000}) delete_tree(count);
  for (const std::size_t count : {1'000, 10'000, 100'000}) close_session(count);
  for (const std::size_t count : {1'000, 4'096}) multi(count);
  for (const std::size_t count : {1'000, 10'000, 50'000}) fan_out(count);
  for (const std::size_t count : {1'000, 10'000}) set_watches(count);
  for (const std::size_t count : {1'000, 10'000}) list(count);
}

}  // namespace
}  // namespace quorate

int main() { quorate::measure_all(); }
