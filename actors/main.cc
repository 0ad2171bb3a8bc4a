// quorated: the server program. Loads the configuration, starts the system, waits for a signal.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/log.h"
#include "actors/system.h"
#include "config/command_line.h"
#include "config/files.h"
#include "config/load.h"

extern char** environ;

namespace quorate {
namespace {

std::vector<std::pair<std::string, std::string>> environment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) {
      variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

int refuse(const std::string& why) {
  std::cerr << "quorated: " << why << "\n";
  return static_cast<int>(ExitCode::refused);
}

}  // namespace
}  // namespace quorate
