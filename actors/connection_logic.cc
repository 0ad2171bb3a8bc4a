#include "actors/connection_logic.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "actors/credentials.h"
#include "actors/four_letter_words/server_texts.h"
#include "core/base/overloaded.h"
#include "schema/capnp/client_codec.h"

namespace quorate {
namespace {

/// What a connection may be known as. Its writes carry it all, in every server's log.
constexpr std::size_t identities_max = 64;
constexpr std::size_t identity_bytes_max = 8192;

bool is_too_much(const std::vector<Identity>& identities) {
  std::size_t bytes = 0;
  for (const Identity& identity : identities) bytes += identity.scheme.size() + identity.id.size();
  return identities.size() > identities_max || bytes > identity_bytes_max;
}

const char* goodbye_text(ErrorCode reason) {
  switch (reason) {
    case ErrorCode::session_expired:
      return "the session has expired, or id or password are wrong; open a new one";
    case ErrorCode::auth_failed:
      return "the credentials were not accepted";
    case ErrorCode::session_closed_require_auth:
      return "this server wants an identity before anything else; authenticate first";
    case ErrorCode::session_moved:
      return "another connection has taken over the session";
    case ErrorCode::connection_loss:
      return "the link to the leader broke; the outcome of writes in flight is unknown";
    case ErrorCode::server_behind:
      return "this server is behind what the client has seen; try another server";
    case ErrorCode::not_serving:
      return "this server does not serve; try another server";
    case ErrorCode::not_read_only:
      return "this server cannot write, or could not until now; say hello again, to any server";
    case ErrorCode::quota_exceeded:
      return "more watches than this server allows for a connection";
    case ErrorCode::throttled:
      return "more requests in flight than this server admits";
    default:
      return "";
  }
}

/// What telnet sends when it is interrupted: nobody is left to be told anything.
constexpr std::string_view telnet_close = "\xff\xf4\xff\xfd";

constexpr std::size_t trace_mask_bytes = 8;

std::int64_t big_endian(std::span<const char, trace_mask_bytes> bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return static_cast<std::int64_t>(value);
}

}  // namespace

ConnectionLogic::ConnectionLogic(ConnectionSerial serial, ServerId server,
                                 const ConnectionLimits& limits, const std::string& super_digest,
                                 ByteLink& link, ConnectionHost& host, EventCaches& events,
                                 Outstanding& outstanding, ServerCounters& counters,
                                 ClientProtocols spoken)
    : serial_(serial),
      server_(server),
      limits_(limits),
      super_digest_(super_digest),
      link_(link),
      host_(host),
      events_(events),
      spoken_(spoken),
      outstanding_(outstanding),
      counters_(counters),
      identities_(
          std::make_shared<std::vector<Identity>>(std::vector<Identity>{{"ip", link.remote()}})) {}

ConnectionLogic::~ConnectionLogic() { forget_outstanding(); }

// --- In ------------------------------------------------------------------------------------------

void ConnectionLogic::on_bytes(std::span<const char> bytes) {
  if (phase_ == Phase::closed) return;
  if (input_.empty()) {
    const std::size_t used = consume(bytes);
    if (phase_ == Phase::closed) return;
    input_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(used), bytes.end());
  } else {
    input_.insert(input_.end(), bytes.begin(), bytes.end());
    const std::size_t used = consume(input_);
    if (phase_ == Phase::closed) return;  // Which has emptied it.
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(used));
  }
  hand_on_batch();
  pause_if_full();
}

std::size_t ConnectionLogic::consume(std::span<const char> bytes) {
  if (wire_ == nullptr) {
    if (bytes.size() < protocol_bytes || phase_ != Phase::hello) return 0;
    if (consume_word(bytes)) return 0;
    wire_ = wire_of(bytes, spoken_, events_);
    if (wire_ == nullptr) {
      close(CloseMode::forced, counters_.closed_unknown_protocol);
      return bytes.size();
    }
  }
  std::size_t used = 0;
  while (used < bytes.size() && phase_ != Phase::greeting && !is_full()) {
    const auto rest = bytes.subspan(used);
    const Result<std::size_t> size = wire_->frame_size(rest, limits_.frame_bytes_max);
    if (!size) {
      dismiss(size.error().code, size.error().text);
      return bytes.size();
    }
    if (*size == 0 || *size > rest.size()) break;
    used += *size;
    on_frame(rest.first(*size));
    if (phase_ == Phase::closed) return bytes.size();
  }
  return used;
}

