#include "config/options.h"

#include <doctest/doctest.h>

#include <set>

#include "config/foreign_keys.h"
#include "config/words.h"

using namespace quorate;

TEST_CASE("a name belongs to one option or foreign key, also as a variable") {
  std::set<std::string> variables;
  std::set<std::string_view> names;
  const auto add = [&](std::string_view name) {
    CAPTURE(std::string(name));
    CHECK(names.insert(name).second);
  };
  for (const Option& option : options()) {
    add(option.key.name);
    CHECK(variables.insert(words::upper_snake(option.key.name)).second);
    for (const OptionAlias& alias : option.key.aliases) {
      add(alias.name);
      const OptionName same = find_option(alias.name);
      CHECK(same.option == &option);
      CHECK(same.alias == &alias);
    }
  }
  for (const ForeignKey& foreign : foreign_keys()) add(foreign.pattern);
}

TEST_CASE("the name of an option ends in its unit") {
  for (const Option& option : options()) {
    const auto* number = std::get_if<NumberDomain>(&option.domain);
    if (number == nullptr) continue;
    CAPTURE(std::string(option.key.name));
    switch (number->unit) {
      case NumberUnit::milliseconds:
        CHECK(option.key.name.ends_with("_ms"));
        break;
      case NumberUnit::seconds:
        CHECK(option.key.name.ends_with("_s"));
        break;
      case NumberUnit::hours:
        CHECK(option.key.name.ends_with("_h"));
        break;
      case NumberUnit::bytes:
        CHECK(option.key.name.find("bytes") != std::string::npos);
        break;
      case NumberUnit::count:
        CHECK_FALSE(option.key.name.ends_with("_ms"));
        CHECK_FALSE(option.key.name.ends_with("_s"));
        break;
    }
  }
}

TEST_CASE("every option accepts its default and the ends of its range, and nothing beyond") {
  for (const Option& option : options()) {
    CAPTURE(std::string(option.key.name));
    const Config defaults;
    Config config;

    CHECK(option.set(config, option.get(defaults)).ok());
    CHECK(config == defaults);

    const auto* number = std::get_if<NumberDomain>(&option.domain);
    if (number == nullptr) continue;
    CHECK(option.set(config, std::to_string(number->min)).ok());
    CHECK(number->get(config) == number->min);
    CHECK(option.set(config, std::to_string(number->max)).ok());
    CHECK(number->get(config) == number->max);
    const Status above = option.set(config, std::to_string(number->max + 1));
    CHECK_FALSE(above.ok());
    CHECK(above.error().text.find(option.allowed()) != std::string::npos);
    if (number->min > 0) CHECK_FALSE(option.set(config, std::to_string(number->min - 1)).ok());
    CHECK(number->get(config) == number->max);
  }
}

TEST_CASE("every option explains itself in sentences") {
  for (const Option& option : options()) {
    CAPTURE(std::string(option.key.name));
    CHECK_FALSE(option.group.empty());
    CHECK(option.text.size() > 20);
    CHECK(option.text.ends_with("."));
    CHECK_FALSE(option.allowed().empty());
  }
}

TEST_CASE("the longest pattern of a foreign key wins") {
  CHECK(find_foreign_key("quorum.auth.enableSasl")->treatment == ForeignKey::Treatment::refused);
  CHECK(find_foreign_key("quorum.cnxn.threads.size")->treatment == ForeignKey::Treatment::ignored);
  CHECK(find_foreign_key("fsync.warningthresholdms") != nullptr);
  CHECK(find_foreign_key("fsyncs") == nullptr);
}

TEST_CASE("levels of components are pairs") {
  CHECK(component_levels("")->empty());
  CHECK(*component_levels("journal=debug, commit = WARN") ==
        std::vector<ComponentLevel>{{"journal", LogLevel::debug}, {"commit", LogLevel::warn}});
  for (const auto* text : {"journal", "journal=", "=debug", "journal=loud", "a=info,", "a b=info"})
    CHECK_FALSE(component_levels(text).ok());
}
