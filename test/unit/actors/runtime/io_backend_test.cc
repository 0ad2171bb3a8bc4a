// The traps of CAF's stock backend, and that ours has none of them.
#include "actors/runtime/io_backend.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>

#include <chrono>
#include <string>
#include <vector>

#include "test/unit/actors/runtime/probe.h"
#include "test/unit/actors/runtime/sockets.h"

namespace quorate::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// Connects ten clients one after the other to a server that ends them as `script` says, and tells
/// whether all their descriptors were given back.
bool gives_descriptors_back(const ProbeScript& script) {
  IoOptions io;
  io.graceful_close = 200ms;
  ProbeServer server({.io_options = io}, script);
  server.settle();
  const auto before = open_descriptors();
  for (int i = 0; i < 10; ++i) {
    Client client(server.port);
    (void)client.send("x");
    (void)client.receive_all();
  }
  return eventually(
      [&] { return open_descriptors() == before && server.io().links_open.get() == 0; });
}

TEST_CASE("a connection closed in the turn that began to read it gives its descriptor back") {
  for (const auto mode : {CloseMode::graceful, CloseMode::forced}) {
    CAPTURE(static_cast<int>(mode));
    CHECK(gives_descriptors_back({.on_open = [mode](ProbeConnection& self) {
      self.link().start();
      self.link().close(mode);
      self.quit();
    }}));
  }
}

TEST_CASE("a connection refused by the listener gives its descriptor back") {
  CHECK(gives_descriptors_back(
      {.on_accept = [](ProbeListener& self, auto handle) { self.close(handle); }}));
  CHECK(gives_descriptors_back({.on_accept = [](ProbeListener& self, auto handle) {
    self.configure_read(handle, caf::io::receive_policy::at_most(4096));
    self.close(handle);
  }}));
}

TEST_CASE("a broker that quits with unsent bytes gives its descriptor back") {
  CHECK(gives_descriptors_back({.on_data = [](ProbeConnection& self, const auto&) {
    self.write(100, 'z');
    self.quit();
  }}));
}

TEST_CASE("a broker that has ended is freed, though a message from itself was on its way") {
  ProbeServer server({}, {.on_data = [](ProbeConnection& self, const auto&) {
                       self.delayed_send(&self, 50ms, caf::io::data_transferred_msg{});
                       self.quit();
                     }});
  Client client(server.port);
  (void)client.send("x");
  (void)client.receive_all();

  CHECK(eventually([&] { return server.counts.ended == 1; }));
}

TEST_CASE("a handle is never used for two connections, though the descriptor is") {
  ProbeServer server;
  std::vector<std::int64_t> handles;
  for (int i = 0; i < 3; ++i) {
    Client client(server.port);
    REQUIRE(client.send("x"));
    REQUIRE(client.receive(1) == "x");
    handles.push_back(server.counts.last_handle);
    client.close();
    REQUIRE(eventually([&] { return server.io().links_open.get() == 0; }));
  }

  CHECK(handles.at(0) < handles.at(1));
  CHECK(handles.at(1) < handles.at(2));
}

TEST_CASE("one broker can serve all connections") {
  ProbeServer server({}, {.on_accept = [](ProbeListener& self, auto handle) {
                       self.configure_read(handle, caf::io::receive_policy::at_most(4096));
                     }});
  Client first(server.port);
  Client second(server.port);

  REQUIRE(first.send("first"));
  REQUIRE(second.send("second"));

  CHECK(second.receive(6) == "second");
  CHECK(first.receive(5) == "first");
}

/// Leaves the process room for `spare` more descriptors while it lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t spare) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const UniqueFd lowest_free{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(lowest_free.get()) + spare;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~DescriptorLimit() { lift(); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  void lift() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_CASE("without descriptors the server turns clients away, does not spin, and recovers") {
  IoOptions io;
  io.accept_pause = 50ms;
  ProbeServer server({.io_options = io});
  server.settle();
  std::vector<UnconnectedClient> clients(12);
  DescriptorLimit limit(4);

  for (auto& client : clients) REQUIRE(client.connect(server.port));
  REQUIRE(eventually([&] { return server.io().refused_no_descriptor.get() >= 3; }));
  const auto polls = server.io().polls.get();
  const auto pauses = server.io().accept_pauses.get();
  REQUIRE(eventually([&] { return server.io().accept_pauses.get() >= pauses + 2; }));
  CHECK(server.io().polls.get() - polls < 50);
  CHECK(server.counts.accepted == 4);

  limit.lift();
  Client late(server.port);
  REQUIRE(late.send("late"));
  CHECK(late.receive(4) == "late");
}

