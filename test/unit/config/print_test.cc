#include "config/print.h"

#include <rapidcheck.h>

#include <nlohmann/json.hpp>

#include "config/options.h"
#include "config/properties.h"
#include "config/words.h"
#include "test/unit/config/sources.h"

using namespace quorate;
using namespace quorate::test;

namespace {

/// 0 to below `end`, evenly also while the library still tries small cases.
rc::Gen<int> evenly(int end) { return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, end)); }

/// A value that the option accepts, as text.
rc::Gen<std::string> accepted_value(const Option& option) {
  if (const auto* number = std::get_if<NumberDomain>(&option.domain)) {
    const auto anywhere =
        rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [number](std::uint64_t any) {
          const std::uint64_t width = number->max - number->min + 1;
          return std::to_string(number->min + any % width);
        });
    const auto edge = rc::gen::element(std::to_string(number->min), std::to_string(number->max));
    return rc::gen::oneOf(anywhere, edge);
  }
  if (const auto* words = std::get_if<WordDomain>(&option.domain)) {
    const std::vector<std::string> choices(words->words.begin(), words->words.end());
    return rc::gen::elementOf(choices);
  }
  if (option.is_flag()) return rc::gen::element<std::string>("true", "false", "yes", "off");
  switch (std::get_if<TextDomain>(&option.domain)->rule) {
    case TextRule::path:
      return rc::gen::element<std::string>("/d", "a b", "c:\\d=#", "./\xc3\xa4", "!x", "d\\");
    case TextRule::optional_path:
      return rc::gen::element<std::string>("", "/l og", "\\u");
    case TextRule::host:
      return rc::gen::element<std::string>("::1", "[fe80::1]", "a.b", "0.0.0.0");
    case TextRule::identifier:
      return rc::gen::element<std::string>("", "blue-1_a.B");
    case TextRule::super_digest:
      return rc::gen::just<std::string>("");
    case TextRule::schemes:
      return rc::gen::element<std::string>("", "digest", "ip", "digest,ip");
    case TextRule::levels:
      return rc::gen::element<std::string>("", "journal=debug, a=warn");
    case TextRule::words:
      return rc::gen::element<std::string>("", "*", "srvr, ruok");
    case TextRule::names:
      return rc::gen::element<std::string>("", "a.b, [::1]:80", "c:1");
  }
  return rc::gen::just<std::string>("");
}

}  // namespace

// Goal: whatever is accepted, --print-config=properties gives a file that means the same.
// Method: random values for random options from random sources; those that contradict each other
// are refused and not counted.
TEST_CASE("printing a configuration and loading it gives the same configuration") {
  CHECK(rc::check("printed and loaded is the same", [] {
    std::string file;
    Variables variables;
    std::vector<std::string> arguments;
    for (const Option& option : options()) {
      const int where = *evenly(30);
      // Without a file to read, a name of one would be refused.
      if (where > 2 || option.key.name == "dynamic_config_file") continue;
      const std::string value = *accepted_value(option);
      if (where == 0) file += property_line(option.key.name, value) + "\n";
      if (where == 1)
        variables.emplace_back("QUORATE_" + words::upper_snake(option.key.name), value);
      if (where == 2) arguments.push_back("--" + std::string(option.key.name) + "=" + value);
    }
    if (*evenly(3) == 0) file += "server.1=[::1]:2881:3881;10.0.0.1:2182\n";
    const auto first = load_config(sources({{"zoo.cfg", file}}, variables, arguments));
    RC_PRE(first.ok());

    const std::string printed = print_config(*first, PrintFormat::properties);
    const auto second = load_config(sources({{"zoo.cfg", printed}}));

    RC_LOG() << printed << (second.ok() ? "" : second.error().text);
    RC_ASSERT(second.ok());
    RC_ASSERT(second->config == first->config);
  }));
}

TEST_CASE("a member whose port a flag moved is printed where it is") {
  const LoadedConfig moved =
      loaded(sources({{"zoo.cfg", "server.1=a:1:2;3"}}, {}, {"--client-port=5", "--peer-port=6"}));

  const LoadedConfig again = loaded_file(print_config(moved, PrintFormat::properties));

  CHECK(again.config == moved.config);
  CHECK(to_string(again.config.membership.members.at(ServerId{1})) ==
        "a:6:2:participant;0.0.0.0:5");
}

