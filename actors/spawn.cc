#include "actors/spawn.h"

#include <sys/resource.h>
#include <unistd.h>

namespace quorate {

void yield_to_requests() {
  // On Linux a thread has a nice value of its own. Failing costs nothing but some latency.
  constexpr int niceness = 10;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
}

}  // namespace quorate
