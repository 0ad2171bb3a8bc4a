// How the console is started.
#pragma once

#include <memory>

#include "actors/console/console.h"
#include "actors/supervisor.h"

namespace quorate {

class AuditLog;

struct ConsoleParts {
  Supervisor supervisor;
  std::shared_ptr<AuditLog> audit;
};

Console spawn_console(ServerContext& context, ConsoleParts parts);

}  // namespace quorate
