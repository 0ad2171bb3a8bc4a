#include "test/unit/actors/live_server.h"

#include <doctest/doctest.h>

#include <caf/scoped_actor.hpp>
#include <utility>

#include "actors/boot.h"
#include "actors/runtime/transport.h"
#include "schema/capnp/client_codec.h"
#include "schema/capnp/frame.h"
#include "storage/last_words.h"
#include "test/unit/storage/temporary_directory.h"

namespace quorate::test {

ClockReading SteadyClock::read() const {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  return {1'700'000'000'000 + now.count(), now};
}

LiveServer::LiveServer(const std::function<void(Config&)>& configure, IoKind io) {
  if (configure) configure(config_);
  auto socket = listen_tcp("127.0.0.1", 0, "test");
  REQUIRE(socket.ok());
  port = socket->port;
  const TemporaryDirectory directory;
  const auto words = LastWords::open(directory / "last_words");
  REQUIRE(words.ok());
  auto booted = boot(store_, config_.server_id, Beginning{}, 1, **words);
  REQUIRE(booted.ok());
  log_ = std::move(booted->log);
  image_ = std::move(booted->image);
  SystemOptions options;
  options.io = io;
  system_config_.emplace(options);
  system_.emplace(*system_config_);
  ConnectionLimits limits;
  limits.requests_in_flight_max = config_.requests_in_flight_max;
  limits.bytes_in_flight_max = config_.bytes_in_flight_max;
  context_.reset(new ServerContext{*system_,
                                   config_,
                                   booted->promises.incarnation,
                                   clock_,
                                   entropy_,
                                   Log{},
                                   ending_,
                                   limits,
                                   {}});
  CommitMachine machine(std::move(booted->state), config_.server_id, context_->incarnation, {}, 2);
  const int fd = socket->fd.release();
  supervisor_ = spawn_supervisor(
      *context_,
      ServerParts{store_, *log_, *image_, std::move(machine), Quorum(ServerSet{config_.server_id}),
                  PeerIdentity{}, -1,
                  take_standing(*booted, config_.server_id, Quorum(ServerSet{config_.server_id})),
                  [this, fd](ServerContext& context) {
                    const std::scoped_lock lock(mutex_);
                    listener_ = spawn_listener(context, {fd, -1});
                    return listener_;
                  }});
}

Listener LiveServer::listener() {
  const std::scoped_lock lock(mutex_);
  return listener_;
}

void LiveServer::stop() {
  if (!supervisor_) return;
  {
    caf::scoped_actor self{*system_};
    self->send(*supervisor_, stop_a::value);
    self->wait_for(*supervisor_);
  }
  supervisor_.reset();
  listener_ = Listener();
  system_.reset();
}

bool WireClient::greet(std::int64_t timeout_ms) {
  Hello hello;
  hello.timeout_ms = timeout_ms;
  std::vector<char> bytes;
  capnp_codec::encode(hello, bytes);
  if (!socket.send({bytes.begin(), bytes.end()})) return false;
  const auto answer = receive();
  return answer && std::holds_alternative<Welcome>(*answer);
}

void WireClient::send(const std::vector<Operation>& operations) {
  std::vector<char> bytes;
  for (const Operation& operation : operations) {
    capnp_codec::encode(Request{++xid_, 0, {}, operation}, bytes);
  }
  REQUIRE(socket.send({bytes.begin(), bytes.end()}));
}

std::optional<ServerMessage> WireClient::receive() {
  constexpr std::size_t header = 8;
  std::string frame = socket.receive(header);
  if (frame.size() < header) return std::nullopt;
  const auto size = capnp_codec::frame_size(std::as_bytes(std::span(frame)), {});
  REQUIRE(size.ok());
  frame += socket.receive(*size - header);
  if (frame.size() < *size) return std::nullopt;
  auto message = capnp_codec::decode_server(std::as_bytes(std::span(frame)));
  REQUIRE(message.ok());
  return std::move(*message);
}

Reply WireClient::reply() {
  auto message = receive();
  REQUIRE(message.has_value());
  REQUIRE(std::holds_alternative<Reply>(*message));
  return std::get<Reply>(std::move(*message));
}

}  // namespace quorate::test
