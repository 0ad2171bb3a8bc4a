#include "client/client.h"

#include <condition_variable>
#include <mutex>
#include <random>
#include <type_traits>
#include <utility>
#include <variant>

#include "client/event_loop.h"
#include "client/unpack.h"
#include "core/tree/acl.h"

namespace quorate::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds session_timeout_min{10};
constexpr milliseconds session_timeout_max{24 * 3'600'000};

Status validate(const Options& options) {
  if (options.session_timeout < session_timeout_min ||
      options.session_timeout > session_timeout_max) {
    return {ErrorCode::bad_arguments, "session_timeout is " +
                                          std::to_string(options.session_timeout.count()) +
                                          " ms; it must be from 10 ms to 24 hours"};
  }
  if (options.operation_timeout.count() < 0) {
    return {ErrorCode::bad_arguments, "operation_timeout is negative"};
  }
  if (options.outgoing_bytes_max == 0 || options.callbacks_max == 0) {
    return {ErrorCode::bad_arguments, "outgoing_bytes_max and callbacks_max must be above 0"};
  }
  return {};
}

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

/// Where a synchronous call waits.
class Slot {
 public:
  void fill(Outcome&& outcome) {
    // Notifies under the lock: the waiter may destroy this as soon as it has the lock.
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
    filled_.notify_one();
  }
  Outcome wait() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return outcome_.has_value(); });
    return std::move(*outcome_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::optional<Outcome> outcome_;
};

/// What the application need not say: that a watcher wants a watch, and the open ACL.
void complete(Operation& operation, bool watched) {
  const auto complete_create = [](Create& create) {
    if (create.acl.empty()) create.acl = open_acl();
  };
  std::visit(
      [&]<class Op>(Op& op) {
        if constexpr (requires { op.watch; }) op.watch = watched;
        if constexpr (std::is_same_v<Op, Create>) complete_create(op);
        if constexpr (std::is_same_v<Op, Multi>) {
          for (MultiOp& part : op.ops) {
            if (auto* create = std::get_if<Create>(&part)) complete_create(*create);
          }
        }
      },
      operation);
}

}  // namespace

struct Client::State {
  State(const Options& options, Endpoints endpoints, std::uint64_t seed)
      : loop(options, std::move(endpoints), seed) {}
  EventLoop loop;
};

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::open(const Options& options) {
  if (Status valid = validate(options); !valid.ok()) return valid.error();
  auto endpoints = parse_endpoints(options.endpoints);
  if (!endpoints.ok()) return endpoints.error();
  const std::uint64_t seed = options.seed != 0 ? options.seed : random_seed();
  auto state = std::make_unique<State>(options, std::move(*endpoints), seed);
  return std::unique_ptr<Client>(new Client(std::move(state)));
}

// --- The session -------------------------------------------------------------------------------

Status Client::wait_connected(milliseconds timeout) {
  state_->loop.wait_settled(timeout);
  const SessionState now = state();
  switch (now) {
    case SessionState::connected:
    case SessionState::read_only:
      return {};
    case SessionState::auth_failed:
      return {ErrorCode::auth_failed, "an identity was refused"};
    case SessionState::expired:
    case SessionState::closed:
      return {ErrorCode::session_expired, "the session has ended"};
    case SessionState::connecting:
    case SessionState::suspended:
      break;
  }
  const std::string why = last_failure();
  return {ErrorCode::connection_loss, "no connection within " + std::to_string(timeout.count()) +
                                          " ms" + (why.empty() ? "" : ": " + why)};
}

void Client::close() { state_->loop.close(); }

SessionState Client::state() const {
  return state_->loop.with_session([](const Session& session) { return session.state(); });
}
SessionTicket Client::ticket() const {
  return state_->loop.with_session([](const Session& session) { return session.ticket(); });
}
milliseconds Client::session_timeout() const {
  return state_->loop.with_session([](const Session& session) { return session.timeout(); });
}
ServerId Client::server() const {
  return state_->loop.with_session([](const Session& session) { return session.server(); });
}
std::string Client::last_failure() const {
  return state_->loop.with_session([](const Session& session) { return session.last_failure(); });
}

