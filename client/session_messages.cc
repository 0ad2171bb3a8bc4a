// Session: what the server says.
#include <algorithm>
#include <utility>
#include <variant>

#include "client/describe.h"
#include "client/session.h"
#include "schema/capnp/client_codec.h"
#include "schema/capnp/frame.h"

namespace quorate::client {
namespace {

using std::chrono::milliseconds;

/// What a client accepts, whatever a server says.
constexpr std::size_t frame_bytes_ceiling = std::size_t{1} << 30;
/// When Welcome does not say.
constexpr std::size_t in_flight_default = 1000;

}  // namespace

void Session::on_bytes(std::span<const std::byte> bytes, TimePoint now) {
  if (phase_ != Phase::greeting && phase_ != Phase::serving) return;
  last_heard_ = now;
  std::vector<std::byte> held;
  if (!input_.empty()) {
    input_.insert(input_.end(), bytes.begin(), bytes.end());
    held = std::move(input_);
    bytes = held;
  }
  while (!bytes.empty()) {
    capnp_codec::FrameLimits limits;
    limits.bytes_max = frame_bytes_max_;
    const auto size = capnp_codec::frame_size(bytes, limits);
    if (!size.ok()) {
      break_connection("unreadable frame: " + size.error().text, now);
      return;
    }
    if (*size == 0 || *size > bytes.size()) break;
    if (!on_frame(bytes.first(*size), now)) return;
    bytes = bytes.subspan(*size);
  }
  input_.assign(bytes.begin(), bytes.end());
  pump(now);
}

/// Returns whether the connection still stands.
bool Session::on_frame(std::span<const std::byte> frame, TimePoint now) {
  auto message = capnp_codec::decode_server(frame);
  if (message.code() == ErrorCode::unimplemented) return true;  // Of a later version: skipped.
  if (!message.ok()) {
    break_connection("unreadable frame: " + message.error().text, now);
    return false;
  }
  std::visit([&]<class Message>(Message& received) { on_message(std::move(received), now); },
             message.value());
  return phase_ == Phase::greeting || phase_ == Phase::serving;
}

void Session::on_message(Welcome&& welcome, TimePoint now) {
  if (phase_ != Phase::greeting) {
    break_connection("a second greeting", now);
    return;
  }
  if (welcome.session.value == 0 || welcome.timeout_ms <= 0 ||
      (session_.value != 0 && welcome.session != session_)) {
    finish(SessionState::expired, ended(SessionState::expired));
    return;
  }
  if (welcome.zxid < seen_) {
    break_connection("the server is behind what this session has seen", now);
    return;
  }
  is_stopgap_ = welcome.read_only && session_.value == 0;
  session_ = welcome.session;
  password_ = welcome.password;
  timeout_ = milliseconds(welcome.timeout_ms);
  server_ = welcome.server;
  frame_bytes_max_ = welcome.frame_bytes_max == 0
                         ? capnp_codec::FrameLimits{}.bytes_max
                         : std::min<std::size_t>(welcome.frame_bytes_max, frame_bytes_ceiling);
  in_flight_max_ =
      welcome.requests_in_flight_max == 0 ? in_flight_default : welcome.requests_in_flight_max;
  phase_ = Phase::serving;
  last_sent_ = now;
  set_state(welcome.read_only ? SessionState::read_only : SessionState::connected,
            to_string(host_));
  if (welcome.read_only) begin_search(now);
  for (Proof& proof : proofs_) send_credentials(proof);
  send_watches();
}

void Session::on_message(Goodbye&& goodbye, TimePoint now) {
  const std::string why = goodbye.text.empty() ? explain(goodbye.error) : goodbye.text;
  switch (goodbye.error) {
    case ErrorCode::session_expired:
    case ErrorCode::unknown_session:
      // Nothing was lost with it that another one would not have.
      if (is_stopgap_) return break_connection("the server said goodbye: " + why, now);
      finish(SessionState::expired, ended(SessionState::expired));
      return;
    case ErrorCode::auth_failed:
    case ErrorCode::session_closed_require_auth:
      finish(SessionState::auth_failed, {ErrorCode::auth_failed, why});
      return;
    default:
      break_connection("the server said goodbye: " + why, now);
  }
}

void Session::on_message(WatchEvent&& event, TimePoint now) {
  if (phase_ != Phase::serving) {
    break_connection("an event before the greeting", now);
    return;
  }
  seen_ = std::max(seen_, event.zxid);
  std::vector<Watcher> watchers = watches_.take(event);
  if (watchers.empty()) return;  // Removed meanwhile, or its read was given up.
  chroot_.leave(event.path);
  effects_.deliveries.emplace_back(Notification{std::move(watchers), std::move(event)});
}

void Session::on_message(Inspection&& /*inspection*/, TimePoint now) {
  break_connection("an answer to a question that was not asked", now);
}

void Session::on_message(LeadershipTransfer&& /*transfer*/, TimePoint now) {
  break_connection("an answer to a question that was not asked", now);
}

void Session::on_message(Reply&& reply, TimePoint now) {
  auto call = phase_ == Phase::serving ? calls_.answered(reply.xid) : std::optional<Call>();
  if (!call) {
    break_connection("a reply to xid " + std::to_string(reply.xid) + " out of order", now);
    return;
  }
  seen_ = std::max(seen_, reply.zxid);
  if (call->source == CallSource::watches) --restoring_;
  // While registrations are unanswered, later ones still need what they were told.
  if (restoring_ == 0) relative_ = std::max(relative_, reply.zxid);
  register_watch(*call, reply);
  // Not before: a server that greets and then breaks off deserves pauses too.
  if (reply.error == ErrorCode::ok) hosts_.succeeded();
  const ErrorCode code = reply.error;
  Outcome outcome{{code, {}}, {}};
  if (code != ErrorCode::ok) outcome.error.text = explain(call->request.operation, reply);
  const std::string why = outcome.error.text;
  if (call->done && !call->abandoned) {
    chroot_.leave(reply);
    outcome.reply = std::move(reply);
    effects_.deliveries.emplace_back(
        Completion{std::move(call->done), std::move(outcome), call->thread});
  }
  on_answer(call->source, {code, why}, now);
}

/// What an answer means for the session itself.
void Session::on_answer(CallSource source, const Error& error, TimePoint now) {
  const bool ok = error.code == ErrorCode::ok;
  switch (source) {
    case CallSource::user:
      if (error.code == ErrorCode::session_expired) {
        finish(SessionState::expired, ended(SessionState::expired));
      }
      return;
    case CallSource::ping:
      ping_pending_ = false;
      return;
    case CallSource::credentials:
      if (!ok) finish(SessionState::auth_failed, {ErrorCode::auth_failed, error.text});
      return;
    case CallSource::watches:
      if (!ok) break_connection("watches were refused: " + error.text, now);
      return;
    case CallSource::close:
      finish(SessionState::closed, ended(SessionState::closed));
      return;
  }
}

void Session::register_watch(const Call& call, const Reply& reply) {
  using Kind = WatchSet::Kind;
  const Operation& operation = call.request.operation;
  const bool ok = reply.error == ErrorCode::ok;
  if (const auto* removal = std::get_if<RemoveWatches>(&operation)) {
    if (ok || reply.error == ErrorCode::no_watcher) {
      watches_.remove(removal->path, removal->type, call.watcher);
    }
    return;
  }
  if (const auto* check_only = std::get_if<CheckWatches>(&operation)) {
    if (call.watcher) watches_.remove(check_only->path, check_only->type, call.watcher);
    return;
  }
  if (!call.watcher || call.abandoned) return;
  const Watcher& watcher = *call.watcher;
  if (const auto* exists = std::get_if<Exists>(&operation)) {
    if (ok) watches_.add(Kind::data, exists->path, watcher);
    if (reply.error == ErrorCode::no_node) watches_.add(Kind::exist, exists->path, watcher);
  }
  if (!ok) return;
  if (const auto* get = std::get_if<GetData>(&operation)) {
    watches_.add(Kind::data, get->path, watcher);
  } else if (const auto* children = std::get_if<GetChildren>(&operation)) {
    watches_.add(Kind::child, children->path, watcher);
  } else if (const auto* list = std::get_if<ListChildren>(&operation)) {
    watches_.add(Kind::child, list->path, watcher);
  } else if (const auto* added = std::get_if<AddWatch>(&operation)) {
    const bool recursive = added->mode == WatchMode::persistent_recursive;
    watches_.add(recursive ? Kind::persistent_recursive : Kind::persistent, added->path, watcher);
  }
}

}  // namespace quorate::client
