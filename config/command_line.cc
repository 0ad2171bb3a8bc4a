#include "config/command_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/foreign_keys.h"
#include "config/options.h"
#include "config/words.h"

namespace quorate {

using namespace words;

namespace {

Error refused(std::string text) { return Error{ErrorCode::bad_arguments, std::move(text)}; }

std::string hyphenated(std::string_view name) {
  std::string flag(name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

/// The key that a flag's name stands for; empty when there is none.
std::string key_of(std::string_view flag) {
  std::string key(flag);
  const auto known = [](std::string_view name) {
    return find_option(name).option != nullptr || is_membership_key(name) ||
           find_foreign_key(name) != nullptr;
  };
  if (known(key)) return key;
  std::replace(key.begin(), key.end(), '-', '_');
  return find_option(key).option != nullptr ? key : std::string();
}

class ArgumentReader {
 public:
  explicit ArgumentReader(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  Result<CommandLine> read() {
    while (at_ < arguments_.size()) {
      const std::string& argument = arguments_[at_++];
      const Status status = argument.starts_with("-") && argument.size() > 1
                                ? read_flag(argument)
                                : read_file_name(argument);
      if (!status) return status.error();
    }
    return std::move(line_);
  }

 private:
  Status read_file_name(const std::string& path) {
    if (line_.file) {
      return refused(fmt::format("{}: a second configuration file; the first is {}", quoted(path),
                                 quoted(*line_.file)));
    }
    line_.file = path;
    return {};
  }

  Status read_flag(const std::string& argument) {
    const std::string_view text = argument;
    const std::size_t equals = std::min(text.find('='), text.size());
    const std::string_view flag = text.substr(0, equals);
    std::optional<std::string> value;
    if (equals < text.size()) value = std::string(text.substr(equals + 1));

    if (flag == "--config" || flag == "-c") {
      if (Status status = take_value(flag, value); !status) return status;
      return read_file_name(*value);
    }
    if (flag == "--print-config") return read_print_config(value);
    bool* const own_switch = flag == "--help" || flag == "-h" ? &line_.help
                             : flag == "--version"            ? &line_.version
                             : flag == "--check-config"       ? &line_.check_config
                                                              : nullptr;
    if (own_switch != nullptr) {
      if (value) return refused(fmt::format("flag {}: takes no value", flag));
      *own_switch = true;
      return {};
    }
    return read_option(flag, value);
  }

  Status read_print_config(const std::optional<std::string>& value) {
    const std::string word = value.value_or("table");
    if (word == "table") {
      line_.print_config = PrintFormat::table;
    } else if (word == "json") {
      line_.print_config = PrintFormat::json;
    } else if (word == "properties") {
      line_.print_config = PrintFormat::properties;
    } else {
      return refused(
          fmt::format("flag --print-config: {} is not known; allowed: table, json or properties",
                      quoted(word)));
    }
    return {};
  }

  Status read_option(std::string_view flag, std::optional<std::string> value) {
    const std::string key = flag.starts_with("--") ? key_of(flag.substr(2)) : std::string();
    if (key.empty()) return unknown(flag);
    const Option* option = find_option(key).option;
    const bool bare_switch = option != nullptr && option->is_flag() && !value &&
                             (at_ == arguments_.size() || !parse_flag(arguments_[at_]));
    if (bare_switch) value = "true";
    if (Status status = take_value(flag, value); !status) return status;
    line_.flags.push_back(
        {key, std::move(*value), {ConfigSource::flag, fmt::format("flag {}", flag)}});
    return {};
  }

  Status take_value(std::string_view flag, std::optional<std::string>& value) {
    if (value) return {};
    if (at_ == arguments_.size()) return refused(fmt::format("flag {}: needs a value", flag));
    value = arguments_[at_++];
    return {};
  }

  static Status unknown(std::string_view flag) {
    std::vector<std::string> names{"--config", "--print-config", "--check-config", "--help",
                                   "--version"};
    for (const Option& option : options()) names.push_back("--" + hyphenated(option.key.name));
    const std::string_view near = nearest(flag, {names.begin(), names.end()});
    return refused(fmt::format("flag {}: unknown{}", quoted(flag),
                               near.empty() ? "" : fmt::format("; did you mean {}?", near)));
  }

  const std::vector<std::string>& arguments_;
  std::size_t at_ = 0;
  CommandLine line_;
};

}  // namespace

Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments) {
  return ArgumentReader(arguments).read();
}

std::string help_text() {
  std::string text =
      "quorated [FILE] [--OPTION VALUE]...\n\n"
      "Serves a tree of nodes for coordination. Without FILE and options: one server in\n"
      "./quorate-data on 127.0.0.1:2181.\n\n"
      "  -c, --config FILE          the configuration, in the syntax of zoo.cfg\n"
      "  --print-config[=FORMAT]    show every value and where it came from, and exit;\n"
      "                             FORMAT: table, json or properties\n"
      "  --check-config             check the configuration and exit\n"
      "  -h, --help                 show this\n"
      "  --version                  show the version\n\n"
      "Every option is also a key of the file (tick_time_ms=2000) and a variable\n"
      "(QUORATE_TICK_TIME_MS); ZooKeeper's names work too. docs/configuration.md explains them.\n";
  std::string_view group;
  const Config defaults;
  for (const Option& option : options()) {
    if (option.group != group) text += fmt::format("\n{}:\n", option.group);
    group = option.group;
    const std::string value = option.get(defaults);
    text += fmt::format("  --{:<34} {}{}\n", hyphenated(option.key.name), option.allowed(),
                        value.empty() ? "" : fmt::format(" [{}]", value));
  }
  return text;
}

}  // namespace quorate