Status Client::authenticate(Credentials credentials) {
  Slot slot;
  state_->loop.add_credentials(
      std::move(credentials), [&slot](Outcome&& outcome) { slot.fill(std::move(outcome)); },
      state_->loop.on_callback_thread() ? CallThread::urgent : CallThread::waiter);
  return status_of(slot.wait());
}

void Client::authenticate(Credentials credentials, std::function<void(Status)> done) {
  state_->loop.add_credentials(
      std::move(credentials),
      [done = std::move(done)](Outcome&& outcome) { done(status_of(std::move(outcome))); },
      CallThread::callback);
}

// --- Operations --------------------------------------------------------------------------------

void Client::submit(Operation operation, std::optional<Watcher> watcher, OutcomeCallback done) {
  complete(operation, watcher.has_value());
  state_->loop.submit(std::move(operation), std::move(watcher), std::move(done),
                      CallThread::callback);
}

Outcome Client::run(Operation operation, std::optional<Watcher> watcher) {
  complete(operation, watcher.has_value());
  Slot slot;
  state_->loop.submit(
      std::move(operation), std::move(watcher),
      [&slot](Outcome&& outcome) { slot.fill(std::move(outcome)); },
      state_->loop.on_callback_thread() ? CallThread::urgent : CallThread::waiter);
  return slot.wait();
}

template <class T>
Result<T> Client::ask(Operation operation, std::optional<Watcher> watcher) {
  return unpack<T>(run(std::move(operation), std::move(watcher)));
}

template <class T>
void Client::ask(Operation operation, std::optional<Watcher> watcher, Callback<T> done) {
  OutcomeCallback tell = [done = std::move(done)](Outcome&& outcome) {
    if (done) done(unpack<T>(std::move(outcome)));
  };
  submit(std::move(operation), std::move(watcher), std::move(tell));
}

Result<CreateReply> Client::create(Create request) { return ask<CreateReply>(std::move(request)); }
void Client::create(Create request, Callback<CreateReply> done) {
  ask<CreateReply>(std::move(request), {}, std::move(done));
}

Result<Zxid> Client::remove(Delete request) { return ask<Zxid>(std::move(request)); }
void Client::remove(Delete request, Callback<Zxid> done) {
  ask<Zxid>(std::move(request), {}, std::move(done));
}

Result<std::uint64_t> Client::remove_tree(DeleteTree request) {
  return ask<std::uint64_t>(std::move(request));
}
void Client::remove_tree(DeleteTree request, Callback<std::uint64_t> done) {
  ask<std::uint64_t>(std::move(request), {}, std::move(done));
}

Result<Stat> Client::set(SetData request) { return ask<Stat>(std::move(request)); }
void Client::set(SetData request, Callback<Stat> done) {
  ask<Stat>(std::move(request), {}, std::move(done));
}

Result<Stat> Client::set_acl(SetAcl request) { return ask<Stat>(std::move(request)); }
void Client::set_acl(SetAcl request, Callback<Stat> done) {
  ask<Stat>(std::move(request), {}, std::move(done));
}

Result<MultiReply> Client::multi(Multi request) { return ask<MultiReply>(std::move(request)); }
void Client::multi(Multi request, Callback<MultiReply> done) {
  ask<MultiReply>(std::move(request), {}, std::move(done));
}

Result<Zxid> Client::reconfig(Reconfig request) { return ask<Zxid>(request); }
void Client::reconfig(Reconfig request, Callback<Zxid> done) {
  ask<Zxid>(request, {}, std::move(done));
}

Result<AclReply> Client::get_acl(GetAcl request) { return ask<AclReply>(std::move(request)); }
void Client::get_acl(GetAcl request, Callback<AclReply> done) {
  ask<AclReply>(std::move(request), {}, std::move(done));
}

