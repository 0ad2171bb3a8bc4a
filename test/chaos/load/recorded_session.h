// A client whose every operation, event and change of state is a line of the history.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/client.h"
#include "test/chaos/load/history.h"

namespace quorate::chaos {

/// How all sessions of one run are opened.
struct SessionOptions {
  std::string endpoints;
  std::chrono::milliseconds session_timeout{4000};
  std::chrono::milliseconds operation_timeout{5000};
};

/// Counts over all sessions of the process.
struct Totals {
  std::atomic<std::uint64_t> operations = 0;
  std::atomic<std::uint64_t> acknowledged = 0;  ///< Writes.
  std::atomic<std::uint64_t> unknown = 0;
  std::atomic<std::uint64_t> insane = 0;  ///< Replies that no server should give.
};

/// One session of one client. Lines:
///
///   op     client, seq, kind, key, the arguments, invoke, return, result
///   event  client, seq, at, watch (the number of the registration), type, key, zxid
///   state  client, seq, at, state, session
///
/// `seq` counts what this client was told, in the order in which it was told. Times are of the
/// monotonic clock, in nanoseconds. A result has `zxid` and what was read or written; or `error`,
/// a refusal that says something of the state; `refused`, one that does not; `unknown`, where
/// the operation may have happened or may yet; or `insane`.
///
/// Used by one thread; the callbacks of the client run on another.
class RecordedSession {
 public:
  RecordedSession(History& history, Totals& totals, std::string name,
                  const SessionOptions& options);
  /// Ends the session.
  ~RecordedSession();
  RecordedSession(const RecordedSession&) = delete;
  RecordedSession& operator=(const RecordedSession&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool is_over() const;
  /// Records which session it is.
  bool wait_connected(std::chrono::milliseconds timeout);

  /// Each returns the result as it was recorded.
  nlohmann::json read(const std::string& key);
  /// A sync, then a read; recorded as one operation if the sync was answered, else as a read.
  nlohmann::json sync_read(const std::string& key);
  nlohmann::json set(const std::string& key, const std::string& value);
  nlohmann::json compare_and_set(const std::string& key, const std::string& value,
                                 std::int32_t version);
  nlohmann::json create(const std::string& kind, const std::string& key, const std::string& value,
                        CreateMode mode);
  nlohmann::json remove(const std::string& key);
  /// A read that asks to be told of the next change. Returns the number of the registration, or
  /// nothing where it is not sure that there is one.
  std::optional<std::uint64_t> watch(const std::string& key);
  /// Whether the event of a registration has come.
  bool has_fired(std::uint64_t watch);

  /// Names below a node, not recorded.
  Result<std::vector<std::string>> children(const std::string& path);
  /// Creates a node if there is none, not recorded.
  Status ensure(const std::string& path);

  /// Ends the session and records when; `acknowledged` if the server said so.
  void close();
  /// Records that nothing more will be heard of this client; the caller then ends the process.
  void abandon();

 private:
  nlohmann::json ask(nlohmann::json line, Operation operation,
                     std::optional<client::Watcher> watcher = {});
  void on_outcome(nlohmann::json line, const Operation& operation, const client::Outcome& outcome);
  void on_state(client::SessionState state);
  void on_event(std::uint64_t watch, const std::string& key, const WatchEvent& event);
  [[nodiscard]] nlohmann::json line(const char* type);

  History& history_;
  Totals& totals_;
  const std::string name_;
  const std::chrono::milliseconds operation_timeout_;
  std::atomic<std::uint64_t> seq_ = 0;
  std::uint64_t watches_ = 0;
  std::mutex mutex_;  ///< Of the members below.
  std::condition_variable told_;
  std::optional<nlohmann::json> result_;
  std::set<std::uint64_t> fired_;  ///< Registrations whose event has_fired() has not told yet.
  bool was_suspended_ = false;     ///< Since close() began.
  bool over_ = false;              ///< And told so.
  std::unique_ptr<client::Client> client_;  ///< Last: its callbacks use all else.
};

}  // namespace quorate::chaos
