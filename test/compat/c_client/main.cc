#include <cstdio>

#include "operations.h"
#include "sessions.h"
#include "steps.h"

int main(int count, char** arguments) {
  if (count != 4) return 2;
  steps::place = {arguments[1], arguments[2], arguments[3]};
  zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
  const struct {
    const char* name;
    void (*run)();
  } scenarios[] = {
      {"nodes", nodes},
      {"kinds", kinds},
      {"permissions", permissions},
      {"transactions", transactions},
      {"configuration", configuration},
      {"watches", watches},
      {"watches taken back", watches_taken_back},
      {"a cut connection", cut_connection},
      {"a session resumed", session_resumed},
      {"sessions that are none", sessions_that_are_none},
      {"a changed root", changed_root},
  };
  for (const auto& each : scenarios) {
    steps::scenario(each.name);
    each.run();
  }
  return 0;
}
