#include "config/four_letter_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/words.h"

namespace quorate {
namespace {

constexpr std::array<std::string_view, four_letter_word_count> texts = {
    "conf", "cons", "crst", "dirs", "dump", "envi", "gtmk", "hash", "isro",
    "mntr", "ruok", "srst", "srvr", "stat", "stmk", "wchc", "wchp", "wchs"};

}  // namespace

std::string_view text_of(FourLetterWord word) { return texts[static_cast<std::size_t>(word)]; }

std::optional<FourLetterWord> word_of(std::string_view text) {
  const auto* const found = std::lower_bound(texts.begin(), texts.end(), text);
  if (found == texts.end() || *found != text) return std::nullopt;
  return static_cast<FourLetterWord>(found - texts.begin());
}

Result<FourLetterWords> four_letter_words(std::string_view list) {
  FourLetterWords allowed;
  for (const std::string_view piece : words::split(list, ',')) {
    const std::string_view text = words::trimmed(piece);
    if (text.empty()) continue;
    if (text == "*") {
      allowed.add_all();
      continue;
    }
    const auto word = word_of(text);
    if (!word) {
      return Error{ErrorCode::bad_arguments,
                   fmt::format("has {}, which is no four-letter word; there are {}, and * for all",
                               words::quoted(text), fmt::join(texts, ", "))};
    }
    allowed.add(*word);
  }
  return allowed;
}

}  // namespace quorate
