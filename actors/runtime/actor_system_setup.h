// How an actor system of this server is configured.
#pragma once

#include <caf/actor_system_config.hpp>
#include <cstddef>
#include <memory>

#include "actors/runtime/actor_registry.h"
#include "actors/runtime/io_options.h"

namespace quorate {

enum class IoKind : unsigned char {
  none,   ///< No sockets: simulation and tests.
  own,    ///< IoBackend.
  stock,  ///< CAF's, for comparison.
};

struct SystemOptions {
  IoKind io = IoKind::own;
  IoOptions io_options = {};
  /// For the few actors that are neither pinned nor detached.
  std::size_t scheduler_threads = 2;
  /// CAF's deterministic test coordinator instead of threads.
  bool test_scheduler = false;
};

/// The configuration that every actor system of this server is built from:
///
///   SystemConfig config{options};
///   caf::actor_system system{config};
///
/// It also carries what all actors of the system share: the registry and the I/O counters. Both
/// may be held longer than the system.
class SystemConfig final : public caf::actor_system_config {
 public:
  explicit SystemConfig(const SystemOptions& options,
                        std::shared_ptr<ActorRegistry> registry = nullptr);

  /// The configuration of `system` if it is one of these, else null.
  static const SystemConfig* of(const caf::actor_system& system);

  [[nodiscard]] const IoOptions& io_options() const { return io_options_; }
  /// Never null.
  [[nodiscard]] const std::shared_ptr<ActorRegistry>& registry() const { return registry_; }
  /// Never null. The stock backend counts nothing.
  [[nodiscard]] const std::shared_ptr<IoCounters>& io_counters() const { return io_counters_; }

 private:
  IoOptions io_options_;
  std::shared_ptr<ActorRegistry> registry_;
  std::shared_ptr<IoCounters> io_counters_;
};

}  // namespace quorate
