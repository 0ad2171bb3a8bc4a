// What the handlers of the admin API work with; all on the console's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "actors/console/actor_sampler.h"
#include "actors/console/admin_port.h"
#include "actors/console/api_call.h"
#include "actors/console/ensemble_look.h"
#include "actors/console/metrics_history.h"
#include "actors/console/process_facts.h"
#include "actors/console/recent_rate.h"
#include "actors/server_context.h"

namespace quorate {

class AuditLog;

struct ApiRoom {
  ServerContext& context;
  ActorRegistry& registry;
  AdminPort& port;
  AuditLog& audit;
  ActorSampler sampler;
  MetricsHistory history;
  ProcessFacts process;
  EnsembleLook ensemble;
  bool draining = false;
  RecentRate fired{};  ///< Watches.

  [[nodiscard]] std::int64_t now_ms() const { return context.clock.read().wall_ms; }
};

/// Answers a call, now or later.
using ApiHandler = void (*)(ApiRoom&, const ApiCallPtr&);

// api_servers.cc
void answer_ensemble(ApiRoom&, const ApiCallPtr&);
void answer_status(ApiRoom&, const ApiCallPtr&);
void answer_config(ApiRoom&, const ApiCallPtr&);
void answer_metrics_history(ApiRoom&, const ApiCallPtr&);
void answer_elections(ApiRoom&, const ApiCallPtr&);
void answer_backups(ApiRoom&, const ApiCallPtr&);
// api_commands.cc
void answer_commands(ApiRoom&, const ApiCallPtr&);
void answer_command(ApiRoom&, const ApiCallPtr&);
// api_actors.cc
void answer_actors(ApiRoom&, const ApiCallPtr&);
void answer_actor(ApiRoom&, const ApiCallPtr&);
void trace_actor(ApiRoom&, const ApiCallPtr&);
void restart_actor(ApiRoom&, const ApiCallPtr&);
// api_logs.cc
void answer_log_levels(ApiRoom&, const ApiCallPtr&);
void set_log_level(ApiRoom&, const ApiCallPtr&);
void answer_log_lines(ApiRoom&, const ApiCallPtr&);
void answer_audit(ApiRoom&, const ApiCallPtr&);
void answer_slow(ApiRoom&, const ApiCallPtr&);
void set_slow_threshold(ApiRoom&, const ApiCallPtr&);
void answer_transactions(ApiRoom&, const ApiCallPtr&);
// api_acts.cc
void transfer_leadership(ApiRoom&, const ApiCallPtr&);
void drain_server(ApiRoom&, const ApiCallPtr&);
void stop_server(ApiRoom&, const ApiCallPtr&);
void shed_clients(ApiRoom&, const ApiCallPtr&);
void take_snapshot(ApiRoom&, const ApiCallPtr&);
void verify_checkpoint(ApiRoom&, const ApiCallPtr&);
// api_state.cc
void answer_sessions(ApiRoom&, const ApiCallPtr&);
void answer_session(ApiRoom&, const ApiCallPtr&);
void close_session(ApiRoom&, const ApiCallPtr&);
void remove_watches(ApiRoom&, const ApiCallPtr&);
void answer_watches(ApiRoom&, const ApiCallPtr&);
void answer_children(ApiRoom&, const ApiCallPtr&);
void answer_node(ApiRoom&, const ApiCallPtr&);
void create_node(ApiRoom&, const ApiCallPtr&);
void set_node(ApiRoom&, const ApiCallPtr&);
void delete_node(ApiRoom&, const ApiCallPtr&);
void set_acl(ApiRoom&, const ApiCallPtr&);
void search_tree(ApiRoom&, const ApiCallPtr&);
void answer_biggest(ApiRoom&, const ApiCallPtr&);

}  // namespace quorate
