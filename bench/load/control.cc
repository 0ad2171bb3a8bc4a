#include "bench/load/control.h"

#include <variant>

#include "bench/measure/progress.h"
#include "schema/capnp/client_codec.h"

namespace quorate::bench {
namespace {

constexpr std::int64_t in_flight_max = 512;
constexpr Nanoseconds patience = 10 * ns_per_s;

Result<Reply> reply_of(Wire& wire, std::span<const std::byte> frame, std::int64_t xid) {
  Result<ServerMessage> message = wire.decode(frame);
  if (!message) return message.error();
  if (auto* reply = std::get_if<Reply>(&*message); reply != nullptr && reply->xid == xid) {
    return std::move(*reply);
  }
  if (const auto* goodbye = std::get_if<Goodbye>(&*message)) {
    return {goodbye->error, "the server closed the session: " + goodbye->text};
  }
  return {ErrorCode::data_inconsistency,
          "expected the reply to xid " + std::to_string(xid) + ", got something else"};
}

}  // namespace

Control::Control(Poller poller, Sessions sessions)
    : poller_(std::move(poller)),
      buffer_(std::make_unique<ReadBuffer>()),
      sessions_(std::move(sessions)) {}

Result<Control> Control::open(const std::vector<Address>& servers) {
  Result<Poller> poller = Poller::make();
  if (!poller) return poller.error();
  ReadBuffer buffer;
  OpenOptions options;
  options.servers = {servers.front()};
  Result<OpenedSessions> opened = open_sessions(*poller, buffer, options);
  if (!opened) return opened.error();
  return Control(std::move(*poller), std::move(opened->sessions));
}

Result<Reply> Control::call(Operation operation) {
  Result<Reply> answer{Reply{}};
  const Status status = pipeline(
      {}, 1, [&](std::uint32_t) { return std::move(operation); },
      [&](std::uint32_t, const Reply& reply) {
        answer = reply;
        return Status{};
      });
  if (!status) return status.error();
  return answer;
}

Status Control::pipeline(std::string_view label, std::uint32_t count,
                         const std::function<Operation(std::uint32_t)>& make,
                         const std::function<Status(std::uint32_t, const Reply&)>& on_reply) {
  Session& session = *sessions_.front();
  ProgressBar progress{std::string(label), static_cast<double>(count)};
  const std::int64_t first_xid = session.next_xid;
  std::uint32_t answered = 0;
  while (answered < count) {
    while (session.next_xid - first_xid < count &&
           session.next_xid - first_xid - answered < in_flight_max) {
      session.append(make(static_cast<std::uint32_t>(session.next_xid - first_xid)));
    }
    if (Status status = flush(poller_, session); !status) return status;
    if (poller_.wait(patience).empty()) {
      return {ErrorCode::operation_timeout, "no answer within 10 s"};
    }
    const Status status =
        session.stream.receive(*buffer_, [&](std::span<const std::byte> frame, Nanoseconds) {
          const Result<Reply> reply = reply_of(session.stream.wire(), frame, first_xid + answered);
          if (!reply) return reply.status();
          return on_reply(answered++, *reply);
        });
    if (!status) return status;
    progress.show(answered);
  }
  return {};
}

Status Control::close() { return close_sessions(poller_, *buffer_, sessions_); }

Status refused(std::string_view what, const Reply& reply) {
  if (reply.error == ErrorCode::ok) return {};
  return {reply.error, std::string(what) + ": " + std::string(to_string(reply.error))};
}

}  // namespace quorate::bench
