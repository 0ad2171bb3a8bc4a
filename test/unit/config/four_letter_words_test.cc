#include "config/four_letter_words.h"

#include <doctest/doctest.h>

#include <string>

#include "config/options.h"

using namespace quorate;

TEST_CASE("each word is found by its text, and nothing else is") {
  for (std::size_t i = 0; i < four_letter_word_count; ++i) {
    const auto word = static_cast<FourLetterWord>(i);
    CHECK(word_of(text_of(word)) == word);
  }
  for (const char* text : {"", "ruo", "RUOK", "ruokk", "aaaa", "zzzz", "dumb"})
    CHECK_FALSE(word_of(text).has_value());
}

TEST_CASE("a list allows the words that it names") {
  const auto some = four_letter_words(" ruok,mntr , ,stat");
  REQUIRE(some.ok());
  CHECK(some->contains(FourLetterWord::ruok));
  CHECK(some->contains(FourLetterWord::mntr));
  CHECK(some->contains(FourLetterWord::stat));
  CHECK_FALSE(some->contains(FourLetterWord::srvr));
  CHECK(four_letter_words("").value() == FourLetterWords{});
}

TEST_CASE("a star allows all") {
  for (const char* list : {"*", "ruok, *"}) {
    const auto all = four_letter_words(list);
    REQUIRE(all.ok());
    for (std::size_t i = 0; i < four_letter_word_count; ++i)
      CHECK(all->contains(static_cast<FourLetterWord>(i)));
  }
}

TEST_CASE("what is no word is refused, and the words are named") {
  Config config;
  const Option* option = find_option("4lw.commands.whitelist").option;
  REQUIRE(option != nullptr);
  const Status refused = option->set(config, "ruok, mtnr");

  REQUIRE_FALSE(refused.ok());
  CHECK(
      refused.error().text.starts_with("has \"mtnr\", which is no four-letter word; there are "
                                       "conf, cons, crst, "));
  CHECK(config.four_letter_words == "srvr");
}
