#include "bench/load/failover_client.h"

#include <string>
#include <variant>

#include "bench/load/expectation.h"

namespace quorate::bench {
namespace {

/// Between two attempts to connect. The time that a client is without a server counts, so it is
/// short against what is measured.
constexpr Nanoseconds retry_interval = 2 * ns_per_ms;

/// A server that ends a session so has not lost it.
bool is_passing(ErrorCode code) {
  return code == ErrorCode::connection_loss || code == ErrorCode::not_serving ||
         code == ErrorCode::server_behind || code == ErrorCode::session_moved ||
         code == ErrorCode::throttled || code == ErrorCode::operation_timeout;
}

}  // namespace

FailoverClient::FailoverClient(Poller& poller, const Settings& settings, const NodeSet& nodes,
                               std::uint32_t number, std::int32_t version)
    : poller_(poller),
      settings_(settings),
      nodes_(nodes),
      number_(number),
      server_(number % settings.servers.size()),
      acknowledged_(version),
      issued_(version) {}

Status FailoverClient::connect() {
  const Address& server = settings_.servers[server_];
  Result<Fd> fd = start_connect(server, number_);
  if (!fd) return fd.status();
  session_ = std::make_unique<Session>(std::move(*fd), server.protocol);
  session_->tag = number_;
  session_->polls_output = true;
  phase_ = Phase::connecting;
  answered_xid_ = 0;
  return poller_.add(session_->stream.fd(), number_, EPOLLOUT);
}

Status FailoverClient::on_tick(Nanoseconds now) {
  if (phase_ != Phase::waiting || now < retry_at_) return {};
  const Status status = connect();
  if (status || status.code() != ErrorCode::connection_loss) return status;
  drop();
  return {};
}

Status FailoverClient::on_ready(ReadBuffer& buffer, bool may_reconnect) {
  if (session_ == nullptr) return {};
  const Status status = step(buffer);
  if (status) return {};
  // The server closes the connection once it has answered closeSession; an answer that was lost
  // is followed by not knowing the session any more.
  if (phase_ == Phase::closed || (ending_ && status.code() == ErrorCode::session_expired)) {
    poller_.remove(session_->stream.fd());
    session_.reset();
    phase_ = Phase::closed;
    return {};
  }
  if (!may_reconnect || !is_passing(status.code())) {
    return {status.code(), "the client of " + nodes_.path(number_) + ": " + status.error().text};
  }
  drop();
  return {};
}

Status FailoverClient::step(ReadBuffer& buffer) {
  if (phase_ == Phase::connecting) return greet();
  const Status received = session_->stream.receive(
      buffer,
      [&](std::span<const std::byte> frame, Nanoseconds at) { return on_frame(frame, at); });
  return received && phase_ == Phase::writing ? refill() : received;
}

void FailoverClient::drop() {
  if (session_ != nullptr) poller_.remove(session_->stream.fd());
  session_.reset();
  sent_.clear();
  phase_ = Phase::waiting;
  retry_at_ = now_ns() + retry_interval;
  server_ = (server_ + 1) % settings_.servers.size();
  ++reconnects_;
}

Status FailoverClient::greet() {
  if (Status status = connect_status(session_->stream.fd()); !status) return status;
  Hello hello;
  hello.session = id_;
  hello.password = password_;
  hello.timeout_ms = settings_.timeout_ms;
  hello.last_seen = zxid_;
  session_->stream.wire().encode(hello, session_->stream.out());
  phase_ = Phase::greeting;
  return push();
}

Status FailoverClient::push() { return flush(poller_, *session_); }

void FailoverClient::send(Operation operation) { session_->append(std::move(operation)); }

Status FailoverClient::on_frame(std::span<const std::byte> frame, Nanoseconds at) {
  const Result<ServerMessage> message = session_->stream.wire().decode(frame);
  if (!message) return wrong("a message", message.error().text);
  if (const auto* goodbye = std::get_if<Goodbye>(&*message)) {
    return {goodbye->error, "the server said goodbye: " + goodbye->text};
  }
  if (phase_ == Phase::greeting) {
    const auto* welcome = std::get_if<Welcome>(&*message);
    return welcome != nullptr ? on_welcome(*welcome) : wrong("welcome", "another message");
  }
  const auto* reply = std::get_if<Reply>(&*message);
  if (reply == nullptr) return wrong("a reply", "another message");
  return on_reply(*reply, at);
}

Status FailoverClient::on_welcome(const Welcome& welcome) {
  if (id_ != SessionId{} && welcome.session != id_) {
    return wrong("session " + to_string(id_), "session " + to_string(welcome.session));
  }
  // ZooKeeper does not say how far it is.
  const bool tells = session_->stream.wire().protocol() == Protocol::quorate;
  if (tells && welcome.zxid < zxid_)
    return wrong("at least " + to_string(zxid_), to_string(welcome.zxid));
  id_ = welcome.session;
  password_ = welcome.password;
  phase_ = Phase::reading;
  // The first connection may be to a server that has not applied yet what set-up wrote.
  send(Sync{nodes_.path(number_)});
  send(GetData{nodes_.path(number_)});
  return push();
}

Status FailoverClient::on_reply(const Reply& reply, Nanoseconds at) {
  if (reply.xid != answered_xid_ + 1) {
    return wrong("the reply to xid " + std::to_string(answered_xid_ + 1),
                 "one to xid " + std::to_string(reply.xid));
  }
  answered_xid_ = reply.xid;
  if (reply.error != ErrorCode::ok) {
    return {reply.error, "xid " + std::to_string(reply.xid) + " was answered " +
                             std::string(to_string(reply.error))};
  }
  if (reply.zxid < zxid_) return wrong("at least " + to_string(zxid_), to_string(reply.zxid));
  zxid_ = reply.zxid;
  if (phase_ == Phase::closing) {
    phase_ = Phase::closed;
    return {};
  }
  if (phase_ == Phase::writing) return on_written(reply, at);
  return std::holds_alternative<PathReply>(reply.body) ? Status{} : on_read(reply);
}

Status FailoverClient::on_read(const Reply& reply) {
  const auto* data = std::get_if<DataReply>(&reply.body);
  if (data == nullptr) return wrong("data", "another body");
  const std::int32_t version = data->stat.version;
  if (version < acknowledged_ || version > issued_) {
    return wrong("a version from " + std::to_string(acknowledged_) +
                     ", the last acknowledged, to " + std::to_string(issued_) + ", the last sent",
                 std::to_string(version));
  }
  if (!nodes_.is_value(data->data.text(), number_, version)) {
    return wrong("the value of version " + std::to_string(version), "another value");
  }
  acknowledged_ = issued_ = version;
  phase_ = Phase::writing;
  return {};
}

Status FailoverClient::on_written(const Reply& reply, Nanoseconds at) {
  const auto* written = std::get_if<StatReply>(&reply.body);
  if (written == nullptr || sent_.empty()) return wrong("the reply to a write", "another one");
  if (written->stat.version != acknowledged_ + 1) {
    return wrong("version " + std::to_string(acknowledged_ + 1),
                 std::to_string(written->stat.version));
  }
  ++acknowledged_;
  ++writes_;
  sent_at_ = sent_.front();
  answered_at_ = at;
  sent_.pop_front();
  return {};
}

Status FailoverClient::refill() {
  if (ending_) return sent_.empty() ? close() : Status{};
  while (sent_.size() < settings_.depth) {
    ++issued_;
    send(SetData{nodes_.path(number_), nodes_.value(number_, issued_), issued_ - 1});
    sent_.push_back(now_ns());
  }
  return push();
}

Status FailoverClient::end() {
  ending_ = true;
  return phase_ == Phase::writing ? refill() : Status{};
}

Status FailoverClient::close() {
  phase_ = Phase::closing;
  send(CloseSession{});
  return push();
}

Error FailoverClient::wrong(const std::string& expected, const std::string& got) const {
  return {ErrorCode::data_inconsistency, "expected " + expected + ", got " + got};
}

}  // namespace quorate::bench
