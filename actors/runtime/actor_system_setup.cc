#include "actors/runtime/actor_system_setup.h"

#include <caf/actor_system.hpp>
#include <caf/atom.hpp>
#include <caf/io/middleman.hpp>

#include "actors/runtime/io_backend.h"

namespace quorate {

SystemConfig::SystemConfig(const SystemOptions& options, std::shared_ptr<ActorRegistry> registry)
    : io_options_(options.io_options),
      registry_(registry != nullptr ? std::move(registry) : std::make_shared<ActorRegistry>()),
      io_counters_(std::make_shared<IoCounters>()) {
  // Work stealing, the default, leaves a ready actor waiting for up to 10 ms.
  set("scheduler.policy", options.test_scheduler ? caf::atom("testing") : caf::atom("sharing"));
  // The default is at least four threads, on two cores too.
  set("scheduler.max-threads", options.scheduler_threads);
  // The default is infinite: a flooded actor would never yield.
  set("scheduler.max-throughput", std::size_t{100});
  // What CAF's own remoting would need; unused here.
  set("middleman.attach-utility-actors", true);
  set("middleman.workers", std::size_t{0});
  // With more, a broker's pause comes only after up to this many chunks. Stock backend only.
  set("middleman.max-consecutive-reads", std::size_t{4});
  switch (options.io) {
    case IoKind::none:
      break;
    case IoKind::own:
      load<caf::io::middleman, IoBackend>();
      break;
    case IoKind::stock:
      load<caf::io::middleman>();
      break;
  }
}

const SystemConfig* SystemConfig::of(const caf::actor_system& system) {
  return dynamic_cast<const SystemConfig*>(&system.config());
}

}  // namespace quorate
