// How servers are doing, as the admin API says it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "actors/console/admin_call.h"
#include "actors/console/ensemble_look.h"
#include "actors/notice_board.h"
#include "config/config.h"
#include "schema/client_messages.h"
#include "storage/disk_space.h"

namespace quorate {

/// A digest of how long something took of late.
struct Times {
  std::uint64_t count = 0;
  std::uint64_t p50_us = 0, p99_us = 0, max_us = 0;
};

struct ServerFacts {
  const Config& config;
  Inspection inspection;
  Notice notice;
  std::int64_t now_ms = 0;
  bool draining = false;
  std::uint64_t outstanding = 0;
  std::uint64_t memory_bytes = 0;
  double cpu_percent = 0;
  std::optional<std::uint64_t> files_open, files_max;
  std::optional<DiskSpace> disk;  ///< Of the log.
  Times syncs, requests;          ///< Over the last minute.
  std::uint64_t log_lines_dropped = 0;
};

[[nodiscard]] Json status_json(const ServerFacts& facts);

/// All servers: this one's `status`, and what the others said.
[[nodiscard]] Json ensemble_json(const Config& config, const Notice& notice, const Json& status,
                                 const std::map<ServerId, OtherServer>& others,
                                 std::int64_t now_ms);

/// How many more voters may be lost, whichever they are, while those that are linked go on.
/// Negative: there is no quorum. With weights and groups this is counted out.
[[nodiscard]] int losses_survived(const Membership& membership, const std::set<ServerId>& linked);

}  // namespace quorate
