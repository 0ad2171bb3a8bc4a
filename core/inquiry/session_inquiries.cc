// Questions about sessions.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/hash.h"
#include "core/inquiry/inquiring.h"

namespace quorate {
namespace {

/// Sessions that one step lists.
constexpr std::size_t sessions_per_step = 50;
/// Ephemerals and watches that are shown of one session, and the bytes of either.
constexpr std::size_t paths_max = 1000;
constexpr std::size_t path_bytes_max = std::size_t{256} << 10;
/// Watches that one step forgets.
constexpr std::size_t forgotten_per_step = 100;

std::uint32_t clamped(std::size_t count) {
  return static_cast<std::uint32_t>(
      std::min<std::size_t>(count, std::numeric_limits<std::uint32_t>::max()));
}

/// What the tables say besides.
void complete(SessionRow& row, const CommitMachine& machine) {
  row.connection = machine.connection_of(row.session);
  if (row.connection != ConnectionSerial{})
    row.watches = clamped(machine.watches().count_of(row.connection));
  if (!row.is_local)
    row.ephemerals = clamped(machine.state().tree().ephemeral_count_of(row.session));
}

std::optional<SessionRow> find_row(const CommitMachine& machine, SessionId id) {
  SessionRow row;
  row.session = id;
  if (const Session* session = machine.state().sessions().find(id)) {
    row.timeout_ms = session->timeout_ms;
    row.server = session->owner.server;
  } else if (const LocalSession* local = machine.local_sessions().find(id)) {
    row.timeout_ms = local->timeout_ms;
    row.server = machine.server();
    row.is_local = true;
  } else {
    return std::nullopt;
  }
  complete(row, machine);
  return row;
}

Error no_session(SessionId id) {
  return {ErrorCode::no_node, "there is no session " + to_string(id)};
}

class SessionListing final : public Inquiring {
 public:
  bool go_on(CommitMachine& machine) override {
    return is_local_ ? list_local(machine) : list(machine);
  }

  StateAnswer take(const CommitMachine& machine) override {
    return {machine.state().last_applied(), std::move(listed_)};
  }

 private:
  bool list(const CommitMachine& machine) {
    const auto& sessions = machine.state().sessions().all();
    auto next = sessions.upper_bound(last_);
    for (std::size_t i = 0; i < sessions_per_step && next != sessions.end(); ++i, ++next) {
      last_ = next->first;
      SessionRow row;
      row.session = next->first;
      row.timeout_ms = next->second.timeout_ms;
      row.server = next->second.owner.server;
      complete(row, machine);
      listed_.rows.push_back(row);
    }
    if (next != sessions.end()) return true;
    last_ = SessionId{INT64_MIN};
    is_local_ = true;
    return machine.local_sessions().size() > 0;
  }

  bool list_local(const CommitMachine& machine) {
    const auto some = machine.local_sessions().timeouts_after(last_, sessions_per_step);
    for (const auto& [session, timeout_ms] : some) {
      last_ = session;
      SessionRow row;
      row.session = session;
      row.timeout_ms = timeout_ms;
      row.server = machine.server();
      row.is_local = true;
      complete(row, machine);
      listed_.rows.push_back(row);
    }
    return some.size() == sessions_per_step;
  }

  SessionId last_{INT64_MIN};
  bool is_local_ = false;
  SessionRows listed_;
};

class SessionReading final : public Inquiring {
 public:
  explicit SessionReading(SessionInquiry asked) : asked_(asked) {}

  bool go_on(CommitMachine& machine) override {
    const auto row = find_row(machine, asked_.session);
    if (!row) {
      answer_.body = no_session(asked_.session);
      return false;
    }
    if (!has_ephemerals_) {
      auto& shown = answer_.body.emplace<SessionAnswer>();
      shown.row = *row;
      const Session* session = machine.state().sessions().find(asked_.session);
      shown.mark = session == nullptr ? mark_of({machine.server(), {}, row->connection, 0})
                                      : mark_of(session->owner);
      shown.ephemerals =
          machine.state().tree().some_ephemerals_of(asked_.session, paths_max, path_bytes_max);
      has_ephemerals_ = true;
      return true;
    }
    list_watches(machine.watches(), row->connection);
    return false;
  }

  StateAnswer take(const CommitMachine& machine) override {
    answer_.applied = machine.state().last_applied();
    return std::move(answer_);
  }

 private:
  static std::uint64_t mark_of(const Origin& owner) {
    return Hasher()
        .add(std::uint64_t{owner.server.value})
        .add(owner.incarnation.value)
        .add(owner.connection.value)
        .digest();
  }

  void list_watches(const WatchTable& watches, ConnectionSerial connection) {
    auto& watched = std::get<SessionAnswer>(answer_.body).watched;
    std::size_t bytes = 0;
    watches.each_watch_of(connection, [&](std::string_view path, WatchKind kind) {
      bytes += path.size();
      if (bytes > path_bytes_max) return false;
      watched.push_back({std::string(path), kind});
      return watched.size() < paths_max;
    });
    std::sort(watched.begin(), watched.end(), [](const WatchedPath& a, const WatchedPath& b) {
      return a.path != b.path ? a.path < b.path : a.kind < b.kind;
    });
  }

  SessionInquiry asked_;
  StateAnswer answer_;
  bool has_ephemerals_ = false;
};

class WatchForgetting final : public Inquiring {
 public:
  explicit WatchForgetting(ForgetWatches asked) : asked_(asked) {}

  bool go_on(CommitMachine& machine) override {
    const ConnectionSerial connection = machine.connection_of(asked_.session);
    if (!left_ && connection == ConnectionSerial{}) {
      failed_ = Error{ErrorCode::no_node,
                      "session " + to_string(asked_.session) + " is not connected here"};
      return false;
    }
    // What its client watches meanwhile is none of what was there.
    if (!left_) left_ = machine.watches().count_of(connection);
    const std::size_t wanted = std::min(forgotten_per_step, *left_);
    const std::size_t forgotten = machine.forget_watches(connection, wanted);
    done_.count += forgotten;
    *left_ -= forgotten;
    return forgotten == forgotten_per_step && *left_ > 0;
  }

  StateAnswer take(const CommitMachine& machine) override {
    if (failed_) return {machine.state().last_applied(), *std::move(failed_)};
    return {machine.state().last_applied(), done_};
  }

 private:
  ForgetWatches asked_;
  std::optional<std::size_t> left_;
  std::optional<Error> failed_;
  DoneAnswer done_;
};

}  // namespace

std::unique_ptr<Inquiring> begin_inquiry_of(const SessionsInquiry& /*asked*/) {
  return std::make_unique<SessionListing>();
}

std::unique_ptr<Inquiring> begin_inquiry_of(const SessionInquiry& asked) {
  return std::make_unique<SessionReading>(asked);
}

std::unique_ptr<Inquiring> begin_inquiry_of(const ForgetWatches& asked) {
  return std::make_unique<WatchForgetting>(asked);
}

}  // namespace quorate
