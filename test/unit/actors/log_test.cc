#include "actors/log.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

using namespace quorate;
using namespace std::chrono_literals;

namespace {

/// Collects lines; can hold the writing thread up until it is released.
class Lines {
 public:
  void take(std::string_view line) {
    std::unique_lock lock(mutex_);
    lines_.emplace_back(line);
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
  }
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return lines_.size() >= count; });
  }
  std::vector<std::string> all() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  bool held_ = false;
};

LogSettings settings_for(Lines& lines) {
  LogSettings settings;
  settings.server = ServerId{1};
  settings.output = [&lines](std::string_view line) { lines.take(line); };
  settings.wall_clock = [] { return std::chrono::system_clock::time_point(); };
  return settings;
}

std::unique_ptr<Logging> started(LogSettings settings) {
  auto logging = Logging::start(std::move(settings));
  REQUIRE_MESSAGE(logging.ok(), (logging.ok() ? "" : logging.error().text));
  return std::move(*logging);
}

constexpr const char* epoch = "1970-01-01T00:00:00.000Z ";

}  // namespace

TEST_CASE("events arrive in their order, under their component") {
  Lines lines;
  const auto logging = started(settings_for(lines));
  const Log log = logging->component("listener");

  log.info("listening", kv("port", 2181));
  log.component("journal").warn("slow_sync", kv("took_ms", 1500ms));
  log.flush();

  CHECK(lines.all() ==
        std::vector<std::string>{
            std::string(epoch) + "info listening server=1 component=listener port=2181",
            std::string(epoch) + "warn slow_sync server=1 component=journal took_ms=1500"});
}

TEST_CASE("what is queued is written before the log ends") {
  Lines lines;
  auto logging = started(settings_for(lines));
  const Log log = logging->component("a");
  for (int i = 0; i < 1000; ++i) log.info("e", kv("i", i));

  logging.reset();
  log.info("too_late");

  CHECK(lines.all().size() == 1000);
  CHECK(lines.all().back().ends_with("i=999"));
}

TEST_CASE("a level counts for its component and can change while running") {
  Lines lines;
  LogSettings settings = settings_for(lines);
  settings.level = LogLevel::warn;
  settings.levels = {{"journal", LogLevel::debug}};
  const auto logging = started(std::move(settings));
  const Log commit = logging->component("commit");
  const Log journal = logging->component("journal");

  CHECK_FALSE(commit.is_enabled(LogLevel::info));
  CHECK(commit.is_enabled(LogLevel::warn));
  CHECK(journal.is_enabled(LogLevel::debug));
  CHECK_FALSE(journal.is_enabled(LogLevel::trace));
  commit.info("hidden");
  journal.debug("shown");

  CHECK(logging->set_level("commit", LogLevel::trace).ok());
  CHECK(logging->set_level("nobody", LogLevel::trace).code() == ErrorCode::no_node);
  commit.trace("shown_too");

  logging->set_level(LogLevel::error);
  journal.warn("hidden_now");
  CHECK(logging->levels() ==
        std::vector<ComponentLevel>{{"commit", LogLevel::error}, {"journal", LogLevel::error}});
  CHECK_FALSE(logging->component("new").is_enabled(LogLevel::warn));

  commit.flush();
  REQUIRE(lines.all().size() == 2);
  CHECK(lines.all()[0].find("debug shown ") != std::string::npos);
  CHECK(lines.all()[1].find("trace shown_too ") != std::string::npos);
}

TEST_CASE("a full queue drops the oldest events, says how many, and never blocks who logs") {
  Lines lines;
  LogSettings settings = settings_for(lines);
  settings.queue_events = 64;
  const auto logging = started(std::move(settings));
  const Log log = logging->component("a");
  lines.hold();
  log.info("first");
  lines.wait_for(1);

  for (int i = 0; i < 1000; ++i) log.info("e", kv("i", i));
  CHECK(logging->dropped() == 936);
  lines.release();
  log.flush();

  const auto written = lines.all();
  REQUIRE(written.size() == 66);
  CHECK(written[1] == std::string(epoch) + "warn log_dropped server=1 component=log count=936");
  CHECK(written[2].ends_with("i=936"));
  CHECK(written.back().ends_with("i=999"));
}

