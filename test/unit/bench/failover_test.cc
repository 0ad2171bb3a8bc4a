// Clients that go on when a server is killed: what they measure, and what they notice.
#include "bench/load/failover.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/load/nodes_setup.h"
#include "test/unit/bench/fake_server.h"

namespace quorate::bench {
namespace {

/// A process that may be killed; without a server it only waits.
class Victim {
 public:
  /// `with_server`: it serves, from a tree of its own. REQUIRES then: this process has one thread.
  explicit Victim(bool with_server) {
    int ends[2] = {};
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) serve(with_server, ends[1]);
    ::close(ends[1]);
    REQUIRE(::read(ends[0], &port_, sizeof port_) == sizeof port_);
    ::close(ends[0]);
  }
  ~Victim() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] Address address() const { return *resolve("127.0.0.1:" + std::to_string(port_)); }

 private:
  [[noreturn]] static void serve(bool with_server, int out) {
    std::unique_ptr<FakeServer> server;
    std::uint16_t port = 0;
    if (with_server) {
      server = std::make_unique<FakeServer>();
      const std::string text = server->address().text;
      port = static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
    }
    if (::write(out, &port, sizeof port) != sizeof port) ::_exit(1);
    while (true) ::pause();
  }

  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

FailoverOptions small_failover(const std::vector<Address>& servers, const Address& victim,
                               pid_t pid) {
  FailoverOptions options;
  options.servers = servers;
  options.victim = victim.text;
  options.victim_pid = pid;
  options.connections = 6;
  options.depth = 4;
  options.warmup_s = 0.05;
  return options;
}

TEST_CASE("without a loss all clients write again at once, in their groups") {
  const Victim victim(false);
  const FakeServer server;
  // Another name of the same server: its clients are told apart, and lose nothing.
  Address same = server.address();
  same.text = "victim";

  const Result<FailoverResult> result =
      run_failover(small_failover({server.address(), same, server.address()}, same, victim.pid()));

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->survivors.clients == 4);
  CHECK(result->victims.clients == 2);
  CHECK(result->gone_ns > 0);
  CHECK(result->survivors.first_ns > result->gone_ns);
  CHECK(result->survivors.first_ns <= result->survivors.last_ns);
  CHECK(result->victims.first_ns > result->gone_ns);
  CHECK(result->writes >= 12);
  CHECK(result->reconnects == 0);
  CHECK(server.sessions() == 0);
  CHECK(server.nodes() == 0);
}

TEST_CASE("an acknowledged write that is lost with its server is noticed") {
  const Victim victim(true);
  const FakeServer survivor;
  // Each has a tree of its own: what the victim acknowledged, the survivor never heard of.
  const std::vector<Address> servers{victim.address(), survivor.address()};
  for (const Address& server : servers) {
    REQUIRE(make_nodes({server}, NodeSet("/quorate-bench", 6, 100)).ok());
  }

  const Result<FailoverResult> result =
      run_failover(small_failover(servers, victim.address(), victim.pid()));

  REQUIRE_FALSE(result.ok());
  CHECK(result.code() == ErrorCode::data_inconsistency);
  // By a version that is missing, or by a zxid that went back, whichever comes first.
  const std::string& text = result.error().text;
  const bool noticed = text.find("the last acknowledged") != std::string::npos ||
                       text.find("expected at least") != std::string::npos;
  CHECK_MESSAGE(noticed, text);
}

TEST_CASE("lies and losses before the kill end the run") {
  for (const auto& expected : {std::pair{Fault::wrong_version, ErrorCode::data_inconsistency},
                               std::pair{Fault::wrong_xid, ErrorCode::data_inconsistency},
                               std::pair{Fault::wrong_data, ErrorCode::data_inconsistency},
                               std::pair{Fault::hang_up, ErrorCode::connection_loss},
                               std::pair{Fault::goodbye, ErrorCode::session_expired}}) {
    const Fault fault = expected.first;
    const ErrorCode code = expected.second;
    CAPTURE(static_cast<int>(fault));
    const Victim victim(false);
    // Set-up asks for data that is not there; each client begins with reading its node.
    const FakeServer server(fault, fault == Fault::wrong_data ? 1 : 50);
    Address same = server.address();
    same.text = "victim";
    FailoverOptions options = small_failover({server.address(), same}, same, victim.pid());
    options.warmup_s = 60;

    const Result<FailoverResult> result = run_failover(options);

    CHECK(server.fault_was_planted());
    REQUIRE_FALSE(result.ok());
    CHECK_MESSAGE(result.code() == code, result.error().text);
    CHECK(::waitpid(victim.pid(), nullptr, WNOHANG) == 0);
  }
}

TEST_CASE("a failover that cannot be run is refused") {
  const Victim victim(false);
  const FakeServer server;
  Address other = server.address();
  other.text = "other";
  const auto is_refused = [&](auto change) {
    FailoverOptions options = small_failover({server.address(), other}, other, victim.pid());
    change(options);
    return run_failover(options).code() == ErrorCode::bad_arguments;
  };

  CHECK(is_refused([](FailoverOptions& o) { o.victim = "nobody"; }));
  CHECK(is_refused([](FailoverOptions& o) { o.victim_pid = 0; }));
  CHECK(is_refused([](FailoverOptions& o) { o.connections = 1; }));
  CHECK(is_refused([](FailoverOptions& o) { o.depth = 0; }));
  CHECK(is_refused([](FailoverOptions& o) { o.servers.pop_back(); }));
  CHECK(::waitpid(victim.pid(), nullptr, WNOHANG) == 0);
}

}  // namespace
}  // namespace quorate::bench
