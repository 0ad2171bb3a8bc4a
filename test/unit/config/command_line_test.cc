#include "config/command_line.h"

#include <doctest/doctest.h>

#include "config/options.h"

using namespace quorate;

namespace {

CommandLine parsed(const std::vector<std::string>& arguments) {
  auto line = parse_command_line(arguments);
  REQUIRE_MESSAGE(line.ok(), (line.ok() ? "" : line.error().text));
  return std::move(*line);
}

std::string refusal(const std::vector<std::string>& arguments) {
  const auto line = parse_command_line(arguments);
  REQUIRE_FALSE(line.ok());
  return line.error().text;
}

}  // namespace

TEST_CASE("a flag is an option in any of its spellings") {
  for (const auto* flag : {"--tick-time-ms", "--tick_time_ms", "--tickTime"}) {
    for (const bool joined : {false, true}) {
      const CommandLine line = joined ? parsed({std::string(flag) + "=55"}) : parsed({flag, "55"});

      REQUIRE(line.flags.size() == 1);
      CHECK(find_option(line.flags[0].key).option->key.name == "tick_time_ms");
      CHECK(line.flags[0].value == "55");
      CHECK(line.flags[0].origin.source == ConfigSource::flag);
      CHECK(line.flags[0].origin.place == std::string("flag ") + flag);
    }
  }
  CHECK(parsed({"--server.1=a:1:2;3"}).flags[0].key == "server.1");
  CHECK(parsed({"--log-file="}).flags[0].value.empty());
}

TEST_CASE("a switch needs no value and takes one that is a truth value") {
  CHECK(parsed({"--skip-acl"}).flags[0].value == "true");
  CHECK(parsed({"--skip-acl", "false"}).flags[0].value == "false");
  const CommandLine line = parsed({"--skip-acl", "--tick-time-ms", "5"});
  CHECK(line.flags[0].value == "true");
  CHECK(line.flags[1].value == "5");
  CHECK(parsed({"--skip-acl", "zoo.cfg"}).file == "zoo.cfg");
}

TEST_CASE("the file is given with or without a flag, once") {
  CHECK(parsed({"zoo.cfg"}).file == "zoo.cfg");
  CHECK(parsed({"-c", "zoo.cfg"}).file == "zoo.cfg");
  CHECK(parsed({"--config=zoo.cfg"}).file == "zoo.cfg");
  CHECK(refusal({"a.cfg", "-c", "b.cfg"}) ==
        "\"b.cfg\": a second configuration file; the first is \"a.cfg\"");
}

TEST_CASE("the program's own flags are recognised") {
  CHECK(parsed({"--help"}).help);
  CHECK(parsed({"-h"}).help);
  CHECK(parsed({"--version"}).version);
  CHECK(parsed({"--check-config"}).check_config);
  CHECK(parsed({"--print-config"}).print_config == PrintFormat::table);
  CHECK(parsed({"--print-config=json"}).print_config == PrintFormat::json);
  CHECK(parsed({"--print-config=properties"}).print_config == PrintFormat::properties);
  CHECK_FALSE(parsed({}).print_config.has_value());
}

TEST_CASE("a flag that is unknown or lacks its value is refused") {
  CHECK(refusal({"--tick-tme-ms=5"}) ==
        "flag \"--tick-tme-ms\": unknown; did you mean --tick-time-ms?");
  CHECK(refusal({"--frobnicate"}) == "flag \"--frobnicate\": unknown");
  CHECK(refusal({"-x"}) == "flag \"-x\": unknown");
  CHECK(refusal({"--"}).starts_with("flag \"--\": unknown"));
  CHECK(refusal({"--tick-time-ms"}) == "flag --tick-time-ms: needs a value");
  CHECK(refusal({"--config"}) == "flag --config: needs a value");
  CHECK(refusal({"--help=yes"}) == "flag --help: takes no value");
  CHECK(refusal({"--print-config=xml"}) ==
        "flag --print-config: \"xml\" is not known; allowed: table, json or properties");
}

TEST_CASE("help names every option") {
  const std::string text = help_text();

  for (const Option& option : options()) {
    std::string flag = "--" + std::string(option.key.name);
    for (char& c : flag)
      if (c == '_') c = '-';
    CHECK_MESSAGE(text.find(flag + " ") != std::string::npos, flag);
  }
}