bool ConnectionLogic::consume_word(std::span<const char> bytes) {
  if (spoken_ == ClientProtocols::native) return false;
  const std::string_view head(bytes.data(), protocol_bytes);
  if (head == telnet_close) {
    close(CloseMode::graceful, counters_.closed_inspected);
    return true;
  }
  const auto word = word_of(head);
  if (!word) return false;
  if (!limits_.words.contains(*word)) {
    on_refused_word(*word);
    return true;
  }
  AskedWord asked{*word, 0};
  if (*word == FourLetterWord::stmk) {
    const auto mask = bytes.subspan(protocol_bytes);
    if (mask.size() < trace_mask_bytes) return true;
    asked.trace_mask = big_endian(mask.first<trace_mask_bytes>());
  }
  phase_ = Phase::greeting;
  counters_.words.add();
  ++traffic_.received;
  host_.tell(asked);
  return true;
}

void ConnectionLogic::on_refused_word(FourLetterWord word) {
  say(text_of(word));
  say(refused_word_text);
  close(CloseMode::graceful, counters_.closed_inspected);
}

void ConnectionLogic::on_words(std::string_view text) {
  if (phase_ != Phase::greeting) return;
  say(text);
  close(CloseMode::graceful, counters_.closed_inspected);
}

void ConnectionLogic::say(std::string_view text) {
  link_.output().insert(link_.output().end(), text.begin(), text.end());
}

void ConnectionLogic::on_frame(std::span<const char> frame) {
  Result<ClientMessage> message = wire_->decode(frame);
  if (!message) return dismiss(message.error().code, message.error().text);
  if (auto* request = std::get_if<Request>(&*message)) {
    if (phase_ == Phase::open) return on_request(std::move(*request), frame.size());
    return dismiss(ErrorCode::marshalling_error, "the first frame must be a Hello");
  }
  if (phase_ != Phase::hello) {
    return dismiss(ErrorCode::marshalling_error, "a second Hello on one connection");
  }
  if (std::holds_alternative<Inspect>(*message)) return on_inspect();
  if (const auto* asked = std::get_if<TransferLeadership>(&*message)) return on_transfer(*asked);
  on_hello(std::get<Hello>(*message));
}

void ConnectionLogic::on_hello(const Hello& hello) {
  if (hello.version_min > protocol_version || hello.version_max < protocol_version) {
    return dismiss(ErrorCode::unimplemented, "this server speaks protocol version 1 only");
  }
  const std::int64_t timeout_ms = std::clamp<std::int64_t>(
      hello.timeout_ms, limits_.session_timeout_min.count(), limits_.session_timeout_max.count());
  phase_ = Phase::greeting;
  Handshake handshake{serial_, hello.session, hello.last_seen, {}, hello.read_only};
  if (hello.session == SessionId{}) {
    password_ = host_.new_password();
    handshake.session = host_.new_session_id();
    handshake.body = CreateSession{timeout_ms, hash_of(password_)};
    counters_.sessions_opened.add();
  } else {
    password_ = hello.password;
    handshake.body = AttachSession{timeout_ms, hash_of(password_)};
    counters_.sessions_resumed.add();
  }
  ++traffic_.received;
  link_.count_frames(1, 0);
  host_.hand_on(std::move(handshake));
}

void ConnectionLogic::on_inspect() {
  capnp_codec::encode(host_.inspect(), link_.output());
  close(CloseMode::graceful, counters_.closed_inspected);
}

void ConnectionLogic::on_transfer(const TransferLeadership& asked) {
  if (!is_loopback(link_.remote()) && !is_super(asked.scheme, asked.credentials, super_digest_)) {
    return dismiss(ErrorCode::no_auth,
                   "leadership is transferred from the server's own host (127.0.0.1, ::1), or with "
                   "the credentials of the super user");
  }
  phase_ = Phase::greeting;
  host_.transfer_leadership(asked.to);
}

