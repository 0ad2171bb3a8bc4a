// The server's log: events with typed fields, written by a thread of its own.
//
//   log.info("session_expired", kv("session", id), kv("zxid", zxid));
//
// `info` reads as the server's history, `warn` healed itself, `error` needs a person and says what
// to do. Never per request, never data, never credentials: counters belong in the metrics.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "actors/log_line.h"
#include "actors/log_ring.h"
#include "config/config.h"
#include "core/base/ids.h"
#include "core/base/result.h"

namespace quorate {

/// A field of an event. Numbers, switches, texts, ids and durations (counted in their own unit,
/// which the key names: `kv("took_ms", std::chrono::milliseconds(3))`).
template <class T>
[[nodiscard]] LogField kv(std::string_view key, const T& value) {
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, Zxid> || std::is_same_v<T, SessionId>)
    return {key, value};
  else if constexpr (std::is_floating_point_v<T>)
    return {key, static_cast<double>(value)};
  else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
    return {key, std::int64_t{value}};
  else if constexpr (std::is_integral_v<T>)
    return {key, std::uint64_t{value}};
  else if constexpr (std::is_same_v<T, Epoch> || std::is_same_v<T, ServerId> ||
                     std::is_same_v<T, Incarnation> || std::is_same_v<T, ConnectionSerial>)
    return {key, std::uint64_t{value.value}};
  else if constexpr (std::is_convertible_v<const T&, std::string_view>)
    return {key, std::string_view(value)};
  else
    return {key, static_cast<std::int64_t>(value.count())};
}

/// Lets through so many events per period, and counts the others. For what a hostile peer can
/// cause as often as it likes. One per kind of event and owner; not for several threads.
class LogLimit {
 public:
  LogLimit(std::uint32_t events, std::chrono::milliseconds period)
      : events_(events), period_(period) {}

  /// Whether one more event may be logged at `now`; counts it in either case.
  bool admit(std::chrono::steady_clock::time_point now);

  /// How many were not let through since the last call.
  std::uint64_t take_suppressed() { return std::exchange(suppressed_, 0); }

 private:
  std::uint32_t events_;
  std::chrono::milliseconds period_;
  std::chrono::steady_clock::time_point start_{};
  std::uint32_t admitted_ = 0;
  std::uint64_t suppressed_ = 0;
  bool started_ = false;
};

namespace log_detail {
struct Core;
/// One part of the server and the least level it logs.
struct Component {
  std::string name;
  std::atomic<LogLevel> level;
};
}  // namespace log_detail

/// Where one component logs to. A cheap copy; any thread may use it. A default-constructed one
/// discards everything. After the Logging it came from has ended, it discards everything too.
class Log {
 public:
  Log() = default;

  template <class... Fields>
  void trace(std::string_view event, const Fields&... fields) const {
    say(LogLevel::trace, event, fields...);
  }
  template <class... Fields>
  void debug(std::string_view event, const Fields&... fields) const {
    say(LogLevel::debug, event, fields...);
  }
  template <class... Fields>
  void info(std::string_view event, const Fields&... fields) const {
    say(LogLevel::info, event, fields...);
  }
  template <class... Fields>
  void warn(std::string_view event, const Fields&... fields) const {
    say(LogLevel::warn, event, fields...);
  }
  template <class... Fields>
  void error(std::string_view event, const Fields&... fields) const {
    say(LogLevel::error, event, fields...);
  }

  /// At most as often as `limit` allows; what was left out is counted in `suppressed=` of the next
  /// event that is let through.
  template <class... Fields>
  void limited(LogLimit& limit, LogLevel level, std::string_view event,
               const Fields&... fields) const {
    if (!is_enabled(level) || !limit.admit(now())) return;
    const std::uint64_t suppressed = limit.take_suppressed();
    if (suppressed == 0) return say(level, event, fields...);
    say(level, event, fields..., kv("suppressed", suppressed));
  }

  /// Whether an event of that level would be written: for fields that are dear to make.
  [[nodiscard]] bool is_enabled(LogLevel level) const;

  /// The same log under the name of another component.
  [[nodiscard]] Log component(std::string_view name) const;

  /// The last lines of all components; null for a log that discards everything.
  [[nodiscard]] LogRing* ring() const;
  /// As Logging has them.
  [[nodiscard]] std::vector<ComponentLevel> levels() const;
  Status set_level(std::string_view component, LogLevel level) const;
  [[nodiscard]] std::uint64_t dropped() const;
  [[nodiscard]] std::uint64_t failures() const;

  /// Waits until all that was logged before is with the system, two seconds at most: a stuck
  /// disk does not hold up the end of the process.
  void flush() const;

 private:
  friend class Logging;
  Log(std::shared_ptr<log_detail::Core> core, const log_detail::Component* component)
      : core_(std::move(core)), component_(component) {}

  template <class... Fields>
  void say(LogLevel level, std::string_view event, const Fields&... fields) const {
    if (!is_enabled(level)) return;
    const std::array<LogField, sizeof...(Fields)> all{fields...};
    write(level, event, all);
  }
  void write(LogLevel level, std::string_view event, std::span<const LogField> fields) const;
  [[nodiscard]] std::chrono::steady_clock::time_point now() const;

  std::shared_ptr<log_detail::Core> core_;
  const log_detail::Component* component_ = nullptr;
};

/// What the log depends on.
struct LogSettings {
  ServerId server;
  LogLevel level = LogLevel::info;
  std::vector<ComponentLevel> levels;
  LogFormat format = LogFormat::text;
  std::string file;  ///< Appended to; empty: standard error.
  std::uint32_t queue_events = 8192;

  // For tests: in place of file or standard error, called on the writing thread; and the clocks.
  std::function<void(std::string_view line)> output;
  std::function<std::chrono::system_clock::time_point()> wall_clock;
  std::function<std::chrono::steady_clock::time_point()> steady_clock;
};

[[nodiscard]] LogSettings log_settings_of(const Config& config);

/// Owns the log: queue, thread, file and the levels of components.
///
/// An event is formatted by who logs it and queued; when the queue is full the oldest event is
/// dropped, and the log says how many (`log_dropped count=`). Logging never waits for the disk and
/// never throws; what cannot be written is counted in failures().
class Logging {
 public:
  /// Errors: io_error, naming the file that cannot be opened.
  [[nodiscard]] static Result<std::unique_ptr<Logging>> start(LogSettings settings);
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;
  /// Writes what is queued, then ends the thread.
  ~Logging();

  [[nodiscard]] Log component(std::string_view name) const;

  /// From now on, for one component; at any time, from any thread. Errors: no_node when nothing
  /// has ever logged under that name.
  Status set_level(std::string_view component, LogLevel level);
  /// For all components, present and future.
  void set_level(LogLevel level);
  /// Components and their levels, by name.
  [[nodiscard]] std::vector<ComponentLevel> levels() const;

  [[nodiscard]] std::uint64_t dropped() const;   ///< Events lost to a full queue.
  [[nodiscard]] std::uint64_t failures() const;  ///< Events the file or stream refused.

 private:
  explicit Logging(std::shared_ptr<log_detail::Core> core) : core_(std::move(core)) {}
  std::shared_ptr<log_detail::Core> core_;
};

}  // namespace quorate
