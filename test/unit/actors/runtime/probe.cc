#include "test/unit/actors/runtime/probe.h"

#include <doctest/doctest.h>

#include <caf/send.hpp>
#include <future>
#include <utility>

#include "actors/runtime/transport.h"

namespace quorate::test {

ProbeConnection::ProbeConnection(caf::actor_config& config, caf::io::connection_handle handle,
                                 const ProbeScript& script, ProbeCounts& counts)
    : BrokerActor(config), script_(script), counts_(counts) {
  state.link.emplace(*this, handle);
}

ProbeConnection::behavior_type ProbeConnection::make_behavior() {
  if (script_.on_open) {
    script_.on_open(*this);
  } else {
    link().start();
  }
  return {
      [this](const caf::io::new_data_msg& message) {
        ++counts_.chunks;
        counts_.bytes += message.buf.size();
        if (script_.on_data) {
          script_.on_data(*this, message);
          return;
        }
        auto& out = link().output();
        out.insert(out.end(), message.buf.begin(), message.buf.end());
        link().flush();
      },
      [this](const caf::io::connection_closed_msg&) {
        counts_.last_reason = link().close_reason();
        ++counts_.closed;
        quit();
      },
      [this](const caf::io::data_transferred_msg&) {
        if (script_.on_drained) script_.on_drained(*this);
      },
  };
}

void ProbeConnection::write(std::size_t bytes, char fill) {
  auto& out = link().output();
  out.insert(out.end(), bytes, fill);
  link().flush();
}

ProbeListener::ProbeListener(caf::actor_config& config, int fd, const ProbeScript& script,
                             ProbeCounts& counts)
    : BrokerActor(config), fd_(fd), script_(script), counts_(counts) {}

ProbeListener::behavior_type ProbeListener::make_behavior() {
  add_doorman(fd_);
  return {
      [this](const caf::io::new_connection_msg& message) {
        ++counts_.accepted;
        counts_.last_handle = message.handle.id();
        if (script_.on_accept) {
          script_.on_accept(*this, message.handle);
        } else {
          fork_broker<ProbeConnection>(*this, message.handle, script_, counts_);
        }
      },
      [](const caf::io::acceptor_closed_msg&) {},
      [this](const caf::io::new_data_msg& message) {
        ++counts_.chunks;
        auto& out = wr_buf(message.handle);
        out.insert(out.end(), message.buf.begin(), message.buf.end());
      },
      [this](const caf::io::connection_closed_msg&) { ++counts_.closed; },
  };
}

ProbeServer::ProbeServer(SystemOptions options, ProbeScript what)
    : script(std::move(what)), config(options), system(config) {
  auto listening = listen_tcp("127.0.0.1", 0, "probe");
  REQUIRE(listening.ok());
  port = listening->port;
  listener_ = caf::actor_cast<caf::strong_actor_ptr>(
      spawn_broker<ProbeListener>(system, listening->fd.release(), script, counts));
}

ProbeServer::~ProbeServer() {
  caf::anon_send_exit(listener_, caf::exit_reason::user_shutdown);
  listener_ = nullptr;
}

void ProbeServer::settle(int turns) {
  const auto start = io().turns.get();
  while (io().turns.get() < start + static_cast<std::uint64_t>(turns)) on_io_thread([] {});
}

void ProbeServer::on_io_thread(const std::function<void()>& task) {
  std::promise<void> done;
  system.middleman().backend().post([&] {
    task();
    done.set_value();
  });
  done.get_future().get();
}

}  // namespace quorate::test
