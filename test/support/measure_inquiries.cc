// How long the longest single steps of the console's questions take with 1,000,000 znodes, 100,000
// sessions and 1,000,000 watches: what clients wait for.
//
// Each question is asked several times; the best of the longest steps counts. A number as argument
// divides all sizes.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <utility>

#include "core/inquiry/inquiring.h"

namespace quorate {
namespace {

constexpr int runs_usual = 5;
constexpr ServerId here{1};
constexpr Incarnation this_life{1};

struct Sizes {
  std::size_t nodes = 1'000'000;
  std::size_t sessions = 100'000;
  std::size_t watches = 1'000'000;
};

/// A machine with much of everything, and what its leader would commit.
class Machine {
 public:
  explicit Machine(const Sizes& sizes) : machine_(State(1), here, this_life, limits(), 2) {
    machine_.on_serving();
    create({}, "/flat");
    create({}, "/deep");
    for (std::size_t i = 0; i < sizes.sessions; ++i) open(i);
    for (std::size_t i = 0; i < sizes.nodes / 2; ++i) create({}, flat(i));
    for (std::size_t i = 0; i < sizes.nodes / 2; ++i) {
      if (i % 100 == 0) create({}, deep(i));
      create({}, deep(i) + "/leaf-" + std::to_string(i % 100));
    }
    for (std::size_t i = 0; i < sizes.watches; ++i) {
      // Half of them on few paths; and one session that has very many.
      const std::size_t by = i % 10 == 0 ? 0 : i % sizes.sessions;
      ask(by, Exists{i % 2 == 0 ? flat(i) : flat(i % 1000), true});
    }
    for (int i = 0; i < 2000; ++i) create(session_of(1), "/deep/mine-" + std::to_string(i));
    for (ConnectionStream stream; machine_.take(stream);) {
    }
  }
  CommitMachine& machine() { return machine_; }
  [[nodiscard]] static SessionId session_of(std::size_t i) {
    return SessionId{static_cast<std::int64_t>(i + 1)};
  }

 private:
  static CommitLimits limits() {
    CommitLimits limits;
    limits.watches_max = 10'000'000;
    limits.watch_path_bytes_max = std::size_t{1} << 30;
    limits.unread_bytes_max = std::size_t{1} << 40;
    return limits;
  }
  static std::string flat(std::size_t i) { return "/flat/member-" + std::to_string(1'000'000 + i); }
  static std::string deep(std::size_t i) { return "/deep/service-" + std::to_string(i / 100); }

  void open(std::size_t i) {
    const ConnectionSerial serial{i + 1};
    machine_.on_open(serial);
    machine_.on_handshake(serial, session_of(i), CreateSession{60'000, {}}, {});
    for (Submission& submission : std::exchange(machine_.output().submissions, {}))
      commit(std::move(submission));
  }
  void ask(std::size_t i, Operation operation) {
    RequestBatch batch;
    batch.connection = ConnectionSerial{i + 1};
    batch.requests.push_back({1, 0, {}, std::move(operation)});
    machine_.on_requests(std::move(batch));
  }
  void create(SessionId by, std::string path) {
    Create wanted;
    wanted.path = std::move(path);
    wanted.acl = open_acl();
    if (by != SessionId{}) wanted.mode = CreateMode::ephemeral;
    commit(Submission{by, {here, this_life, {}, 0}, {}, std::move(wanted)});
  }
  void commit(Submission submission) {
    zxid_ = zxid_.next();
    const auto txn = std::make_shared<const Txn>(Txn{zxid_, 1000, {}, std::move(submission)});
    machine_.on_committed(std::span(&txn, 1));
    machine_.output() = {};
  }

  CommitMachine machine_;
  Zxid zxid_ = Zxid::at(Epoch{1}, 0);
};

/// Of this thread's processor time: the others on the machine do not count.
double now_us() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

void measure(const char* what, CommitMachine& machine, const StateInquiry& inquiry,
             int runs = runs_usual) {
  double best_step = 1e12;
  double best_take = 1e12;
  double best_sum = 1e12;
  std::size_t steps = 0;
  for (int run = 0; run < runs; ++run) {
    const auto asked = begin_inquiry(inquiry);
    double longest = 0;
    double sum = 0;
    bool goes_on = true;
    for (steps = 0; goes_on; ++steps) {
      const auto begin = now_us();
      goes_on = asked->go_on(machine);
      const double took = now_us() - begin;
      longest = std::max(longest, took);
      sum += took;
    }
    const auto begin = now_us();
    const StateAnswer answer = asked->take(machine);
    best_take = std::min(best_take, now_us() - begin);
    best_step = std::min(best_step, longest);
    best_sum = std::min(best_sum, sum);
    if (std::holds_alternative<Error>(answer.body))
      std::puts(std::get<Error>(answer.body).text.c_str());
  }
  std::printf("%-36s %7zu steps, longest %8.1f us, end %8.1f us, all %9.2f ms\n", what, steps,
              best_step, best_take, best_sum / 1000);
}

void measure_all(const Sizes& sizes) {
  Machine all(sizes);
  CommitMachine& machine = all.machine();
  using By = WatchesInquiry::By;
  using Sort = WatchesInquiry::Sort;
  measure("sessions", machine, SessionsInquiry{});
  measure("a session with many ephemerals", machine, SessionInquiry{Machine::session_of(1)});
  measure("a session with many watches", machine, SessionInquiry{Machine::session_of(0)});
  measure("watches by path", machine, WatchesInquiry{By::path, Sort::watches, true, "", 0, 100});
  measure("watches by path, the last page", machine,
          WatchesInquiry{By::path, Sort::watches, false, "", 9000, 1000});
  measure("watches by session", machine,
          WatchesInquiry{By::session, Sort::watches, true, "", 9000, 1000});
  measure("a node", machine, NodeInquiry{"/flat", {}});
  measure("children", machine, ChildrenInquiry{"/flat", "", 1000, {}});
  measure("search for what is not there", machine, SearchInquiry{"nowhere", "/", 1000, {}});
  measure("search for what is everywhere", machine, SearchInquiry{"e", "/", 1000, {}});
  measure("biggest of few", machine, BiggestInquiry{"/", 1000, {}});
  measure("biggest of many", machine, BiggestInquiry{"/flat", 1000, {}});
  // Then there are none.
  measure("forget many watches", machine, ForgetWatches{Machine::session_of(0)}, 1);
}

}  // namespace
}  // namespace quorate

int main(int arguments, char** values) {
  const std::size_t divisor = arguments > 1 ? std::strtoul(values[1], nullptr, 10) : 1;
  quorate::Sizes sizes;
  for (std::size_t* size : {&sizes.nodes, &sizes.sessions, &sizes.watches})
    *size /= std::max<std::size_t>(1, divisor);
  quorate::measure_all(sizes);
}
