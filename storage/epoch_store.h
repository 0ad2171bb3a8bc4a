// Who this server is and what it has promised: one atomic, synced record.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace quorate {

using ClusterId = std::array<std::uint8_t, 16>;

/// Everything a server must not forget besides its history.
struct Promises {
  ClusterId cluster{};
  ServerId server;
  Incarnation incarnation;   ///< Grows by one at each start.
  Epoch accepted_epoch;      ///< The highest epoch promised to a prospective leader ...
  ServerId accepted_leader;  ///< ... and to whom.
  Epoch current_epoch;       ///< Of the last leader whose history was adopted.
  /// The server has lost acknowledged history up to this zxid: it neither votes nor acks until an
  /// established leader has passed it.
  std::optional<Zxid> recovering_to;
  std::string image_directory;  ///< The image in force, below the data directory.
  friend bool operator==(const Promises&, const Promises&) = default;
};

/// Whether `next` may replace `before`: epochs and the incarnation never go back, the current epoch
/// is never above the accepted one (ZOOKEEPER-2307), and the server stays who it is; only one that
/// has promised nothing yet may still find its ensemble. Error `bad_arguments`.
[[nodiscard]] Status check_promises(const std::optional<Promises>& before, const Promises& next);

/// Written by the journal alone, after the log it depends on.
class EpochStore {
 public:
  virtual ~EpochStore() = default;
  /// Nothing in a fresh store. Error `damaged`.
  [[nodiscard]] virtual Result<std::optional<Promises>> load() const = 0;
  /// Durable when it returns success. After an error the process must end; except after
  /// `bad_arguments` (see check_promises), when nothing was stored.
  virtual Status store(const Promises& promises) = 0;
};

}  // namespace quorate
