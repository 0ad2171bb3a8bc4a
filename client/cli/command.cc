#include "client/cli/command.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <utility>

namespace quorate::cli {

Arguments& Arguments::required(const char* name, std::string& value, const char* help) {
  app_->add_option(name, value, help)->required();
  return *this;
}

Arguments& Arguments::positional(const char* name, std::string& value, const char* help) {
  app_->add_option(name, value, help);
  return *this;
}

Arguments& Arguments::positional(const char* name, std::optional<std::string>& value,
                                 const char* help) {
  app_->add_option(name, value, help);
  return *this;
}

Arguments& Arguments::flag(const char* names, bool& value, const char* help) {
  app_->add_flag(names, value, help);
  return *this;
}

Arguments& Arguments::option(const char* names, std::string& value, const char* type,
                             const char* help) {
  app_->add_option(names, value, help)->type_name(type);
  return *this;
}

Arguments& Arguments::required_option(const char* names, std::string& value, const char* type,
                                      const char* help) {
  app_->add_option(names, value, help)->type_name(type)->required();
  return *this;
}

Arguments& Arguments::option(const char* names, std::int32_t& value, const char* type,
                             const char* help) {
  app_->add_option(names, value, help)->type_name(type);
  return *this;
}

Arguments& Arguments::option(const char* names, std::uint64_t& value, const char* type,
                             const char* help) {
  app_->add_option(names, value, help)->type_name(type);
  return *this;
}

Arguments& Arguments::option(const char* names, std::int64_t& value, const char* type,
                             const char* help) {
  app_->add_option(names, value, help)->type_name(type)->check(CLI::NonNegativeNumber);
  return *this;
}

Arguments& Arguments::hidden(const char* name, std::string& value) {
  app_->add_option(name, value)->group("");
  return *this;
}

Arguments& Arguments::rest(std::vector<std::string>& words) {
  app_->prefix_command();
  app_->fallthrough(false);
  app_->set_help_flag();
  app_->parse_complete_callback([app = app_, &words] { words = app->remaining(); });
  return *this;
}

Arguments& Arguments::hide() {
  app_->group("");
  return *this;
}

CLI::App& add_group(CLI::App& parent, const char* name, const char* summary) {
  CLI::App* group = parent.add_subcommand(name, summary);
  group->require_subcommand(1);
  return *group;
}

Arguments add_command(CLI::App& parent, const char* name, const char* summary, const char* example,
                      std::function<void()> chosen) {
  CLI::App* command = parent.add_subcommand(name, summary);
  if (*example != '\0') command->footer(std::string("Example:\n  ") + example);
  command->callback(std::move(chosen));
  return Arguments(command);
}

}  // namespace quorate::cli
