// The commands that only the shell has: they concern the shell or outlive a line.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/context.h"
#include "client/watcher.h"

namespace quorate::cli {

class ShellBuiltins {
 public:
  explicit ShellBuiltins(Context& context) : context_(context) {}

  /// Runs the line when it is one of the shell's own; nothing otherwise. Sets `ended` on quit.
  std::optional<ExitCode> run(const std::vector<std::string>& words);

  [[nodiscard]] bool ended() const { return ended_; }
  /// For completion and help.
  [[nodiscard]] static const std::vector<std::string>& names();

 private:
  ExitCode cd(const std::vector<std::string>& words);
  ExitCode add_auth(const std::vector<std::string>& words);
  ExitCode add_watch(const std::vector<std::string>& words);
  ExitCode remove_watches(const std::vector<std::string>& words);
  ExitCode connect(const std::vector<std::string>& words);
  ExitCode help();

  Context& context_;
  bool ended_ = false;
};

}  // namespace quorate::cli
