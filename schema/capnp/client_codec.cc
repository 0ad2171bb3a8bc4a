#include "schema/capnp/client_codec.h"

#include "schema/capnp/fields.h"
#include "schema/capnp/frame_reader.h"
#include "schema/capnp/frame_writer.h"
#include "schema/capnp/messages.h"

namespace quorate::capnp_codec {
namespace {

using capnp::sizeInWords;

constexpr std::size_t client_message_words = 1 + sizeInWords<wire::ClientMessage>();
constexpr std::size_t server_message_words = 1 + sizeInWords<wire::ServerMessage>();

Status bad_password() { return {ErrorCode::marshalling_error, "a session password has 16 bytes"}; }

Status read(wire::Hello::Reader in, Hello& out) {
  out.version_min = in.getVersionMin();
  out.version_max = in.getVersionMax();
  out.features = in.getFeatures();
  out.session = SessionId{in.getSession()};
  if (!take(in.getPassword(), out.password)) return bad_password();
  out.timeout_ms = in.getTimeoutMs();
  out.last_seen = Zxid{in.getLastSeen()};
  out.read_only = in.getReadOnly();
  return {};
}

Status read(wire::Welcome::Reader in, Welcome& out) {
  out.version = in.getVersion();
  out.features = in.getFeatures();
  out.server = ServerId{in.getServer()};
  out.session = SessionId{in.getSession()};
  if (!take(in.getPassword(), out.password)) return bad_password();
  out.timeout_ms = in.getTimeoutMs();
  out.zxid = Zxid{in.getZxid()};
  out.frame_bytes_max = in.getFrameBytesMax();
  out.requests_in_flight_max = in.getRequestsInFlightMax();
  out.read_only = in.getReadOnly();
  return {};
}

Status read(wire::Goodbye::Reader in, Goodbye& out) {
  out.error = error_code_of(in.getError());
  take(in.getText(), out.text);
  return {};
}

Status read(wire::WatchEvent::Reader in, WatchEvent& out) {
  const auto type = static_cast<std::uint16_t>(in.getType());
  // `none` has no number of ZooKeeper's here; what a later version adds is none to us as well.
  const bool known = type >= 1 && type <= static_cast<std::uint16_t>(EventType::children_changed);
  out.type = known ? static_cast<EventType>(type) : EventType::none;
  take(in.getPath(), out.path);
  out.zxid = Zxid{in.getZxid()};
  return {};
}

Status read(wire::TransferLeadership::Reader in, TransferLeadership& out) {
  if (const std::int32_t to = in.getTo(); to >= 0)
    out.to = ServerId{static_cast<std::uint32_t>(to)};
  take(in.getScheme(), out.scheme);
  take(in.getCredentials(), out.credentials);
  return {};
}

Status read(wire::ClientMessage::Reader in, ClientMessage& out) {
  switch (in.which()) {
    case wire::ClientMessage::REQUEST:
      read_request(in.getRequest(), out.emplace<Request>());
      return {};
    case wire::ClientMessage::HELLO:
      return read(in.getHello(), out.emplace<Hello>());
    case wire::ClientMessage::INSPECT:
      out.emplace<Inspect>();
      return {};
    case wire::ClientMessage::TRANSFER_LEADERSHIP:
      return read(in.getTransferLeadership(), out.emplace<TransferLeadership>());
    case wire::ClientMessage::UNSET:
      return {ErrorCode::marshalling_error, "an empty message"};
    default:
      return {ErrorCode::unimplemented, "a kind of message this version does not know"};
  }
}

Status read(wire::ServerMessage::Reader in, ServerMessage& out) {
  switch (in.which()) {
    case wire::ServerMessage::REPLY:
      read_reply(in.getReply(), out.emplace<Reply>());
      return {};
    case wire::ServerMessage::EVENT:
      return read(in.getEvent(), out.emplace<WatchEvent>());
    case wire::ServerMessage::WELCOME:
      return read(in.getWelcome(), out.emplace<Welcome>());
    case wire::ServerMessage::GOODBYE:
      return read(in.getGoodbye(), out.emplace<Goodbye>());
    case wire::ServerMessage::INSPECTION:
      read_inspection(in.getInspection(), out.emplace<Inspection>());
      return {};
    case wire::ServerMessage::LEADERSHIP_TRANSFER:
      out = LeadershipTransfer{ServerId{in.getLeadershipTransfer().getSuccessor()}};
      return {};
    case wire::ServerMessage::UNSET:
      return {ErrorCode::marshalling_error, "an empty message"};
    default:
      return {ErrorCode::unimplemented, "a kind of message this version does not know"};
  }
}

/// Message is ClientMessage or ServerMessage, Wire its root in the schema.
template <class Wire, class Message>
Result<Message> decode(std::span<const std::byte> frame) {
  Result<Message> result{Message{}};
  const Status status = read_frame<Wire>(
      frame, [&](typename Wire::Reader root) { return read(root, result.value()); });
  if (!status.ok()) result = status.error();
  return result;
}

}  // namespace

Result<ClientMessage> decode_client(std::span<const std::byte> frame) {
  return decode<wire::ClientMessage, ClientMessage>(frame);
}

Result<ServerMessage> decode_server(std::span<const std::byte> frame) {
  return decode<wire::ServerMessage, ServerMessage>(frame);
}

void encode(const Reply& reply, std::size_t bytes_max, std::vector<char>& out) {
  const std::size_t words = message_words(reply);
  if (flat_header_bytes + words * sizeof(capnp::word) > bytes_max && reply.body.index() != 0) {
    encode(Reply{reply.xid, reply.zxid, ErrorCode::reply_too_large, {}}, bytes_max, out);
    return;
  }
  append_frame<wire::ServerMessage>(
      words, out, [&](wire::ServerMessage::Builder root) { fill_reply(root.initReply(), reply); });
}

void encode(const WatchEvent& event, std::vector<char>& out) {
  const std::size_t words =
      server_message_words + sizeInWords<wire::WatchEvent>() + text_words(event.path);
  append_frame<wire::ServerMessage>(words, out, [&](wire::ServerMessage::Builder root) {
    auto to = root.initEvent();
    if (event.type != EventType::none) to.setType(static_cast<wire::EventType>(event.type));
    if (!event.path.empty()) to.setPath(to_text(event.path));
    to.setZxid(event.zxid.value);
  });
}

void encode(const Welcome& welcome, std::vector<char>& out) {
  const std::size_t words =
      server_message_words + sizeInWords<wire::Welcome>() + data_words(welcome.password.size());
  append_frame<wire::ServerMessage>(words, out, [&](wire::ServerMessage::Builder root) {
    auto to = root.initWelcome();
    to.setVersion(welcome.version);
    to.setFeatures(welcome.features);
    to.setServer(welcome.server.value);
    to.setSession(welcome.session.value);
    to.setPassword(to_data(welcome.password));
    to.setTimeoutMs(welcome.timeout_ms);
    to.setZxid(welcome.zxid.value);
    to.setFrameBytesMax(welcome.frame_bytes_max);
    to.setRequestsInFlightMax(welcome.requests_in_flight_max);
    to.setReadOnly(welcome.read_only);
  });
}

void encode(const Goodbye& goodbye, std::vector<char>& out) {
  const std::size_t words =
      server_message_words + sizeInWords<wire::Goodbye>() + text_words(goodbye.text);
  append_frame<wire::ServerMessage>(words, out, [&](wire::ServerMessage::Builder root) {
    auto to = root.initGoodbye();
    to.setError(wire_number(goodbye.error));
    if (!goodbye.text.empty()) to.setText(to_text(goodbye.text));
  });
}

void encode(const Inspection& inspection, std::vector<char>& out) {
  append_frame<wire::ServerMessage>(message_words(inspection), out,
                                    [&](wire::ServerMessage::Builder root) {
                                      fill_inspection(root.initInspection(), inspection);
                                    });
}

void encode(const Inspect&, std::vector<char>& out) {
  append_frame<wire::ClientMessage>(client_message_words + sizeInWords<wire::Inspect>(), out,
                                    [](wire::ClientMessage::Builder root) { root.initInspect(); });
}

void encode(const LeadershipTransfer& transfer, std::vector<char>& out) {
  append_frame<wire::ServerMessage>(
      server_message_words + sizeInWords<wire::LeadershipTransfer>(), out,
      [&](wire::ServerMessage::Builder root) {
        root.initLeadershipTransfer().setSuccessor(transfer.successor.value);
      });
}

void encode(const TransferLeadership& asked, std::vector<char>& out) {
  const std::size_t words = client_message_words + sizeInWords<wire::TransferLeadership>() +
                            text_words(asked.scheme) + data_words(asked.credentials.size());
  append_frame<wire::ClientMessage>(words, out, [&](wire::ClientMessage::Builder root) {
    auto to = root.initTransferLeadership();
    if (asked.to) to.setTo(static_cast<std::int32_t>(asked.to->value));
    if (!asked.scheme.empty()) to.setScheme(to_text(asked.scheme));
    if (!asked.credentials.empty()) to.setCredentials(to_data(asked.credentials));
  });
}

void encode(const Hello& hello, std::vector<char>& out) {
  const bool resumes = hello.session != SessionId{};
  const std::size_t words = client_message_words + sizeInWords<wire::Hello>() +
                            data_words(resumes ? hello.password.size() : 0);
  append_frame<wire::ClientMessage>(words, out, [&](wire::ClientMessage::Builder root) {
    auto to = root.initHello();
    to.setVersionMin(hello.version_min);
    to.setVersionMax(hello.version_max);
    to.setFeatures(hello.features);
    to.setSession(hello.session.value);
    if (resumes) to.setPassword(to_data(hello.password));
    to.setTimeoutMs(hello.timeout_ms);
    to.setLastSeen(hello.last_seen.value);
    to.setReadOnly(hello.read_only);
  });
}

void encode(const Request& request, std::vector<char>& out) {
  append_frame<wire::ClientMessage>(
      message_words(request), out,
      [&](wire::ClientMessage::Builder root) { fill_request(root.initRequest(), request); });
}

}  // namespace quorate::capnp_codec
