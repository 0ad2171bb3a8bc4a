// A Session without a network: the test is the server and the clock.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/session.h"
#include "schema/capnp/client_codec.h"
#include "schema/capnp/frame.h"

namespace quorate::client {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr SessionId harness_session{0x1234};
inline constexpr SessionPassword harness_password{1, 2,  3,  4,  5,  6,  7,  8,
                                                  9, 10, 11, 12, 13, 14, 15, 16};

inline Options harness_options() {
  Options options;
  options.session_timeout = seconds(30);
  options.operation_timeout = seconds(20);
  return options;
}

inline Welcome harness_welcome() {
  Welcome welcome;
  welcome.session = harness_session;
  welcome.password = harness_password;
  welcome.timeout_ms = 30'000;
  welcome.frame_bytes_max = 1 << 20;
  welcome.requests_in_flight_max = 100;
  return welcome;
}

/// Carries bytes both ways and collects what the session wants done.
class SessionHarness {
 public:
  explicit SessionHarness(const Options& options = harness_options(),
                          const std::string& endpoints = "a:1,b:2,c:3")
      : session(options, parse_endpoints(endpoints).value(), 7) {
    session.start(now);
    absorb();
  }

  /// Completes the dial and the greeting; what the session sends behind it stays in `sent`.
  Hello connect(Welcome welcome = harness_welcome()) {
    session.on_open(now);
    absorb();
    const Hello hello = take<Hello>();
    receive(welcome);
    return hello;
  }

  void submit(Operation operation, std::optional<Watcher> watcher = {}) {
    const std::size_t number = outcomes.size();
    outcomes.emplace_back();
    session.submit(
        std::move(operation), std::move(watcher),
        [this, number](Outcome&& outcome) { outcomes[number] = std::move(outcome); },
        CallThread::callback, now);
    absorb();
  }

  template <class Message>
  void receive(const Message& message) {
    std::vector<char> bytes;
    if constexpr (std::is_same_v<Message, Reply>) {
      capnp_codec::encode(message, 1 << 20, bytes);
    } else {
      capnp_codec::encode(message, bytes);
    }
    receive_bytes(bytes);
  }

  void receive_bytes(const std::vector<char>& bytes) {
    session.on_bytes(std::as_bytes(std::span(bytes.data(), bytes.size())), now);
    absorb();
  }

  /// Answers the oldest request taken.
  void answer(const Request& request, Zxid zxid, ReplyBody body = {},
              ErrorCode error = ErrorCode::ok) {
    receive(Reply{request.xid, zxid, error, std::move(body)});
  }

  void break_off() {
    session.on_broken("reset by peer", now);
    absorb();
  }

  void pass(milliseconds time) {
    now += time;
    session.on_tick(now);
    absorb();
  }

  template <class Message>
  Message take() {
    REQUIRE(!sent.empty());
    REQUIRE(std::holds_alternative<Message>(sent.front()));
    Message message = std::get<Message>(std::move(sent.front()));
    sent.pop_front();
    return message;
  }

  template <class Op>
  Request take_request() {
    Request request = take<Request>();
    REQUIRE(std::holds_alternative<Op>(request.operation));
    return request;
  }

  [[nodiscard]] const Outcome& outcome(std::size_t number) const {
    REQUIRE(outcomes[number].has_value());
    return *outcomes[number];
  }

  /// Takes effects and output, runs callbacks at once.
  void absorb() {
    SessionEffects effects = session.take_effects();
    if (effects.hang_up) ++hang_ups;
    if (effects.dial) dials.push_back(*effects.dial);
    if (effects.inquire) inquiries.push_back(*effects.inquire);
    for (Delivery& delivery : effects.deliveries) run(delivery);
    std::vector<char>& output = session.output();
    std::span<const std::byte> bytes = std::as_bytes(std::span(output.data(), output.size()));
    while (!bytes.empty()) {
      capnp_codec::FrameLimits limits;
      limits.bytes_max = 64 << 20;
      const std::size_t size = capnp_codec::frame_size(bytes, limits).value();
      auto message = capnp_codec::decode_client(bytes.first(size));
      REQUIRE(message.ok());
      sent.push_back(std::move(*message));
      bytes = bytes.subspan(size);
    }
    output.clear();
  }

  TimePoint now{};
  Session session;
  std::vector<Host> dials;
  std::vector<Host> inquiries;
  int hang_ups = 0;
  std::deque<ClientMessage> sent;
  std::vector<std::optional<Outcome>> outcomes;
  std::vector<SessionState> states;
  std::vector<WatchEvent> events;
  std::vector<std::string> order;  ///< "done" and "event" as they were delivered.

 private:
  void run(Delivery& delivery) {
    if (auto* completion = std::get_if<Completion>(&delivery)) {
      completion->done(std::move(completion->outcome));
      order.emplace_back("done");
    } else if (auto* notification = std::get_if<Notification>(&delivery)) {
      for (const Watcher& watcher : notification->watchers) watcher(notification->event);
      order.emplace_back("event");
    } else if (auto* change = std::get_if<StateChange>(&delivery)) {
      states.push_back(change->state);
    }
  }
};

}  // namespace quorate::client