TEST_CASE("the admission function sees the peer's address and can refuse it") {
  ProbeServer server;
  std::string seen;
  server.on_io_thread([&] {
    IoBackend::of(server.system)->set_admission(server.port, [&](const std::string& address) {
      seen = address;
      return false;
    });
  });

  Client client(server.port);
  CHECK(client.receive_all().empty());
  CHECK(client.reset());

  CHECK(seen == "127.0.0.1");
  CHECK(server.io().refused_by_admission.get() == 1);
  CHECK(server.counts.accepted == 0);
}

TEST_CASE("a peer that does not read is reset at the output limit, and its memory is freed") {
  ProbeServer server({}, {.on_open =
                              [](ProbeConnection& self) {
                                self.link().set_output_limit(1 * mebibyte);
                                self.link().start();
                              },
                          .on_data =
                              [](ProbeConnection& self, const auto&) {
                                self.write(std::size_t{256} << 10, 'r');
                                CHECK(self.link().unsent_bytes() <= 2 * mebibyte);
                              }});
  server.settle();
  const auto before = open_descriptors();
  Client client(server.port, 4096);

  while (server.counts.closed == 0 && client.send(std::string(64, 'q'))) server.settle(1);

  CHECK(eventually([&] { return server.counts.closed == 1; }));
  CHECK(server.counts.last_reason == CloseReason::output_limit);
  CHECK(server.io().closed_by_output_limit.get() == 1);
  (void)client.receive_all();
  CHECK(client.reset());
  client.close();
  CHECK(eventually([&] { return open_descriptors() == before; }));
}

TEST_CASE("a graceful close waits for a slow reader, but not for ever") {
  IoOptions io;
  io.graceful_close = 200ms;
  ProbeServer server({.io_options = io}, {.on_data = [](ProbeConnection& self, const auto&) {
                       self.write(8 * mebibyte, 'z');
                       self.link().close(CloseMode::graceful);
                       self.quit();
                     }});
  Client client(server.port, 4096);

  REQUIRE(client.send("x"));

  CHECK(eventually([&] { return server.io().closed_by_deadline.get() == 1; }));
  CHECK(server.io().links_open.get() == 0);
}

TEST_CASE("a graceful close delivers everything to a peer that reads") {
  ProbeServer server({}, {.on_data = [](ProbeConnection& self, const auto&) {
                       self.write(8 * mebibyte, 'z');
                       self.link().close(CloseMode::graceful);
                       self.quit();
                     }});
  Client client(server.port);

  REQUIRE(client.send("x"));
  CHECK(client.receive_all().size() == 8 * mebibyte);
  CHECK_FALSE(client.reset());
  client.close();

  CHECK(eventually([&] { return server.io().closed_graceful.get() == 1; }));
}

TEST_CASE("the last reply reaches a client that is still sending") {
  ProbeServer server({}, {.on_data = [](ProbeConnection& self, const auto&) {
                       self.write(9, 'e');
                       self.link().close(CloseMode::graceful);
                       self.quit();
                     }});
  Client client(server.port);

  for (int i = 0; i < 4; ++i) REQUIRE(client.send(std::string(mebibyte, 'q')));

  CHECK(client.receive_all() == std::string(9, 'e'));
  CHECK_FALSE(client.reset());
}

TEST_CASE("a client that half-closes still gets what was written for it") {
  ProbeServer server(
      {}, {.on_data = [](ProbeConnection& self, const auto&) { self.write(8 * mebibyte, 'z'); }});
  Client client(server.port);

  REQUIRE(client.send("ruok"));
  client.half_close();

  CHECK(client.receive_all().size() == 8 * mebibyte);
  CHECK_FALSE(client.reset());
  CHECK(eventually([&] { return server.io().closed_by_peer.get() == 1; }));
  CHECK(server.counts.closed == 1);
}