Result<std::uint64_t> Client::count_descendants(CountDescendants request) {
  return ask<std::uint64_t>(std::move(request));
}
void Client::count_descendants(CountDescendants request, Callback<std::uint64_t> done) {
  ask<std::uint64_t>(std::move(request), {}, std::move(done));
}

Result<std::vector<std::string>> Client::ephemerals(GetEphemerals request) {
  return ask<std::vector<std::string>>(std::move(request));
}
void Client::ephemerals(GetEphemerals request, Callback<std::vector<std::string>> done) {
  ask<std::vector<std::string>>(std::move(request), {}, std::move(done));
}

Result<MultiReadReply> Client::multi_read(MultiRead request) {
  return ask<MultiReadReply>(std::move(request));
}
void Client::multi_read(MultiRead request, Callback<MultiReadReply> done) {
  ask<MultiReadReply>(std::move(request), {}, std::move(done));
}

Result<Zxid> Client::check_watches(CheckWatches request) { return ask<Zxid>(std::move(request)); }
void Client::check_watches(CheckWatches request, Callback<Zxid> done) {
  ask<Zxid>(std::move(request), {}, std::move(done));
}

Result<DataReply> Client::get(GetData request, std::optional<Watcher> watcher) {
  return ask<DataReply>(std::move(request), std::move(watcher));
}
void Client::get(GetData request, std::optional<Watcher> watcher, Callback<DataReply> done) {
  ask<DataReply>(std::move(request), std::move(watcher), std::move(done));
}

Result<std::optional<Stat>> Client::exists(Exists request, std::optional<Watcher> watcher) {
  return ask<std::optional<Stat>>(std::move(request), std::move(watcher));
}
void Client::exists(Exists request, std::optional<Watcher> watcher,
                    Callback<std::optional<Stat>> done) {
  ask<std::optional<Stat>>(std::move(request), std::move(watcher), std::move(done));
}

Result<ChildrenReply> Client::children(GetChildren request, std::optional<Watcher> watcher) {
  return ask<ChildrenReply>(std::move(request), std::move(watcher));
}
void Client::children(GetChildren request, std::optional<Watcher> watcher,
                      Callback<ChildrenReply> done) {
  ask<ChildrenReply>(std::move(request), std::move(watcher), std::move(done));
}

Result<ListReply> Client::list(ListChildren request, std::optional<Watcher> watcher) {
  return ask<ListReply>(std::move(request), std::move(watcher));
}
void Client::list(ListChildren request, std::optional<Watcher> watcher, Callback<ListReply> done) {
  ask<ListReply>(std::move(request), std::move(watcher), std::move(done));
}

Result<Zxid> Client::remove_watches(RemoveWatches request, std::optional<Watcher> watcher) {
  return ask<Zxid>(std::move(request), std::move(watcher));
}
void Client::remove_watches(RemoveWatches request, std::optional<Watcher> watcher,
                            Callback<Zxid> done) {
  ask<Zxid>(std::move(request), std::move(watcher), std::move(done));
}

Result<Zxid> Client::add_watch(AddWatch request, Watcher watcher) {
  return ask<Zxid>(std::move(request), std::move(watcher));
}
void Client::add_watch(AddWatch request, Watcher watcher, Callback<Zxid> done) {
  ask<Zxid>(std::move(request), std::move(watcher), std::move(done));
}

Result<Zxid> Client::sync(std::string path) { return ask<Zxid>(Sync{std::move(path)}); }
void Client::sync(std::string path, Callback<Zxid> done) {
  ask<Zxid>(Sync{std::move(path)}, {}, std::move(done));
}

Result<std::vector<Identity>> Client::who_am_i() { return ask<std::vector<Identity>>(WhoAmI{}); }
void Client::who_am_i(Callback<std::vector<Identity>> done) {
  ask<std::vector<Identity>>(WhoAmI{}, {}, std::move(done));
}

Result<Zxid> Client::ping() { return ask<Zxid>(Ping{}); }
void Client::ping(Callback<Zxid> done) { ask<Zxid>(Ping{}, {}, std::move(done)); }

}  // namespace quorate::client
