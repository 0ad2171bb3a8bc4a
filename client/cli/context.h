// What every command works with: the connection, the output and the habits of this run.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/exit_code.h"
#include "client/cli/output.h"
#include "client/client.h"

namespace quorate::cli {

/// Where the console of a server is, and who asks there.
struct ConsoleOptions {
  std::string url = "http://127.0.0.1:8080";
  std::string server = "self";  ///< Whose actors, sessions ... are meant.
  std::string token_file;
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
};

/// The options in front of the command.
struct Globals {
  std::string endpoints = "127.0.0.1:2181";
  std::optional<std::chrono::milliseconds> timeout;  ///< Each command has its default.
  std::optional<OutputMode> mode;
  bool yes = false;        ///< Destroy without asking.
  bool read_only = false;  ///< Old answers will do.
  std::vector<client::Credentials> credentials;
  ConsoleOptions console;
};

/// Input, and whether a person sits at it.
struct Input {
  std::istream& in;
  bool is_terminal = false;
};

class Context {
 public:
  Context(Globals globals, Output::Streams streams, Input input);

  /// The connected client, opened on first use and kept.
  [[nodiscard]] Result<client::Client*> client();
  /// Ends the session; the next client() opens another.
  void disconnect();
  [[nodiscard]] bool has_session() const { return client_ != nullptr; }

  [[nodiscard]] Output& output() { return output_; }
  [[nodiscard]] Input& input() { return input_; }
  [[nodiscard]] const Globals& globals() const { return globals_; }
  /// What --timeout says.
  [[nodiscard]] std::chrono::milliseconds timeout_or(std::chrono::milliseconds otherwise) const {
    return globals_.timeout.value_or(otherwise);
  }
  /// In the shell, options of one line hold for that line.
  void set_globals(Globals globals);

  /// Whether several commands share the session.
  [[nodiscard]] bool in_shell() const { return in_shell_; }
  void enter_shell() { in_shell_ = true; }
  [[nodiscard]] const std::string& working_node() const { return working_node_; }
  void set_working_node(std::string path) { working_node_ = std::move(path); }

  /// `path` as given, or below the working node when it does not start with '/'; "." and ".."
  /// are resolved, a '/' at the end taken off.
  [[nodiscard]] std::string resolve(std::string_view path) const;

  /// Reports a failure with what to do about it. Returns the exit code.
  ExitCode fail(const Error& error, std::string_view hint = {});

  /// Whether `act`, which destroys what cannot be brought back, may go on: with -y, or when the
  /// person at the terminal says so. Without a terminal it is refused rather than left hanging.
  [[nodiscard]] Status confirm(const std::string& act);

 private:
  Globals globals_;
  Output output_;
  Input input_;
  bool in_shell_ = false;
  std::string working_node_ = "/";
  std::unique_ptr<client::Client> client_;
};

/// What to do about a failure, where there is something that mostly helps.
[[nodiscard]] std::string hint_for(const Error& error);

}  // namespace quorate::cli
