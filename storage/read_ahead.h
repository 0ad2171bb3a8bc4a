// Reading and using side by side: a thread reads pairs of bytes ahead of who uses them.
#pragma once

#include <functional>
#include <string_view>

#include "core/base/result.h"

namespace quorate {

/// Sees a pair; an error ends the reading.
using PairVisitor = std::function<Status(std::string_view key, std::string_view value)>;

/// Runs `read` on a thread of its own, which gives pairs to the visitor that it is handed, and
/// calls `visit` for each pair in the same order on the calling thread. Returns what `visit` failed
/// with, or else what `read` returned; `read` must stop when its visitor returns an error.
///
/// Pairs are copied into chunks of 256 KiB (a longer pair has its own), of which at most four wait.
Status read_ahead(const std::function<Status(const PairVisitor&)>& read, const PairVisitor& visit);

}  // namespace quorate