void ConnectionLogic::on_leadership(const Result<ServerId>& successor) {
  if (phase_ != Phase::greeting) return;
  if (!successor) return dismiss(successor.error().code, successor.error().text);
  capnp_codec::encode(LeadershipTransfer{*successor}, link_.output());
  close(CloseMode::graceful, counters_.closed_inspected);
}

void ConnectionLogic::on_request(Request request, std::size_t bytes) {
  if (is_leaving()) return;
  if (std::holds_alternative<Authenticate>(request.operation)) {
    on_authenticate(request);
  } else if (lacks_identity()) {
    request.operation = Refused{ErrorCode::session_closed_require_auth};
  }
  const auto* refused = std::get_if<Refused>(&request.operation);
  if (refused != nullptr && wire_->ends_with(refused->error)) {
    last_word_ = refused->error;
    last_text_ = goodbye_text(last_word_);
  }
  // One reading for all requests of a batch.
  if (batch_.requests.empty()) {
    const std::chrono::microseconds now = host_.now();
    received_us_ = static_cast<std::uint32_t>(now.count());
    batch_.received = std::chrono::duration_cast<std::chrono::milliseconds>(now);
    traffic_.last_heard_ms = static_cast<std::uint32_t>(batch_.received.count());
  }
  if (request.trace) traces_.add(in_flight_.count(), request.trace->trace);
  in_flight_.add(bytes, request.operation.index(), received_us_);
  outstanding_.add(bytes);
  batch_.requests.push_back(std::move(request));
}

void ConnectionLogic::on_authenticate(Request& request) {
  auto& asked = std::get<Authenticate>(request.operation);
  const auto proved = authenticate(asked.scheme, asked.credentials, super_digest_);
  asked.credentials.clear();
  if (!proved) {
    request.operation = Refused{ErrorCode::auth_failed};
    return;
  }
  auto identities = *identities_;
  for (const Identity& identity : *proved) {
    if (std::find(identities.begin(), identities.end(), identity) == identities.end()) {
      identities.push_back(identity);
    }
  }
  if (identities.size() == identities_->size()) return;
  if (is_too_much(identities)) {
    request.operation = Refused{ErrorCode::auth_failed};
    return;
  }
  // What came before is judged with the identities of then.
  hand_on_batch();
  identities_ = std::make_shared<const std::vector<Identity>>(std::move(identities));
}

void ConnectionLogic::on_identity(Identity identity) {
  auto identities = *identities_;
  identities.push_back(std::move(identity));
  if (is_too_much(identities)) {
    return dismiss(ErrorCode::auth_failed, "the identity is longer than this server takes");
  }
  identities_ = std::make_shared<const std::vector<Identity>>(std::move(identities));
}

bool ConnectionLogic::lacks_identity() const {
  const auto& required = limits_.schemes_required;
  return !required.empty() &&
         std::none_of(identities_->begin(), identities_->end(), [&](const Identity& identity) {
           return std::find(required.begin(), required.end(), identity.scheme) != required.end();
         });
}

void ConnectionLogic::hand_on_batch() {
  if (batch_.requests.empty() || phase_ != Phase::open) return;
  counters_.requests.add(batch_.requests.size());
  link_.count_frames(batch_.requests.size(), 0);
  batch_.connection = serial_;
  batch_.identities = identities_;
  traffic_.received += batch_.requests.size();
  const std::size_t usual = batch_.requests.size();
  host_.hand_on(std::exchange(batch_, {}));
  // The next chunk will be like this one: growing step by step moves every request several times.
  if (usual > 1) batch_.requests.reserve(usual);
}

bool ConnectionLogic::is_full() const {
  return in_flight_.count() >= limits_.requests_in_flight_max ||
         in_flight_.bytes() >= limits_.bytes_in_flight_max || is_leaving() ||
         (outstanding_.is_full() && !in_flight_.empty()) ||
         link_.unsent_bytes() > limits_.output_high_bytes();
}

bool ConnectionLogic::has_drained() const {
  return link_.unsent_bytes() <= limits_.output_low_bytes();
}

void ConnectionLogic::forget_outstanding() {
  outstanding_.remove(in_flight_.count(), in_flight_.bytes());
  in_flight_ = {};
  traces_ = {};
}

