#include "client/cli/line_editor.h"

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

// The library's header wants FILE.
#include <editline/readline.h>

namespace quorate::cli {
namespace {

constexpr int history_lines_max = 1000;

/// Behind the callbacks of the library, which carry no context.
Completer& completer() {
  static Completer current;
  return current;
}

char* copy(const std::string& text) { return ::strdup(text.c_str()); }

/// What is common to all, then the words themselves; the library frees all of it.
char** matches_for(const char* word, int start, int) {
  rl_attempted_completion_over = 1;  // Never file names.
  const std::string before(rl_line_buffer, static_cast<std::size_t>(start));
  std::vector<std::string> words = completer()(before, word);
  if (words.empty()) return nullptr;
  std::string common = words.front();
  for (const std::string& candidate : words) {
    std::size_t same = 0;
    while (same < common.size() && same < candidate.size() && common[same] == candidate[same]) {
      ++same;
    }
    common.resize(same);
  }
  auto** list = static_cast<char**>(std::calloc(words.size() + 2, sizeof(char*)));
  if (list == nullptr) return nullptr;
  list[0] = copy(common);
  for (std::size_t i = 0; i < words.size(); ++i) list[i + 1] = copy(words[i]);
  // A node may have children: what follows is open.
  rl_completion_append_character = common.starts_with('/') ? 0 : ' ';
  return list;
}

}  // namespace

LineEditor::LineEditor(std::string history_file, Completer words)
    : history_file_(std::move(history_file)) {
  completer() = std::move(words);
  static char name[] = "quorate";
  rl_readline_name = name;
  ::using_history();
  ::stifle_history(history_lines_max);
  rl_attempted_completion_function = matches_for;
  static char breaks[] = " \t\n\"'";
  rl_completer_word_break_characters = breaks;
  // Without a history file yet there is nothing to read.
  if (!history_file_.empty()) (void)::read_history(history_file_.c_str());
}

LineEditor::~LineEditor() { completer() = nullptr; }

std::optional<std::string> LineEditor::read(const std::string& prompt) {
  const std::unique_ptr<char, decltype(&std::free)> line(::readline(prompt.c_str()), &std::free);
  if (!line) return {};
  return std::string(line.get());
}

void LineEditor::remember(const std::string& line) {
  ::add_history(line.c_str());
  if (history_file_.empty()) return;
  const mode_t before = ::umask(077);
  // A history that cannot be kept is not worth a complaint at every line.
  (void)::write_history(history_file_.c_str());
  ::umask(before);
}

std::string default_history_file() {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  std::filesystem::path folder;
  if (state != nullptr && *state == '/') {
    folder = state;
  } else if (home != nullptr && *home == '/') {
    folder = std::filesystem::path(home) / ".local" / "state";
  } else {
    return {};
  }
  folder /= "quorate";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return error ? std::string() : (folder / "history").string();
}

}  // namespace quorate::cli
