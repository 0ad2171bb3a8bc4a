// quorated: the server program. Loads the configuration, starts the server, waits for a signal.

#include <pthread.h>

#include <csignal>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "actors/crash_words.h"
#include "actors/log.h"
#include "actors/long_text.h"
#include "actors/system.h"
#include "config/command_line.h"
#include "config/files.h"
#include "config/load.h"
#include "config/print.h"

namespace quorate {
namespace {

int refuse(const std::string& why) {
  std::cerr << "quorated: " << why << "\n";
  return static_cast<int>(ExitCode::refused);
}

/// Blocks the signals that ask for an end, or for a fresh start, in this and all later threads, so
/// that they can be waited for.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, start_over_signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

int refuse_start(const Log& log, const Error& error) {
  const auto [reason, more] = in_two_values(error.text);
  if (more.empty()) {
    log.error("start_refused", kv("reason", reason));
  } else {
    log.error("start_refused", kv("reason", reason), kv("more", more));
  }
  return static_cast<int>(ExitCode::refused);
}

int serve(const LoadedConfig& loaded, const Log& log, const sigset_t& signals) {
  for (const std::string& notice : loaded.notices) log.warn("config", kv("notice", notice));
  for (int signal = start_over_signal; signal == start_over_signal;) {
    auto system = start_system(loaded.config, log, loaded.origins);
    if (!system) return refuse_start(log, system.error());
    sigwait(&signals, &signal);
    log.info("stopping", kv("signal", signal));
    (*system)->stop();
    log.info("stopped");
  }
  return static_cast<int>(ExitCode::ok);
}

int run(const std::vector<std::string>& arguments) {
  auto command_line = parse_command_line(arguments);
  if (!command_line) return refuse(command_line.error().text);
  if (command_line->version) {
    std::cout << "quorated " QUORATE_VERSION "\n";
    return 0;
  }
  if (command_line->help) {
    std::cout << help_text();
    return 0;
  }
  ConfigSources sources;
  sources.file = command_line->file;
  sources.environment = process_environment();
  sources.flags = command_line->flags;
  sources.read_file = read_small_file;
  const auto loaded = load_config(sources);
  if (!loaded) return refuse(loaded.error().text);
  if (command_line->print_config) {
    std::cout << print_config(*loaded, *command_line->print_config);
    return 0;
  }
  if (command_line->check_config) return 0;
  const Config& config = loaded->config;
  if (const Status ready = prepare_directories(config); !ready) return refuse(ready.error().text);
  if (const Status ready =
          install_crash_words(config.server_id, config.log_format, config.log_file);
      !ready) {
    return refuse(ready.error().text);
  }
  // Before any thread is started, so that all inherit it.
  const sigset_t signals = block_stop_signals();
  const auto logging = Logging::start(log_settings_of(config));
  if (!logging) return refuse(logging.error().text);
  return serve(*loaded, (*logging)->component("server"), signals);
}

}  // namespace
}  // namespace quorate

int main(int argc, char** argv) {
  return quorate::run(std::vector<std::string>(argv + 1, argv + argc));
}