TEST_CASE("members of a dynamic file are printed as comments and found again there") {
  Files files{{"zoo.cfg", "dynamic_config_file=dyn"}, {"dyn", "server.1=a:1:2;3"}};
  const LoadedConfig first = loaded(sources(files));

  files["zoo.cfg"] = print_config(first, PrintFormat::properties);

  CHECK(loaded(sources(files)).config == first.config);
}

TEST_CASE("the table shows each value with its origin, and the notices") {
  const LoadedConfig shown =
      loaded(sources({{"zoo.cfg", "tickTime=1500\nnio.x=1\n"}},
                     {{"QUORATE_FRAME_BYTES_MAX", "2097152"}}, {"--server.1=a:1:2;3"}));

  const std::string table = print_config(shown, PrintFormat::table);

  const auto has_line = [&](const std::vector<std::string>& words) {
    std::size_t start = 0;
    while (start < table.size()) {
      const std::size_t end = table.find('\n', start);
      const std::string line = table.substr(start, end - start);
      std::vector<std::string> found;
      for (const std::string_view word : words::split_blanks(line)) found.emplace_back(word);
      if (found == words) return true;
      start = end + 1;
    }
    return false;
  };
  CHECK(has_line({"KEY", "VALUE", "ORIGIN"}));
  CHECK(has_line({"tick_time_ms", "1500", "zoo.cfg:1"}));
  CHECK(has_line({"frame_bytes_max", "2MiB", "env", "QUORATE_FRAME_BYTES_MAX"}));
  CHECK(has_line({"session_timeout_min_ms", "3000", "default", "(2", "ticks)"}));
  CHECK(has_line({"super_digest", "-", "default"}));
  CHECK(has_line({"server.1", "a:1:2:participant;0.0.0.0:3", "flag", "--server.1"}));
  CHECK(table.find("notice: zoo.cfg:2: \"nio.x\" ignored: ") != std::string::npos);
}

TEST_CASE("the JSON form has every option with value, source and origin") {
  const LoadedConfig shown =
      loaded(sources({{"zoo.cfg", "frame_bytes_max=2MiB\nserver.1=a:1:2;3\nnio.x=1"}}));

  const auto json = nlohmann::json::parse(print_config(shown, PrintFormat::json), nullptr, false);

  REQUIRE_FALSE(json.is_discarded());
  CHECK(json["file"] == "zoo.cfg");
  CHECK(json["options"].size() == options().size());
  CHECK(json["options"]["frame_bytes_max"]["value"] == 2097152);
  CHECK(json["options"]["frame_bytes_max"]["source"] == "file");
  CHECK(json["options"]["frame_bytes_max"]["origin"] == "zoo.cfg:1");
  CHECK(json["options"]["skip_acl"]["value"] == false);
  CHECK(json["options"]["log_level"]["value"] == "info");
  CHECK(json["members"]["server.1"]["value"] == "a:1:2:participant;0.0.0.0:3");
  CHECK(json["notices"].size() == 1);
  CHECK(nlohmann::json::parse(print_config(loaded(sources({})), PrintFormat::json))["file"]
            .is_null());
}

TEST_CASE("a path that is not UTF-8 is still printed as valid JSON") {
  LoadedConfig odd = loaded(sources({}));
  odd.file = "\xff.cfg";

  CHECK_FALSE(
      nlohmann::json::parse(print_config(odd, PrintFormat::json), nullptr, false).is_discarded());
}

TEST_CASE("no format shows the super digest") {
  const LoadedConfig secret = loaded_file("super_digest=super:xQJmxLMiHGwaqBvst5y6rkB6HQs=");

  for (const PrintFormat format : {PrintFormat::table, PrintFormat::json, PrintFormat::properties})
    CHECK(print_config(secret, format).find("xQJm") == std::string::npos);
  CHECK(print_config(secret, PrintFormat::table).find("(not shown)") != std::string::npos);
}
