#include "client/session.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "client/describe.h"
#include "core/base/check.h"
#include "schema/capnp/client_codec.h"

namespace quorate::client {
namespace {

using std::chrono::milliseconds;

/// Before Welcome says what the server sends at most.
constexpr std::size_t frame_bytes_before_welcome = 64 << 10;
/// As much path text goes into one registration of watches, as ZooKeeper's clients do.
constexpr std::size_t registration_bytes_max = 128 << 10;
constexpr milliseconds ping_interval_max{10'000};
constexpr milliseconds connect_timeout_min{100};
/// Identities proved on one connection.
constexpr std::size_t proofs_max = 64;

bool is_of_the_session(const Operation& operation) {
  return std::holds_alternative<Authenticate>(operation) ||
         std::holds_alternative<SetWatches>(operation) ||
         std::holds_alternative<CloseSession>(operation) ||
         std::holds_alternative<Refused>(operation);
}

TimePoint deadline_after(TimePoint now, milliseconds timeout) {
  return timeout.count() > 0 ? now + timeout : TimePoint::max();
}

}  // namespace

Error Session::ended(SessionState state) {
  switch (state) {
    case SessionState::expired:
      return {ErrorCode::session_expired, "the session has expired; open a new client"};
    case SessionState::auth_failed:
      return {ErrorCode::auth_failed, "an identity was refused; open a new client"};
    default:
      return {ErrorCode::session_expired, "the client is closed"};
  }
}

Session::Session(const Options& options, Endpoints endpoints, std::uint64_t seed)
    : wanted_timeout_(options.session_timeout),
      operation_timeout_(options.operation_timeout),
      read_only_(options.read_only),
      chroot_(std::move(endpoints.chroot)),
      timeout_(options.session_timeout),
      calls_(options.outgoing_bytes_max),
      hosts_(std::move(endpoints.hosts), seed) {
  for (const Credentials& credentials : options.credentials) proofs_.push_back({credentials, {}});
  if (!options.resume) return;
  session_ = options.resume->session;
  password_ = options.resume->password;
  seen_ = relative_ = options.resume->last_seen;
}

SessionTicket Session::ticket() const {
  if (is_stopgap_) return {{}, {}, seen_};
  return {session_, password_, seen_};
}

void Session::start(TimePoint now) { dial(hosts_.next(), now); }

// --- From the application ----------------------------------------------------------------------

void Session::submit(Operation operation, std::optional<Watcher> watcher, OutcomeCallback done,
                     CallThread thread, TimePoint now) {
  Call call;
  call.request.operation = std::move(operation);
  call.watcher = std::move(watcher);
  call.done = std::move(done);
  call.thread = thread;
  call.deadline = deadline_after(now, operation_timeout_);
  Status refused;
  if (phase_ == Phase::ended || closing_) {
    Error error = ended(is_final(state_) ? state_ : SessionState::closed);
    error.text = describe(call.request.operation) + ": " + error.text;
    refused = error;
  } else if (is_of_the_session(call.request.operation)) {
    refused = {ErrorCode::bad_arguments, describe(call.request.operation) +
                                             ": the client itself sends this when it is needed"};
  } else {
    chroot_.enter(call.request.operation);
    if (call.watcher) narrow_removal(call);
    refused = calls_.push(call);
  }
  if (!refused.ok()) {
    if (call.done) {
      effects_.deliveries.emplace_back(
          Completion{std::move(call.done), {refused.error(), {}}, thread});
    }
    return;
  }
  pump(now);
}

/// One watcher stops hearing now. The server must keep the watch while others need it.
void Session::narrow_removal(Call& call) {
  const auto* removal = std::get_if<RemoveWatches>(&call.request.operation);
  if (removal == nullptr) return;
  watches_.remove(removal->path, removal->type, call.watcher);
  if (watches_.would_empty(removal->path, removal->type, call.watcher)) return;
  CheckWatches check_only{removal->path, removal->type};
  call.request.operation = std::move(check_only);
}

void Session::add_credentials(Credentials credentials, OutcomeCallback done, CallThread thread,
                              TimePoint now) {
  if (phase_ == Phase::ended || closing_) {
    submit(Authenticate{credentials.scheme, {}}, {}, std::move(done), thread, now);
    return;
  }
  const auto known = std::find_if(proofs_.begin(), proofs_.end(), [&](const Proof& proof) {
    return proof.credentials == credentials;
  });
  const bool reuse = known != proofs_.end() && !known->done;
  if (!reuse && proofs_.size() >= proofs_max) {
    Error error{ErrorCode::bad_arguments, "authenticate " + credentials.scheme + ": more than " +
                                              std::to_string(proofs_max) + " identities"};
    effects_.deliveries.emplace_back(Completion{std::move(done), {std::move(error), {}}, thread});
    return;
  }
  Proof& proof = reuse ? *known : proofs_.emplace_back();
  proof = {std::move(credentials), std::move(done), thread};
  if (phase_ != Phase::serving) return;  // Sent with the others once there is a connection.
  send_credentials(proof);
  last_sent_ = now;
}

void Session::close(TimePoint now) {
  if (phase_ == Phase::ended || closing_) return;
  if (phase_ != Phase::serving) {
    finish(SessionState::closed, ended(SessionState::closed));
    return;
  }
  closing_ = true;
  better_.reset();
  close_deadline_ = now + (operation_timeout_.count() > 0 ? operation_timeout_ : timeout_);
  Call call;
  call.request.operation = CloseSession{};
  call.source = CallSource::close;
  const Status pushed = calls_.push(call);
  check(pushed.ok(), "the close of a session always fits");
  pump(now);
}

// --- The connection ----------------------------------------------------------------------------

void Session::dial(const Host& host, TimePoint now) {
  host_ = host;
  phase_ = Phase::dialling;
  phase_deadline_ = now + connect_timeout();
  effects_.dial = host_;
}

void Session::on_open(TimePoint now) {
  if (phase_ != Phase::dialling) return;
  phase_ = Phase::greeting;
  last_sent_ = last_heard_ = now;
  frame_bytes_max_ = frame_bytes_before_welcome;
  Hello hello;
  hello.session = session_;
  hello.password = password_;
  hello.timeout_ms = wanted_timeout_.count();
  hello.last_seen = seen_;
  hello.read_only = read_only_;
  capnp_codec::encode(hello, output_);
}

void Session::on_broken(const std::string& why, TimePoint now) { break_connection(why, now); }

void Session::break_connection(const std::string& why, TimePoint now) {
  if (phase_ == Phase::ended || phase_ == Phase::waiting) return;
  last_failure_ = to_string(host_) + ": " + why;
  const bool served = phase_ == Phase::serving;
  phase_ = Phase::waiting;
  hang_up();
  restoring_ = 0;
  better_.reset();
  search_at_ = TimePoint::max();
  if (std::exchange(is_stopgap_, false)) {
    session_ = {};
    password_ = {};
  }
  ping_pending_ = false;
  calls_.fail_pending({ErrorCode::connection_loss, "the connection broke (" + last_failure_ + ")"},
                      effects_.deliveries);
  if (served) set_state(SessionState::suspended, last_failure_);
  if (closing_) {
    finish(SessionState::closed, ended(SessionState::closed));
    return;
  }
  phase_deadline_ = now + hosts_.pause();
  if (phase_deadline_ <= now) dial(hosts_.next(), now);
}

void Session::hang_up() {
  effects_.hang_up = true;
  effects_.dial.reset();
  effects_.inquire.reset();
  output_.clear();
  input_.clear();
}

void Session::finish(SessionState state, const Error& error) {
  phase_ = Phase::ended;
  hang_up();
  calls_.fail_pending(error, effects_.deliveries);
  calls_.fail_outgoing(error, effects_.deliveries);
  for (Proof& proof : proofs_) {
    if (!proof.done) continue;
    effects_.deliveries.emplace_back(Completion{
        std::move(proof.done),
        {{error.code, "authenticate " + proof.credentials.scheme + ": " + error.text}, {}},
        proof.thread});
  }
  for (auto& [path, watchers] : watches_.take_all()) {
    WatchEvent event{EventType::none, path, {}};
    chroot_.leave(event.path);
    effects_.deliveries.emplace_back(Notification{std::move(watchers), std::move(event)});
  }
  set_state(state, error.text);
}

void Session::set_state(SessionState state, const std::string& reason) {
  if (state == state_) return;
  state_ = state;
  effects_.deliveries.emplace_back(StateChange{state, reason});
}

// --- Time --------------------------------------------------------------------------------------

milliseconds Session::connect_timeout() const {
  return std::max(connect_timeout_min, timeout_ / static_cast<std::int64_t>(hosts_.size()));
}
milliseconds Session::ping_interval() const { return std::min(timeout_ / 3, ping_interval_max); }
milliseconds Session::silence_max() const { return timeout_ * 2 / 3; }

void Session::on_tick(TimePoint now) {
  if (phase_ == Phase::ended) return;
  calls_.expire(now, effects_.deliveries);
  if (now >= close_deadline_) {
    finish(SessionState::closed, ended(SessionState::closed));
    return;
  }
  switch (phase_) {
    case Phase::waiting:
      if (now >= phase_deadline_) dial(hosts_.next(), now);
      return;
    case Phase::dialling:
    case Phase::greeting:
      if (now < phase_deadline_) return;
      break_connection((phase_ == Phase::dialling ? "no connection within "
                                                  : "connected, but no greeting within ") +
                           std::to_string(connect_timeout().count()) + " ms",
                       now);
      return;
    case Phase::serving:
      break;
    case Phase::ended:
      return;
  }
  if (now >= search_at_) search(now);
  if (!read_paused_ && now - last_heard_ >= silence_max()) {
    break_connection("nothing heard for " + std::to_string(silence_max().count()) + " ms", now);
  } else if (!ping_pending_ && now - last_sent_ >= ping_interval()) {
    ping_pending_ = true;
    last_sent_ = now;
    send_now(Ping{}, CallSource::ping, {}, CallThread::callback);
  }
}

TimePoint Session::next_tick() const {
  if (phase_ == Phase::ended) return TimePoint::max();
  TimePoint next = std::min(calls_.next_deadline(), close_deadline_);
  if (phase_ != Phase::serving) return std::min(next, phase_deadline_);
  next = std::min(next, search_at_);
  if (!read_paused_) next = std::min<TimePoint>(next, last_heard_ + silence_max());
  if (!ping_pending_) next = std::min<TimePoint>(next, last_sent_ + ping_interval());
  return next;
}

void Session::on_read_paused(bool paused, TimePoint now) {
  read_paused_ = paused;
  if (!paused) last_heard_ = now;
}

SessionEffects Session::take_effects() { return std::exchange(effects_, {}); }

// --- What is sent ------------------------------------------------------------------------------

void Session::send_now(Operation operation, CallSource source, OutcomeCallback done,
                       CallThread thread) {
  Call call;
  call.request.operation = std::move(operation);
  call.source = source;
  call.done = std::move(done);
  call.thread = thread;
  capnp_codec::encode(calls_.send_first(std::move(call)).request, output_);
}

void Session::send_credentials(Proof& proof) {
  send_now(Authenticate{proof.credentials.scheme, proof.credentials.secret},
           CallSource::credentials, std::exchange(proof.done, {}), proof.thread);
}

void Session::send_watches() {
  const std::size_t bytes_max = std::min(registration_bytes_max, frame_bytes_max_ / 2);
  for (SetWatches& message : watches_.registrations(relative_, bytes_max)) {
    ++restoring_;
    send_now(std::move(message), CallSource::watches, {}, CallThread::callback);
  }
  if (restoring_ == 0) return;
  // What changed meanwhile is told behind the answers; the answer to this one comes behind that.
  ++restoring_;
  send_now(Ping{}, CallSource::watches, {}, CallThread::callback);
}

void Session::pump(TimePoint now) {
  if (phase_ != Phase::serving) return;
  if (better_) return move_when_idle(now);
  while (Call* call = calls_.next_outgoing(in_flight_max_)) {
    if (encode(*call, now)) {
      calls_.sent();
      last_sent_ = now;
      continue;
    }
    Call refused = calls_.drop_outgoing();
    if (!refused.done) continue;
    Error error{ErrorCode::request_too_large, describe(refused.request.operation) +
                                                  ": the request exceeds the " +
                                                  std::to_string(frame_bytes_max_) +
                                                  " bytes that a frame of this server may have"};
    effects_.deliveries.emplace_back(
        Completion{std::move(refused.done), {std::move(error), {}}, refused.thread});
  }
}

/// False when the frame would exceed the server's limit.
bool Session::encode(Call& call, TimePoint now) {
  if (call.deadline != TimePoint::max()) {
    // The server need not execute what nobody waits for any more.
    const auto left = std::chrono::ceil<milliseconds>(call.deadline - now).count();
    call.request.deadline_ms =
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(left, 1, UINT32_MAX));
  }
  const std::size_t before = output_.size();
  capnp_codec::encode(call.request, output_);
  if (output_.size() - before <= frame_bytes_max_) return true;
  output_.resize(before);
  return false;
}

}  // namespace quorate::client
