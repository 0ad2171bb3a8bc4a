// Reads lines from a person: editing, history, completion.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace quorate::cli {

/// The words that may stand where `word` does; `before` is the line up to it.
using Completer =
    std::function<std::vector<std::string>(const std::string& before, const std::string& word)>;

/// One at a time: the library below has global state.
class LineEditor {
 public:
  /// History is read from and added to `history_file` (none when empty), readable by its owner
  /// only, at most 1000 lines.
  LineEditor(std::string history_file, Completer completer);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// The next line, or nothing at the end of the input.
  std::optional<std::string> read(const std::string& prompt);
  void remember(const std::string& line);

 private:
  std::string history_file_;
};

/// $XDG_STATE_HOME/quorate/history or ~/.local/state/quorate/history, its folder made; empty when
/// there is no home.
[[nodiscard]] std::string default_history_file();

}  // namespace quorate::cli
