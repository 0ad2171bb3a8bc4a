#include "test/chaos/load/recorded_session.h"

#include <type_traits>
#include <utility>
#include <variant>

namespace quorate::chaos {
namespace {

using client::Outcome;
using nlohmann::json;

/// What the server said of a node.
void describe(json& result, const Stat& stat) {
  result["version"] = stat.version;
  result["czxid"] = stat.czxid.value;
  result["mzxid"] = stat.mzxid.value;
  if (stat.ephemeral_owner.value != 0) result["owner"] = to_string(stat.ephemeral_owner);
}

/// What contradicts itself in a reply, or nothing.
std::string contradiction(const Operation& operation, const Reply& reply) {
  if (reply.zxid.value == 0) return "a reply without a zxid";
  if (const auto* data = std::get_if<DataReply>(&reply.body)) {
    if (data->stat.data_length != data->data.size()) return "the stat has another length";
    if (data->stat.mzxid > reply.zxid) return "a read shows what comes after its zxid";
    if (data->stat.mzxid < data->stat.czxid) return "set before it was created";
  }
  if (std::holds_alternative<GetData>(operation) && !std::holds_alternative<DataReply>(reply.body))
    return "a read is answered with something else";
  if (const auto* set = std::get_if<SetData>(&operation)) {
    const auto* done = std::get_if<StatReply>(&reply.body);
    if (done == nullptr) return "a set is answered with something else";
    if (done->stat.mzxid != reply.zxid) return "a set has another zxid than its node";
    if (done->stat.data_length != set->data.size()) return "a set of another length";
    if (set->version != any_version && done->stat.version != set->version + 1)
      return "a conditional set does not follow its version";
  }
  if (const auto* create = std::get_if<Create>(&operation)) {
    const auto* done = std::get_if<CreateReply>(&reply.body);
    if (done == nullptr) return "a creation is answered with something else";
    if (done->path.rfind(create->path, 0) != 0) return "a node of another name was created";
    if (!is_sequential(create->mode) && done->path != create->path) return "another name";
    if (done->stat.czxid != reply.zxid) return "a creation has another zxid than its node";
    if (is_ephemeral(create->mode) != (done->stat.ephemeral_owner.value != 0))
      return "an owner where there should be none, or none where one should be";
  }
  return {};
}

json successful(const Operation& operation, const Reply& reply) {
  json result{{"zxid", reply.zxid.value}};
  if (const std::string wrong = contradiction(operation, reply); !wrong.empty()) {
    result["insane"] = wrong;
  }
  std::visit(
      [&]<class Body>(const Body& body) {
        if constexpr (std::is_same_v<Body, DataReply>) result["value"] = body.data.text();
        if constexpr (std::is_same_v<Body, CreateReply>) result["path"] = body.path;
        if constexpr (requires { body.stat; }) describe(result, body.stat);
      },
      reply.body);
  return result;
}

json result_of(const Operation& operation, const Outcome& outcome) {
  const std::string code(to_string(outcome.error.code));
  switch (outcome.error.code) {
    case ErrorCode::ok:
      return successful(operation, outcome.reply);
    case ErrorCode::no_node:
    case ErrorCode::node_exists:
    case ErrorCode::bad_version:
      return {{"error", code}, {"zxid", outcome.reply.zxid.value}};
    case ErrorCode::connection_loss:
    case ErrorCode::operation_timeout:
    case ErrorCode::session_expired:
      return {{"unknown", code}};
    case ErrorCode::throttled:
    case ErrorCode::request_too_large:
      return {{"refused", code}};
    default:
      return {{"insane", code + ": " + outcome.error.text}};
  }
}

client::Options client_options(const SessionOptions& options) {
  client::Options result;
  result.endpoints = options.endpoints;
  result.session_timeout = options.session_timeout;
  result.operation_timeout = options.operation_timeout;
  result.outgoing_bytes_max = std::size_t{1} << 20;
  result.callbacks_max = 1024;
  return result;
}

}  // namespace

RecordedSession::RecordedSession(History& history, Totals& totals, std::string name,
                                 const SessionOptions& options)
    : history_(history),
      totals_(totals),
      name_(std::move(name)),
      operation_timeout_(options.operation_timeout) {
  client::Options wanted = client_options(options);
  wanted.on_state = [this](client::SessionState state, const std::string&) { on_state(state); };
  auto opened = client::Client::open(wanted);
  check(opened.ok(), "the endpoints of the load can be read");
  json begun = line("state");
  begun["at"] = now_ns();
  begun["state"] = "opening";
  begun["timeout_ms"] = options.session_timeout.count();
  history_.write(begun);
  client_ = std::move(*opened);
}

RecordedSession::~RecordedSession() {
  if (!is_over()) close();
}

bool RecordedSession::is_over() const { return is_final(client_->state()); }

bool RecordedSession::wait_connected(std::chrono::milliseconds timeout) {
  if (!client_->wait_connected(timeout).ok()) return false;
  json known = line("state");
  known["at"] = now_ns();
  known["state"] = "known";
  known["session"] = to_string(client_->ticket().session);
  history_.write(known);
  return true;
}

json RecordedSession::line(const char* type) {
  return {{"t", type}, {"client", name_}, {"seq", ++seq_}};
}

// --- Operations ----------------------------------------------------------------------------------

json RecordedSession::ask(json line, Operation operation, std::optional<client::Watcher> watcher) {
  if (!line.contains("invoke")) line["invoke"] = now_ns();
  {
    const std::lock_guard lock(mutex_);
    result_.reset();
  }
  const Operation asked = operation;
  client_->submit(std::move(operation), std::move(watcher),
                  [this, asked, line = std::move(line)](Outcome&& outcome) {
                    on_outcome(line, asked, outcome);
                  });
  std::unique_lock lock(mutex_);
  // Every call ends: with an answer, or with the time-out of the operation.
  told_.wait(lock, [this] { return result_.has_value(); });
  return *result_;
}

void RecordedSession::on_outcome(json line, const Operation& operation, const Outcome& outcome) {
  json result = result_of(operation, outcome);
  if (line["kind"] != "sync") {
    line["t"] = "op";
    line["client"] = name_;
    line["seq"] = ++seq_;
    line["return"] = now_ns();
    line["result"] = result;
    history_.write(line);
    ++totals_.operations;
  }
  const bool writes = std::holds_alternative<SetData>(operation) ||
                      std::holds_alternative<Create>(operation) ||
                      std::holds_alternative<Delete>(operation);
  if (writes && outcome.error.code == ErrorCode::ok) ++totals_.acknowledged;
  if (result.contains("unknown")) ++totals_.unknown;
  if (result.contains("insane")) ++totals_.insane;
  const std::lock_guard lock(mutex_);
  result_ = std::move(result);
  told_.notify_all();
}

json RecordedSession::read(const std::string& key) {
  return ask({{"kind", "read"}, {"key", key}}, GetData{key});
}

json RecordedSession::sync_read(const std::string& key) {
  const std::int64_t invoke = now_ns();
  const json synced = ask({{"kind", "sync"}}, Sync{key});
  if (!synced.contains("zxid")) return read(key);
  return ask({{"kind", "sync_read"}, {"key", key}, {"invoke", invoke}}, GetData{key});
}

json RecordedSession::set(const std::string& key, const std::string& value) {
  return ask({{"kind", "set"}, {"key", key}, {"value", value}}, SetData{key, Blob(value)});
}

json RecordedSession::compare_and_set(const std::string& key, const std::string& value,
                                      std::int32_t version) {
  return ask({{"kind", "cas"}, {"key", key}, {"value", value}, {"expected", version}},
             SetData{key, Blob(value), version});
}

json RecordedSession::create(const std::string& kind, const std::string& key,
                             const std::string& value, CreateMode mode) {
  Create request;
  request.path = key;
  request.data = Blob(value);
  request.mode = mode;
  return ask({{"kind", kind}, {"key", key}, {"value", value}}, std::move(request));
}

json RecordedSession::remove(const std::string& key) {
  return ask({{"kind", "delete"}, {"key", key}}, Delete{key});
}

// --- Watches -------------------------------------------------------------------------------------

std::optional<std::uint64_t> RecordedSession::watch(const std::string& key) {
  const std::uint64_t watch = ++watches_;
  const client::Watcher watcher(
      [this, watch, key](const WatchEvent& event) { on_event(watch, key, event); });
  const json result =
      ask({{"kind", "read"}, {"key", key}, {"watch", watch}}, GetData{key}, watcher);
  if (!result.contains("version")) return std::nullopt;
  return watch;
}

void RecordedSession::on_event(std::uint64_t watch, const std::string& key,
                               const WatchEvent& event) {
  json told = line("event");
  told["at"] = now_ns();
  told["watch"] = watch;
  told["type"] = static_cast<int>(event.type);
  told["key"] = key;
  told["zxid"] = event.zxid.value;
  if (event.path != key) told["path"] = event.path;
  history_.write(told);
  const std::lock_guard lock(mutex_);
  fired_.insert(watch);
}

bool RecordedSession::has_fired(std::uint64_t watch) {
  const std::lock_guard lock(mutex_);
  return fired_.erase(watch) != 0;
}

// --- Around --------------------------------------------------------------------------------------

Result<std::vector<std::string>> RecordedSession::children(const std::string& path) {
  auto reply = client_->children({path});
  if (!reply.ok()) return reply.error();
  return std::move(reply->names);
}

Status RecordedSession::ensure(const std::string& path) {
  Create request;
  request.path = path;
  request.if_absent = true;
  return client_->create(std::move(request)).status();
}

void RecordedSession::on_state(client::SessionState state) {
  json said = line("state");
  said["at"] = now_ns();
  said["state"] = to_string(state);
  history_.write(said);
  const std::lock_guard lock(mutex_);
  was_suspended_ = was_suspended_ || state == client::SessionState::suspended;
  over_ = is_final(state);
  told_.notify_all();
}

void RecordedSession::close() {
  const std::int64_t invoke = now_ns();
  const bool connected = client_->state() == client::SessionState::connected;
  {
    const std::lock_guard lock(mutex_);
    was_suspended_ = false;
  }
  client_->close();
  const std::int64_t now = now_ns();
  json closed = line("close");
  closed["invoke"] = invoke;
  closed["return"] = now;
  // A close without an answer goes through `suspended`, or takes until the operation's time is up.
  const bool in_time =
      std::chrono::nanoseconds(now - invoke) < operation_timeout_ - std::chrono::milliseconds(500);
  std::unique_lock lock(mutex_);
  told_.wait(lock, [this] { return over_; });
  closed["acknowledged"] = connected && in_time && !was_suspended_;
  history_.write(closed);
}

void RecordedSession::abandon() {
  json gone = line("abandon");
  gone["at"] = now_ns();
  history_.write(gone);
}

}  // namespace quorate::chaos