void ConnectionLogic::pause_if_full() {
  if (paused_ || phase_ == Phase::closed) return;
  if (phase_ == Phase::greeting || is_full()) {
    paused_ = true;
    if (outstanding_.is_full()) counters_.paused_outstanding.add();
    link_.pause();
  }
}

void ConnectionLogic::resume_if_drained() {
  if (!paused_ || phase_ != Phase::open || is_leaving()) return;
  // Half, so that a busy connection isn't stopped and started with every reply.
  if (in_flight_.count() > limits_.requests_in_flight_max / 2 ||
      in_flight_.bytes() > limits_.bytes_in_flight_max / 2) {
    return;
  }
  if (!outstanding_.has_drained() && !in_flight_.empty()) return;
  if (!has_drained()) return;
  paused_ = false;
  on_bytes({});
  if (!paused_ && phase_ == Phase::open) link_.resume();
}

ConnectionReport ConnectionLogic::report() const {
  ConnectionReport report;
  report.address = link_.remote();
  report.port = link_.remote_port();
  report.reads = !paused_ && (phase_ == Phase::hello || phase_ == Phase::open);
  report.writes = link_.unsent_bytes() > 0;
  report.unanswered = in_flight_.count();
  report.session = session_;
  report.timeout_ms = timeout_ms_;
  report.traffic = traffic_;
  if (traffic_.last_operation != ConnectionTraffic::nothing) {
    // The rest of the clock's bits: the reply was less than 49 days ago.
    const auto now = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(host_.now()).count());
    const std::uint32_t ago = static_cast<std::uint32_t>(now) - traffic_.last_reply_ms;
    report.last_reply_ms = static_cast<std::int64_t>(now - ago);
  }
  return report;
}

ConnectionRow ConnectionLogic::row(std::chrono::milliseconds now) const {
  ConnectionRow row;
  row.address = link_.remote();
  row.port = link_.remote_port();
  row.is_native = wire_ != nullptr && wire_->is_native();
  row.session = session_;
  if (traffic_.last_heard_ms != 0)
    row.heard_ms_ago = static_cast<std::uint32_t>(now.count()) - traffic_.last_heard_ms;
  row.received = traffic_.received;
  row.sent = traffic_.sent;
  row.outstanding = in_flight_.count();
  row.replies = traffic_.replies;
  row.latency_sum_ms = traffic_.latency_sum_ms;
  row.latency_max_ms = traffic_.latency_max_ms;
  row.identities = identities_;
  return row;
}

// --- Out -----------------------------------------------------------------------------------------

void ConnectionLogic::on_deliveries(std::span<const Delivery> deliveries, bool wants_word) {
  // One reading for all replies, and none for a fan-out of events.
  const bool is_waited_for = phase_ == Phase::greeting || !in_flight_.empty();
  const auto now = is_waited_for ? host_.now() : std::chrono::microseconds{0};
  const std::uint64_t sent_before = traffic_.sent;
  for (const Delivery& delivery : deliveries) {
    if (phase_ == Phase::closed) return;
    std::visit(Overloaded{[&](const Reply& reply) { deliver(reply, now); },
                          [&](const SessionOpened& opened) { deliver(opened, now); },
                          [this](const auto& what) { deliver(what); }},
               delivery);
    // Of a thousand large replies only the first few are ever written.
    if (link_.unsent_bytes() > limits_.output_bytes_max) {
      return close(CloseMode::forced, counters_.closed_slow_reader);
    }
  }
  if (phase_ == Phase::closed) return;
  link_.count_frames(0, traffic_.sent - sent_before);
  link_.flush();
  owes_word_ = owes_word_ || wants_word;
  on_drained();
}

void ConnectionLogic::on_drained() {
  if (phase_ == Phase::closed) return;
  if (owes_word_ && has_drained()) {
    owes_word_ = false;
    host_.tell_drained();
  }
  resume_if_drained();
}

