// What the servers of an ensemble say of themselves, put side by side.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/output.h"
#include "client/inspect.h"

namespace quorate::cli {

/// One line of `quorate status`: a server that was asked, or that another one named.
struct StatusRow {
  std::optional<ServerId> server;        ///< Where somebody has said so.
  std::string endpoint;                  ///< Empty where nobody knows it.
  std::optional<Inspection> inspection;  ///< Where it has answered.
  std::string note;                      ///< What a person should know.
};

/// Servers that the answer names besides the one that gave it, and where to ask them.
struct NamedServer {
  ServerId server;
  std::optional<client::Host> host;  ///< None: its line does not say where clients go.
};
[[nodiscard]] std::vector<NamedServer> others_named_by(const Inspection& inspection);

/// A server that did not answer gets the id that others give to its address.
[[nodiscard]] StatusRow row_of(const client::Answer& answer,
                               const std::vector<EnsembleMember>& members);

/// How many writes the leader has committed and this server not applied; none where their zxids
/// lie in two epochs, and cannot be subtracted.
[[nodiscard]] std::optional<std::uint64_t> lag_behind(const Inspection& leader,
                                                      const Inspection& server);

/// Who leads in the highest epoch; nullptr when nobody does.
[[nodiscard]] const Inspection* leader_among(const std::vector<StatusRow>& rows);

/// Somebody serves clients and is linked with a quorum.
[[nodiscard]] bool is_service(const std::vector<StatusRow>& rows);

/// Ordered by server, those without a number last. JSON has columns that a line has no room for.
void print_status(Output& output, std::vector<StatusRow> rows);

void print_members(Output& output, const std::vector<EnsembleMember>& members);

}  // namespace quorate::cli