TEST_CASE("a limited event is let through so often, and the rest is counted") {
  Lines lines;
  auto now = std::chrono::steady_clock::time_point();
  LogSettings settings = settings_for(lines);
  settings.steady_clock = [&now] { return now; };
  const auto logging = started(std::move(settings));
  const Log log = logging->component("connection");
  LogLimit limit(2, 1000ms);

  for (int i = 0; i < 10; ++i) log.limited(limit, LogLevel::warn, "bad_frame", kv("i", i));
  now += 999ms;
  log.limited(limit, LogLevel::warn, "bad_frame", kv("i", 10));
  now += 1ms;
  log.limited(limit, LogLevel::warn, "bad_frame", kv("i", 11));
  log.limited(limit, LogLevel::warn, "bad_frame", kv("i", 12));
  log.flush();

  const auto written = lines.all();
  REQUIRE(written.size() == 4);
  CHECK(written[1].ends_with(" i=1"));
  CHECK(written[2].ends_with(" i=11 suppressed=9"));
  CHECK(written[3].ends_with(" i=12"));
}

TEST_CASE("an event below the level does not use up a limit") {
  Lines lines;
  const auto logging = started(settings_for(lines));
  const Log log = logging->component("connection");
  LogLimit limit(1, 1h);

  log.limited(limit, LogLevel::debug, "hidden");
  log.limited(limit, LogLevel::info, "shown");
  log.flush();

  CHECK(lines.all().size() == 1);
}

TEST_CASE("a log that goes nowhere takes everything") {
  const Log log;

  log.error("unheard", kv("k", 1));
  log.component("a").error("unheard");
  log.flush();

  CHECK_FALSE(log.is_enabled(LogLevel::error));
}

TEST_CASE("threads log at once without tearing lines") {
  Lines lines;
  const auto logging = started(settings_for(lines));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&logging, t] {
      const Log log = logging->component("thread" + std::to_string(t % 2));
      for (int i = 0; i < 500; ++i) log.info("e", kv("t", t), kv("i", i));
    });
  }
  for (std::thread& thread : threads) thread.join();
  logging->component("a").flush();

  std::array<int, 4> next{};
  for (const std::string& line : lines.all()) {
    const std::size_t at = line.find(" t=");
    REQUIRE(at != std::string::npos);
    const auto thread = static_cast<std::size_t>(line[at + 3] - '0');
    CHECK(line.substr(at + 4) == " i=" + std::to_string(next.at(thread)++));
  }
  CHECK(next == std::array<int, 4>{500, 500, 500, 500});
}

TEST_CASE("a log file is appended to, one line for each event") {
  const std::string path =
      std::filesystem::temp_directory_path() / ("quorate-log-test-" + std::to_string(::getpid()));
  for (int round = 0; round < 2; ++round) {
    LogSettings settings;
    settings.file = path;
    settings.format = LogFormat::json;
    const auto logging = started(std::move(settings));
    logging->component("a").info("line", kv("text", "a\nb"));
    CHECK(logging->failures() == 0);
  }

  std::ifstream file(path);
  std::string line;
  int count = 0;
  while (std::getline(file, line)) {
    CHECK(line.starts_with("{\"time\":\"2"));
    CHECK(line.ends_with(R"("event":"line","server":0,"component":"a","text":"a\u000ab"})"));
    ++count;
  }
  CHECK(count == 2);
  std::filesystem::remove(path);
}

TEST_CASE("a file that cannot be opened is an error, one that is full is counted") {
  LogSettings missing;
  missing.file = "/nonexistent/dir/log";
  const auto refused = Logging::start(std::move(missing));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.code() == ErrorCode::io_error);
  CHECK(refused.error().text ==
        "log_file /nonexistent/dir/log: cannot be opened: No such file or directory");

  LogSettings full;
  full.file = "/dev/full";
  const auto logging = started(std::move(full));
  const Log log = logging->component("a");
  log.info("lost");
  log.flush();
  CHECK(logging->failures() == 1);
}

TEST_CASE("the settings follow the configuration") {
  Config config;
  config.server_id = ServerId{9};
  config.log_level = LogLevel::warn;
  config.log_levels = "journal=trace";
  config.log_format = LogFormat::json;
  config.log_file = "/f";
  config.log_queue_events = 77;

  const LogSettings settings = log_settings_of(config);

  CHECK(settings.server == ServerId{9});
  CHECK(settings.level == LogLevel::warn);
  CHECK(settings.levels == std::vector<ComponentLevel>{{"journal", LogLevel::trace}});
  CHECK(settings.format == LogFormat::json);
  CHECK(settings.file == "/f");
  CHECK(settings.queue_events == 77);
}
