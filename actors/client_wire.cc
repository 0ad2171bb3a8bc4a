#include "actors/client_wire.h"

#include <algorithm>
#include <utility>

#include "actors/in_order.h"
#include "schema/capnp/client_codec.h"
#include "schema/capnp/frame.h"
#include "schema/jute/client_codec.h"

namespace quorate {
namespace {

/// What a first frame may have; no client needs a tenth of it.
constexpr std::size_t first_frame_bytes_max = 4096;

void append(std::span<const char> bytes, std::vector<char>& out) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

/// schema/client.capnp.
class CapnpWire final : public ClientWire {
 public:
  explicit CapnpWire(EventBytes& events) : events_(events) {}

  [[nodiscard]] bool is_native() const override { return true; }

  Result<std::size_t> frame_size(std::span<const char> bytes,
                                 std::size_t bytes_max) const override {
    const auto limits = begun_ ? capnp_codec::FrameLimits{bytes_max} : capnp_codec::hello_limits;
    return capnp_codec::frame_size(std::as_bytes(bytes), limits);
  }
  Result<ClientMessage> decode(std::span<const char> frame) override {
    begun_ = true;
    return capnp_codec::decode_client(std::as_bytes(frame));
  }
  bool ends_with(ErrorCode refused) const override {
    return refused == ErrorCode::auth_failed || refused == ErrorCode::session_closed_require_auth;
  }

  void encode(const Reply& reply, std::size_t bytes_max, std::vector<char>& out) override {
    capnp_codec::encode(reply, bytes_max, out);
  }
  void encode(const SharedEvent& event, std::vector<char>& out) override {
    append(events_.of(event), out);
  }
  void encode(const Welcome& welcome, std::vector<char>& out) override {
    capnp_codec::encode(welcome, out);
  }
  void encode(const Goodbye& goodbye, std::vector<char>& out) override {
    capnp_codec::encode(goodbye, out);
  }

 private:
  EventBytes& events_;
  bool begun_ = false;
};

/// ZooKeeper's protocol.
///
/// A client learns nothing of reasons but that its session is gone: then, and when its server has
/// no use for it, the connection just closes, and the client goes elsewhere.
class JuteWire final : public ClientWire {
 public:
  explicit JuteWire(EventBytes& events) : events_(events) {}

  [[nodiscard]] bool is_native() const override { return false; }

  Result<std::size_t> frame_size(std::span<const char> bytes,
                                 std::size_t bytes_max) const override {
    return jute::frame_size(std::as_bytes(bytes), begun_ ? bytes_max : first_frame_bytes_max);
  }

  Result<ClientMessage> decode(std::span<const char> frame) override {
    if (!std::exchange(begun_, true)) return decode_first(frame);
    Result<jute::ShapedRequest> decoded = jute::decode_request(std::as_bytes(frame));
    if (!decoded) return decoded.error();
    shapes_.push(std::move(decoded->shape));
    return ClientMessage(std::move(decoded->request));
  }

  bool ends_with(ErrorCode refused) const override {
    return refused == ErrorCode::auth_failed || refused == ErrorCode::unimplemented ||
           refused == ErrorCode::session_closed_require_auth;
  }

  void encode(const Reply& reply, std::size_t bytes_max, std::vector<char>& out) override {
    jute::encode(reply, shapes_.pop(), bytes_max, out);
  }
  void encode(const SharedEvent& event, std::vector<char>& out) override {
    append(events_.of(event), out);
  }
  void encode(const Welcome& welcome, std::vector<char>& out) override {
    welcomed_ = true;
    jute::ConnectResponse response;
    response.timeout_ms = static_cast<std::int32_t>(welcome.timeout_ms);
    response.session = welcome.session;
    response.password.assign(welcome.password.begin(), welcome.password.end());
    response.read_only = welcome.read_only;
    jute::encode(response, says_read_only_, out);
  }
  void encode(const Goodbye& goodbye, std::vector<char>& out) override {
    const bool expired = !welcomed_ && goodbye.error == ErrorCode::session_expired;
    if (expired) jute::encode(jute::ConnectResponse{}, says_read_only_, out);
  }

 private:
  Result<ClientMessage> decode_first(std::span<const char> frame) {
    const Result<jute::Greeting> greeting = jute::decode_greeting(std::as_bytes(frame));
    if (!greeting) return greeting.error();
    says_read_only_ = greeting->says_read_only;
    const jute::ConnectRequest& asked = greeting->request;
    Hello hello;
    hello.session = asked.session;
    // Of another length it is wrong, and so is this one.
    if (asked.password.size() == hello.password.size()) {
      std::copy(asked.password.begin(), asked.password.end(), hello.password.begin());
    }
    hello.timeout_ms = asked.timeout_ms;
    hello.last_seen = asked.last_seen;
    hello.read_only = asked.read_only;
    return ClientMessage(hello);
  }

  EventBytes& events_;
  InOrder<jute::ReplyShape> shapes_;  ///< Of what is not yet answered.
  bool begun_ = false;
  bool welcomed_ = false;
  bool says_read_only_ = false;
};

}  // namespace

EventCaches::EventCaches() : capnp(capnp_codec::encode), jute(jute::encode) {}

std::unique_ptr<ClientWire> wire_of(std::span<const char> first, ClientProtocols spoken,
                                    EventCaches& events) {
  const auto head = first.first(protocol_bytes);
  if (std::all_of(head.begin(), head.end(), [](char byte) { return byte == 0; })) {
    if (spoken == ClientProtocols::zookeeper) return nullptr;
    return std::make_unique<CapnpWire>(events.capnp);
  }
  if (spoken != ClientProtocols::native &&
      jute::frame_size(std::as_bytes(head), first_frame_bytes_max).ok()) {
    return std::make_unique<JuteWire>(events.jute);
  }
  return nullptr;
}

}  // namespace quorate
