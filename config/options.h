// What can be configured, as a table: name, ZooKeeper's name, range, meaning, and how to set it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.h"
#include "config/values.h"

namespace quorate {

/// Another name of an option, ZooKeeper's. `factor` is how much of the option's unit one of the
/// alias is (1024 for "...InKb"); with `minus_one_is_default`, -1 leaves the option alone.
struct OptionAlias {
  std::string_view name;
  std::uint64_t factor = 1;
  bool minus_one_is_default = false;
};

/// How an option is named. Its first name is ours and also gives the variable (QUORATE_ and the
/// name in capitals) and the flag (-- and the name with hyphens).
struct OptionKey {
  // NOLINTNEXTLINE(google-explicit-constructor)
  OptionKey(const char* own) : name(own) {}
  OptionKey(const char* own, std::vector<OptionAlias> zookeeper)
      : name(own), aliases(std::move(zookeeper)) {}

  std::string_view name;
  std::vector<OptionAlias> aliases;
};

/// What a text may be.
enum class TextRule : std::uint8_t {
  path,
  optional_path,
  host,
  identifier,
  super_digest,
  levels,
  schemes,
  words,
  names
};

struct NumberDomain {
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  NumberUnit unit = NumberUnit::count;
  std::function<std::uint64_t(const Config&)> get;
  std::function<void(Config&, std::uint64_t)> set;
};

struct WordDomain {
  std::vector<std::string_view> words;
  std::function<std::size_t(const Config&)> get;
  std::function<void(Config&, std::size_t)> set;
};

struct FlagDomain {
  bool Config::*member;
};

struct TextDomain {
  std::string Config::*member;
  TextRule rule;
};

struct Option {
  std::string_view group;  ///< Heading under which it is documented.
  OptionKey key;
  std::variant<NumberDomain, WordDomain, FlagDomain, TextDomain> domain;
  std::string_view text;  ///< What it does and what a change costs, in sentences.

  /// Sets the option from text. Errors: bad_arguments; the text follows the value in a sentence
  /// and states what is allowed. `alias` is the name used, nullptr for our own.
  Status set(Config& config, std::string_view value, const OptionAlias* alias = nullptr) const;

  /// The value as set() would take it; of a secret too.
  [[nodiscard]] std::string get(const Config& config) const;

  /// "10 to 600000", "true or false", "text or json".
  [[nodiscard]] std::string allowed(const OptionAlias* alias = nullptr) const;

  /// Neither printed nor logged.
  [[nodiscard]] bool is_secret() const;
  [[nodiscard]] bool is_flag() const { return std::holds_alternative<FlagDomain>(domain); }
};

/// All options, in the order of the documentation.
[[nodiscard]] const std::vector<Option>& options();

struct OptionName {
  const Option* option = nullptr;      ///< nullptr: there is none of that name.
  const OptionAlias* alias = nullptr;  ///< The alias by which it was found.
};

/// Whether the value says, under this name, that the default shall hold.
[[nodiscard]] bool is_default_mark(std::string_view value, const OptionAlias* alias);

/// By our name or an alias, letter for letter.
[[nodiscard]] OptionName find_option(std::string_view name);

}  // namespace quorate
