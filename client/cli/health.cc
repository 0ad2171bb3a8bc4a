#include "client/cli/health.h"

namespace quorate::cli {
namespace {

std::string in_epoch(const Inspection& inspection) {
  return describe_role(inspection) + " in epoch " + std::to_string(inspection.epoch.value);
}

std::string why_not_serving(const Inspection& inspection) {
  std::string why = describe_role(inspection);
  if (inspection.recovering) why += ", recovering what it once acknowledged";
  if (inspection.role != ServerRole::looking && inspection.role != ServerRole::read_only)
    why += inspection.epoch == Epoch{} ? ", before a quorum has joined" : ", catching up";
  return why;
}

}  // namespace

std::string to_string(HealthCheck check) {
  switch (check) {
    case HealthCheck::live:
      return "live";
    case HealthCheck::ready:
      return "ready";
    case HealthCheck::quorum:
      break;
  }
  return "quorum";
}

std::string to_string(ServerRole role) {
  switch (role) {
    case ServerRole::looking:
      return "looking";
    case ServerRole::following:
      return "following";
    case ServerRole::observing:
      return "observing";
    case ServerRole::leading:
      return "leading";
    case ServerRole::alone:
      return "alone";
    case ServerRole::read_only:
      return "read-only";
    case ServerRole::unknown:
      break;
  }
  return "unknown";
}

std::string describe_role(const Inspection& inspection) {
  const bool follows =
      inspection.role == ServerRole::following || inspection.role == ServerRole::observing;
  std::string text = to_string(inspection.role);
  if (follows && inspection.leader) text += " " + std::to_string(inspection.leader->value);
  return text;
}

Verdict judge(const client::Answer& answer, HealthCheck check) {
  if (!answer.alive) return {false, "no answer: " + answer.inspection.error().text};
  if (!answer.inspection.ok()) {
    const std::string& text = answer.inspection.error().text;
    if (check == HealthCheck::live) return {true, "alive: " + text};
    return {false, "not ready: " + text};
  }
  const Inspection& inspection = *answer.inspection;
  if (check == HealthCheck::live) return {true, "alive: " + describe_role(inspection)};
  if (!inspection.serving) return {false, "not ready: " + why_not_serving(inspection)};
  if (inspection.sends_clients_away)
    return {false, "not ready: " + in_epoch(inspection) + ", leaves clients to the others"};
  if (check == HealthCheck::quorum && !inspection.quorum_linked)
    return {false, "no quorum linked: " + in_epoch(inspection)};
  return {true, "ready: " + in_epoch(inspection)};
}

}  // namespace quorate::cli