TEST_CASE("a reset by the peer is told once and frees everything") {
  ProbeServer server;
  Client client(server.port);
  REQUIRE(client.send("x"));
  REQUIRE(client.receive(1) == "x");

  client.abort();

  CHECK(eventually([&] { return server.counts.ended == 1; }));
  CHECK(server.counts.closed == 1);
  CHECK(server.counts.last_reason == CloseReason::error);
  CHECK(server.io().links_open.get() == 0);
}

TEST_CASE("a paused link delivers nothing more, and everything after resuming") {
  BrokerLink* paused = nullptr;
  ProbeServer server({}, {.on_data = [&](ProbeConnection& self, const auto&) {
                       if (paused != nullptr) return;
                       paused = &self.link();
                       paused->pause();
                     }});
  Client client(server.port);
  REQUIRE(client.send(std::string(mebibyte, 'x')));
  REQUIRE(eventually([&] { return server.counts.chunks == 1; }));

  server.settle(10);
  CHECK(server.counts.chunks == 1);

  server.on_io_thread([&] { paused->resume(); });
  CHECK(eventually([&] { return server.counts.bytes == mebibyte; }));
}

TEST_CASE("a writer is told once when its output has drained to the mark") {
  std::atomic<int> drained{0};
  ProbeServer server(
      {}, {.on_open =
               [](ProbeConnection& self) {
                 self.link().notify_below(std::size_t{64} << 10);
                 self.link().start();
               },
           .on_data = [](ProbeConnection& self, const auto&) { self.write(8 * mebibyte, 'z'); },
           .on_drained =
               [&](ProbeConnection& self) {
                 CHECK(self.link().unsent_bytes() <= std::size_t{64} << 10);
                 ++drained;
               }});
  Client client(server.port);

  REQUIRE(client.send("x"));
  CHECK(client.receive(8 * mebibyte).size() == 8 * mebibyte);

  CHECK(eventually([&] { return drained == 1; }));
  server.settle();
  CHECK(drained == 1);
}

TEST_CASE("a writer is told, too, when the kernel takes all at once") {
  std::atomic<int> drained{0};
  ProbeServer server({},
                     {.on_open =
                          [](ProbeConnection& self) {
                            self.link().notify_below(1024);
                            self.link().start();
                          },
                      .on_data = [](ProbeConnection& self, const auto&) { self.write(4096, 'z'); },
                      .on_drained = [&](ProbeConnection&) { ++drained; }});
  Client client(server.port);

  REQUIRE(client.send("x"));
  CHECK(client.receive(4096).size() == 4096);

  CHECK(eventually([&] { return drained == 1; }));
}

TEST_CASE("a chunk costs one receive and one send, and nothing else but the poll") {
  ProbeServer server;
  Client client(server.port);
  REQUIRE(client.send("x"));
  REQUIRE(client.receive(1) == "x");
  server.settle();
  const auto receives = server.io().receives.get();
  const auto sends = server.io().sends.get();
  for (int i = 0; i < 100; ++i) {
    REQUIRE(client.send("x"));
    REQUIRE(client.receive(1) == "x");
  }

  CHECK(server.io().receives.get() - receives == 100);
  CHECK(server.io().sends.get() - sends == 100);
}

TEST_CASE("the system ends although links are open, closing or full") {
  const auto before = open_descriptors();
  std::vector<std::unique_ptr<Client>> clients;
  {
    ProbeServer server({}, {.on_accept = [](ProbeListener& self, auto handle) {
                         self.configure_read(handle, caf::io::receive_policy::at_most(4096));
                         auto& out = self.wr_buf(handle);
                         out.insert(out.end(), 8 * mebibyte, 'z');
                         self.flush(handle);
                         if (handle.id() % 2 == 0) self.close(handle);
                       }});
    for (int i = 0; i < 4; ++i) clients.push_back(std::make_unique<Client>(server.port, 4096));
    REQUIRE(eventually([&] { return server.counts.accepted == 4; }));
  }
  clients.clear();

  CHECK(open_descriptors() == before);
}

}  // namespace
}  // namespace quorate::test
