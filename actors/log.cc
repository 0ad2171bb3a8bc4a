// spdlog carries the lines: its bounded queue, its thread, its files. Formatting is ours
// (actors/log_line.h), so that what is escaped does not depend on a pattern.
#include "actors/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

namespace quorate {
namespace {

using Output = std::function<void(std::string_view line)>;

/// Gives the lines to a function, for tests.
class FunctionSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit FunctionSink(Output output) : output_(std::move(output)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    output_({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

 private:
  Output output_;
};

/// How many lines have left, for those who wait for it.
class Progress {
 public:
  void advance() {
    {
      const std::lock_guard lock(mutex_);
      ++written_;
    }
    changed_.notify_all();
  }

  /// Until `written + dropped()` has reached `count`, or the time is over.
  template <class Dropped>
  void wait_for(std::uint64_t count, const Dropped& dropped) {
    constexpr auto patience = std::chrono::seconds(2);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return written_ + dropped() >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t written_ = 0;
};

/// The last stop of a line, on the writing thread: passes it on and says what the queue dropped.
class CountingSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  CountingSink(spdlog::sink_ptr next, std::function<std::uint64_t()> dropped,
               std::function<std::string(std::uint64_t)> drop_line, Progress& progress,
               std::atomic<std::uint64_t>& failures)
      : next_(std::move(next)),
        dropped_(std::move(dropped)),
        drop_line_(std::move(drop_line)),
        progress_(progress),
        failures_(failures) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::uint64_t dropped = dropped_();
    if (dropped > reported_) {
      const std::string line = drop_line_(dropped - std::exchange(reported_, dropped));
      pass_on(spdlog::details::log_msg({}, spdlog::level::warn, line));
    }
    pass_on(message);
    progress_.advance();
  }
  void flush_() override {}
  void set_formatter_(std::unique_ptr<spdlog::formatter> formatter) override {
    next_->set_formatter(std::move(formatter));
  }

 private:
  void pass_on(const spdlog::details::log_msg& message) {
    try {
      next_->log(message);
      next_->flush();
    } catch (const std::exception&) {
      // A full disk must not end the server; the count shows it in the metrics.
      failures_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  spdlog::sink_ptr next_;
  std::function<std::uint64_t()> dropped_;
  std::function<std::string(std::uint64_t)> drop_line_;
  Progress& progress_;
  std::atomic<std::uint64_t>& failures_;
  std::uint64_t reported_ = 0;
};

Result<spdlog::sink_ptr> open_sink(const LogSettings& settings) {
  if (settings.output) return spdlog::sink_ptr(std::make_shared<FunctionSink>(settings.output));
  if (settings.file.empty())
    return spdlog::sink_ptr(std::make_shared<spdlog::sinks::stderr_sink_st>());
  // Opened here first: spdlog would make missing directories and leave the file to the umask.
  constexpr int owner_and_group = 0640;
  const int descriptor =
      ::open(settings.file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, owner_and_group);
  if (descriptor < 0) {
    const std::error_code reason(errno, std::generic_category());
    return Error{ErrorCode::io_error,
                 fmt::format("log_file {}: cannot be opened: {}", settings.file, reason.message())};
  }
  ::close(descriptor);
  try {
    return spdlog::sink_ptr(std::make_shared<spdlog::sinks::basic_file_sink_st>(settings.file));
  } catch (const std::exception& failure) {
    return Error{ErrorCode::io_error, fmt::format("log_file: {}", failure.what())};
  }
}

}  // namespace

namespace log_detail {

struct Core {
  LogSettings settings;
  mutable std::mutex components_mutex;
  std::map<std::string, std::unique_ptr<Component>, std::less<>> components;
  std::map<std::string, LogLevel, std::less<>> configured;
  LogLevel fallback = LogLevel::info;

  LogRing ring;
  Progress progress;
  std::atomic<std::uint64_t> queued{0};
  std::atomic<std::uint64_t> failures{0};
  std::atomic<bool> ended{false};
  // Last, so that the thread ends before what it uses.
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;

  [[nodiscard]] std::string format(const LogLine& line) const {
    return settings.format == LogFormat::json ? format_json(line) : format_text(line);
  }

  const Component* component(std::string_view name) {
    const std::lock_guard lock(components_mutex);
    const auto found = components.find(name);
    if (found != components.end()) return found->second.get();
    const auto level = configured.find(name);
    auto fresh = std::make_unique<Component>();
    fresh->name = name;
    fresh->level = level == configured.end() ? fallback : level->second;
    return components.emplace(name, std::move(fresh)).first->second.get();
  }

  Status set_level(std::string_view name, LogLevel level) {
    const std::lock_guard lock(components_mutex);
    const auto found = components.find(name);
    if (found == components.end())
      return {ErrorCode::no_node, fmt::format("no component {} has logged", name)};
    found->second->level = level;
    return {};
  }

  [[nodiscard]] std::vector<ComponentLevel> levels() const {
    const std::lock_guard lock(components_mutex);
    std::vector<ComponentLevel> all;
    for (const auto& [name, component] : components) all.push_back({name, component->level.load()});
    return all;
  }
};

}  // namespace log_detail

using log_detail::Core;

bool LogLimit::admit(std::chrono::steady_clock::time_point now) {
  if (!started_ || now - start_ >= period_) {
    started_ = true;
    start_ = now;
    admitted_ = 0;
  }
  if (admitted_ < events_) {
    ++admitted_;
    return true;
  }
  ++suppressed_;
  return false;
}

bool Log::is_enabled(LogLevel level) const {
  return component_ != nullptr && level >= component_->level.load(std::memory_order_relaxed);
}

Log Log::component(std::string_view name) const {
  return core_ == nullptr ? Log() : Log(core_, core_->component(name));
}

void Log::write(LogLevel level, std::string_view event, std::span<const LogField> fields) const {
  if (core_->ended.load(std::memory_order_acquire)) return;
  const LogLine said{
      core_->settings.wall_clock(), level, event, core_->settings.server, component_->name, fields};
  const std::string line = core_->format(said);
  const auto at = std::chrono::time_point_cast<std::chrono::milliseconds>(said.time);
  core_->ring.add({0, at.time_since_epoch().count(), level, component_->name,
                   core_->settings.format == LogFormat::json ? line : format_json(said)});
  core_->queued.fetch_add(1, std::memory_order_relaxed);
  // Levels were checked above; to spdlog all lines are alike.
  core_->logger->log(spdlog::level::critical, spdlog::string_view_t(line.data(), line.size()));
}

std::chrono::steady_clock::time_point Log::now() const { return core_->settings.steady_clock(); }

void Log::flush() const {
  if (core_ == nullptr || core_->ended.load(std::memory_order_acquire)) return;
  core_->progress.wait_for(core_->queued.load(), [this] { return core_->pool->overrun_counter(); });
}

LogSettings log_settings_of(const Config& config) {
  LogSettings settings;
  settings.server = config.server_id;
  settings.level = config.log_level;
  settings.format = config.log_format;
  settings.file = config.log_file;
  settings.queue_events = config.log_queue_events;
  // A loaded configuration has passed this check already.
  if (auto levels = component_levels(config.log_levels)) settings.levels = std::move(*levels);
  return settings;
}

Result<std::unique_ptr<Logging>> Logging::start(LogSettings settings) {
  if (!settings.wall_clock) settings.wall_clock = [] { return std::chrono::system_clock::now(); };
  if (!settings.steady_clock)
    settings.steady_clock = [] { return std::chrono::steady_clock::now(); };
  auto sink = open_sink(settings);
  if (!sink) return sink.error();

  auto core = std::make_shared<Core>();
  core->fallback = settings.level;
  for (const ComponentLevel& pair : settings.levels) core->configured[pair.component] = pair.level;
  core->settings = std::move(settings);
  try {
    core->pool = std::make_shared<spdlog::details::thread_pool>(core->settings.queue_events, 1);
    // Only the writing thread calls these; it ends in the pool's destructor, before the core does.
    auto* const pool = core->pool.get();
    Core* const raw = core.get();
    auto counting = std::make_shared<CountingSink>(
        std::move(*sink), [pool] { return pool->overrun_counter(); },
        [raw](std::uint64_t count) {
          const LogField field = kv("count", count);
          return raw->format({raw->settings.wall_clock(), LogLevel::warn, "log_dropped",
                              raw->settings.server, "log", std::span(&field, 1)});
        },
        core->progress, core->failures);
    core->logger = std::make_shared<spdlog::async_logger>(
        "quorate", std::move(counting), core->pool, spdlog::async_overflow_policy::overrun_oldest);
    core->logger->set_pattern("%v");
  } catch (const std::exception& failure) {
    return Error{ErrorCode::system_error, fmt::format("the log cannot start: {}", failure.what())};
  }
  return std::unique_ptr<Logging>(new Logging(std::move(core)));
}

Logging::~Logging() {
  core_->progress.wait_for(core_->queued.load(), [this] { return core_->pool->overrun_counter(); });
  core_->ended.store(true, std::memory_order_release);
}

Log Logging::component(std::string_view name) const { return {core_, core_->component(name)}; }

Status Logging::set_level(std::string_view component, LogLevel level) {
  return core_->set_level(component, level);
}

void Logging::set_level(LogLevel level) {
  const std::lock_guard lock(core_->components_mutex);
  core_->fallback = level;
  core_->configured.clear();
  for (const auto& [name, component] : core_->components) component->level = level;
}

std::vector<ComponentLevel> Logging::levels() const { return core_->levels(); }
std::uint64_t Logging::dropped() const { return core_->pool->overrun_counter(); }
std::uint64_t Logging::failures() const { return core_->failures.load(); }

LogRing* Log::ring() const { return core_ == nullptr ? nullptr : &core_->ring; }

std::vector<ComponentLevel> Log::levels() const {
  return core_ == nullptr ? std::vector<ComponentLevel>() : core_->levels();
}

Status Log::set_level(std::string_view component, LogLevel level) const {
  if (core_ == nullptr) return {ErrorCode::no_node, "nothing is logged"};
  return core_->set_level(component, level);
}

std::uint64_t Log::dropped() const { return core_ == nullptr ? 0 : core_->pool->overrun_counter(); }
std::uint64_t Log::failures() const { return core_ == nullptr ? 0 : core_->failures.load(); }

}  // namespace quorate