void ConnectionLogic::deliver(const Reply& reply, std::chrono::microseconds now) {
  wire_->encode(reply, limits_.frame_bytes_max, link_.output());
  counters_.replies.add();
  if (!in_flight_.empty()) {
    const FrameInFlight answered = in_flight_.finish();
    outstanding_.remove(1, answered.bytes);
    const std::uint32_t took_us = answered.age_us(now);
    const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now);
    counters_.latency.add(took_us / 1000);
    traffic_.add_reply(answered.operation, reply.xid, reply.zxid, took_us / 1000, now_ms);
    const Look look = counters_.gauge.on_reply(took_us, is_write(answered.operation), now_ms);
    if (look != Look::none) [[unlikely]]
      look_at(reply, answered, look, now);
    traces_.finish();
  }
  if (is_leaving() && in_flight_.empty()) dismiss(last_word_, last_text_);
}

void ConnectionLogic::look_at(const Reply& reply, const FrameInFlight& answered, Look look,
                              std::chrono::microseconds now) {
  AnsweredRequest request;
  request.look = look;
  request.operation = answered.operation;
  request.session = session_;
  request.zxid = reply.zxid;
  request.error = reply.error;
  request.took_us = answered.age_us(now);
  request.answered = now;
  request.trace = traces_.oldest();
  host_.look_at(request);
}

void ConnectionLogic::deliver(const SharedEvent& event) {
  wire_->encode(event, link_.output());
  counters_.events.add();
  ++traffic_.sent;
}

void ConnectionLogic::deliver(const SessionOpened& opened, std::chrono::microseconds now) {
  phase_ = Phase::open;
  session_ = opened.session;
  timeout_ms_ = static_cast<std::uint32_t>(opened.timeout_ms);
  Welcome welcome;
  welcome.server = server_;
  welcome.session = opened.session;
  welcome.password = password_;
  welcome.timeout_ms = opened.timeout_ms;
  welcome.zxid = opened.zxid;
  welcome.read_only = opened.read_only;
  welcome.frame_bytes_max = static_cast<std::uint32_t>(limits_.frame_bytes_max);
  welcome.requests_in_flight_max = limits_.requests_in_flight_max;
  wire_->encode(welcome, link_.output());
  counters_.welcomes.add();
  traffic_.add_welcome(opened.zxid, std::chrono::duration_cast<std::chrono::milliseconds>(now));
  password_ = {};
}

void ConnectionLogic::deliver(const CloseConnection& close_request) {
  if (close_request.reason == ErrorCode::ok) {
    return close(CloseMode::graceful, counters_.closed_by_client);
  }
  dismiss(close_request.reason, goodbye_text(close_request.reason));
}

void ConnectionLogic::dismiss_when_answered(ErrorCode reason, const char* literal) {
  if (is_leaving()) return;
  if (in_flight_.empty()) return dismiss(reason, literal);
  last_word_ = reason;
  last_text_ = literal;
  pause_if_full();
}

void ConnectionLogic::dismiss(ErrorCode reason, std::string_view text) {
  if (phase_ == Phase::closed) return;
  if (phase_ == Phase::greeting && reason == ErrorCode::request_timeout) {
    reason = ErrorCode::not_serving;
    text = goodbye_text(reason);
  }
  if (wire_ != nullptr) wire_->encode(Goodbye{reason, std::string(text)}, link_.output());
  switch (reason) {
    case ErrorCode::request_too_large:
      return close(CloseMode::graceful, counters_.closed_too_large);
    case ErrorCode::unimplemented:
      return close(CloseMode::graceful, counters_.closed_version);
    case ErrorCode::auth_failed:
    case ErrorCode::session_closed_require_auth:
      return close(CloseMode::graceful, counters_.closed_auth);
    case ErrorCode::marshalling_error:
      return close(CloseMode::graceful, counters_.closed_malformed);
    case ErrorCode::request_timeout:
      return close(CloseMode::graceful, counters_.closed_handshake_timeout);
    case ErrorCode::not_serving:
      return close(CloseMode::graceful, counters_.closed_stopping);
    default:
      return close(CloseMode::graceful, counters_.closed_session);
  }
}

void ConnectionLogic::close(CloseMode mode, Counter& reason) {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  reason.add();
  forget_outstanding();
  batch_.requests.clear();
  input_.clear();
  link_.close(mode);
}

}  // namespace quorate
