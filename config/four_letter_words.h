// ZooKeeper's four-letter words: which there are, and which of them are answered.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/result.h"

namespace quorate {

/// In the order of their texts.
enum class FourLetterWord : std::uint8_t {
  conf,
  cons,
  crst,
  dirs,
  dump,
  envi,
  gtmk,
  hash,
  isro,
  mntr,
  ruok,
  srst,
  srvr,
  stat,
  stmk,
  wchc,
  wchp,
  wchs,
};
inline constexpr std::size_t four_letter_word_count = 18;

[[nodiscard]] std::string_view text_of(FourLetterWord word);
/// Letter for letter; nothing when there is no such word.
[[nodiscard]] std::optional<FourLetterWord> word_of(std::string_view text);

/// A set of words.
class FourLetterWords {
 public:
  void add(FourLetterWord word) { words_.set(static_cast<std::size_t>(word)); }
  void add_all() { words_.set(); }
  [[nodiscard]] bool contains(FourLetterWord word) const {
    return words_.test(static_cast<std::size_t>(word));
  }
  friend bool operator==(const FourLetterWords&, const FourLetterWords&) = default;

 private:
  std::bitset<four_letter_word_count> words_;
};

/// The words of Config::four_letter_words: between commas, `*` for all. Errors: bad_arguments; the
/// text follows the value.
[[nodiscard]] Result<FourLetterWords> four_letter_words(std::string_view list);

}  // namespace quorate
