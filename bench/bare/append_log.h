// The bare limit of durability: append a batch to a file, fdatasync, again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/histogram.h"
#include "core/base/result.h"

namespace quorate::bench {

struct AppendLogOptions {
  std::string directory = ".";  ///< Where the file is made, and removed again.
  std::size_t record_bytes = 200;
  std::size_t batch_records = 64;
  double seconds = 3;
};

struct AppendLogResult {
  std::uint64_t records = 0;
  double seconds = 0;
  std::int64_t cpu_ns = 0;
  Histogram sync_ns;  ///< Of one write and fdatasync.
};

/// The file grows as a log does, up to 64 MiB, then begins anew: extending a file costs a sync
/// its metadata, as it does in a real log. Error io_error.
[[nodiscard]] Result<AppendLogResult> run_append_log(const AppendLogOptions& options);

}  // namespace quorate::bench
