// What is checked in and could lag behind the options: the page and the sample file.
#include "config/docs_page.h"

#include "config/files.h"
#include "config/options.h"
#include "config/words.h"
#include "test/unit/config/sources.h"

using namespace quorate;
using namespace quorate::test;

namespace {

std::string checked_in(const std::string& name) {
  auto text = read_small_file(QUORATE_SOURCE_DIR "/" + name);
  REQUIRE_MESSAGE(text.ok(), (text.ok() ? "" : text.error().text));
  return std::move(*text);
}

}  // namespace

TEST_CASE("the page of the configuration is what the options say") {
  const bool same = checked_in("docs/configuration.md") == configuration_page();

  CHECK_MESSAGE(same, "run: build/dev/bin/print_config_docs > docs/configuration.md");
}

TEST_CASE("every option appears on the page with its variable, flag and ZooKeeper's name") {
  const std::string page = checked_in("docs/configuration.md");

  for (const Option& option : options()) {
    CAPTURE(std::string(option.key.name));
    CHECK(page.find("\n### " + std::string(option.key.name) + "\n") != std::string::npos);
    CHECK(page.find("`QUORATE_" + words::upper_snake(option.key.name) + "`") != std::string::npos);
    CHECK(page.find(option.text) != std::string::npos);
    for (const OptionAlias& alias : option.key.aliases)
      CHECK(page.find("`" + std::string(alias.name) + "`") != std::string::npos);
  }
}

TEST_CASE("the sample file states the defaults and nothing else") {
  const std::string sample = checked_in("config/quorated.cfg");
  std::string uncommented;
  for (const std::string_view line : words::split(sample, '\n')) {
    const bool key = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    uncommented += std::string(key ? line.substr(1) : line) + "\n";
  }

  CHECK(loaded_file(sample).config == Config{});
  CHECK(loaded_file(sample).notices.empty());
  const LoadedConfig all = loaded_file(uncommented);
  CHECK(all.config == Config{});
  CHECK(all.notices.empty());
  CHECK(all.origin_of("log_file").source == ConfigSource::file);
}
