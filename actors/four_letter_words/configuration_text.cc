#include "actors/four_letter_words/configuration_text.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace quorate {
namespace {

std::uint64_t bytes_below(const std::string& directory) {
  namespace fs = std::filesystem;
  std::uint64_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied,
                                         error);
  for (; !error && entry != fs::recursive_directory_iterator{}; entry.increment(error)) {
    std::error_code gone;
    if (!entry->is_regular_file(gone)) continue;
    const std::uint64_t size = entry->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

/// What only servers with others have.
std::string ensemble_lines(const Config& config) {
  std::string text = fmt::format("initLimit={}\nsyncLimit={}\nelectionAlg=3\n",
                                 config.init_limit_ticks, config.sync_limit_ticks);
  const auto own = config.membership.members.find(config.server_id);
  if (own != config.membership.members.end() && !own->second.addresses.empty()) {
    const PeerAddress& address = own->second.addresses.front();
    const bool observes = own->second.role == MemberRole::observer;
    text += fmt::format("electionPort={}\nquorumPort={}\npeerType={}\n", address.election_port,
                        address.quorum_port, observes ? 1 : 0);
  }
  return text + "membership: \n" + members_text(config.membership);
}

}  // namespace

DirectorySizes sizes_of_directories(const Config& config) {
  return {bytes_below(config.data_dir), bytes_below(config.data_log_dir)};
}

std::string conf_text(const Config& config, const std::optional<DirectorySizes>& sizes) {
  std::string text = fmt::format("clientPort={}\nsecureClientPort=-1\n", config.client_port);
  text += fmt::format("dataDir={}\n", config.data_dir);
  if (sizes) text += fmt::format("dataDirSize={}\n", sizes->data);
  text += fmt::format("dataLogDir={}\n", config.data_log_dir);
  if (sizes) text += fmt::format("dataLogSize={}\n", sizes->log);
  text += fmt::format("tickTime={}\nmaxClientCnxns={}\n", config.tick_time.count(),
                      config.connections_per_ip_max);
  text += fmt::format("minSessionTimeout={}\nmaxSessionTimeout={}\n",
                      config.session_timeout_min.count(), config.session_timeout_max.count());
  text += fmt::format("clientPortListenBacklog=-1\nserverId={}\n", config.server_id.value);
  if (config.membership.members.size() > 1) text += ensemble_lines(config);
  return text;
}

std::string dirs_text(const DirectorySizes& sizes) {
  return fmt::format("datadir_size: {}\nlogdir_size: {}\n", sizes.data, sizes.log);
}

}  // namespace quorate
