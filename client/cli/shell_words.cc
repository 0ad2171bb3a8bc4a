#include "client/cli/shell_words.h"

#include <array>
#include <utility>

namespace quorate::cli {
namespace {

struct Spelling {
  std::string_view theirs;
  std::vector<std::string> ours;
};

const std::vector<Spelling>& spellings() {
  static const std::vector<Spelling> all = {
      {"getAcl", {"acl", "get"}},
      {"setAcl", {"acl", "set"}},
      {"deleteall", {"rm", "-r"}},
      {"rmr", {"rm", "-r"}},
      {"delete", {"rm"}},
      {"ls2", {"ls", "-s"}},
      {"getEphemerals", {"session", "ephemerals"}},
      {"getAllChildrenNumber", {"count"}},
      {"setquota", {"quota", "set"}},
      {"listquota", {"quota", "get"}},
      {"delquota", {"quota", "rm"}},
  };
  return all;
}

constexpr std::array<std::string_view, 4> secret_marks = {"addauth", "--auth", "digest:", "auth "};

}  // namespace

Result<std::vector<std::string>> split_line(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      word += line[++i];
      in_word = true;
    } else if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else if (c == '#' && !in_word) {
      break;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != '\0') {
    return Error{ErrorCode::bad_arguments, std::string("the quote ") + quote + " is not closed"};
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> translate(std::vector<std::string> words) {
  if (words.empty()) return words;
  for (const Spelling& spelling : spellings()) {
    if (words.front() != spelling.theirs) continue;
    words.erase(words.begin());
    words.insert(words.begin(), spelling.ours.begin(), spelling.ours.end());
    return words;
  }
  return words;
}

bool holds_secret(std::string_view line) {
  for (const std::string_view mark : secret_marks) {
    if (line.find(mark) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace quorate::cli
