// From what is on disk to a server that may start: state, standing and promises.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/tree/state.h"
#include "core/zab/history.h"
#include "core/zab/standing.h"
#include "storage/durable_log.h"
#include "storage/epoch_store.h"
#include "storage/last_words.h"
#include "storage/snapshot_store.h"
#include "storage/store.h"
#include "storage/store_recovery.h"

namespace quorate {

/// How often in a row the process may break at one record before it is not applied any more.
inline constexpr std::uint32_t deaths_max = 2;

/// What a fresh store begins with.
struct Beginning {
  ClusterId cluster{};
  /// Before the first start, which is one higher. Above all that an earlier store of this server
  /// may have had: ids of sessions hold the incarnation, and those of before its disk was lost may
  /// live on, on other servers.
  Incarnation incarnation;
};

/// The record before which a server stays.
struct HeldRecord {
  LogPosition at;  ///< With the chain hash up to and including it.
  LastWord words;
};

/// What a server knows of itself and its ensemble when it has read its disk.
struct Boot {
  std::unique_ptr<DurableLog> log;
  std::unique_ptr<SnapshotStore> image;
  State state;         ///< At the known commit point.
  LogOutline outline;  ///< Of the log, with what it holds beyond the commit point.
  Promises promises;   ///< Of this start: its incarnation is one higher than the last one's.
  Zxid image_zxid;     ///< What the image covered.
  std::uint64_t records_replayed = 0;
  std::vector<std::string> warnings;  ///< What an operator should know, a line each.
  std::optional<HeldRecord> held;     ///< If there, nobody may be served.
};

/// Loads the image into a state, replays the log behind it up to the known commit point (the
/// highest commit point that a proven record carries, or the image), and keeps the rest aside.
/// Counts this start in the promises, durably; makes the first image of a fresh store.
/// `table_seed`: see State.
/// Errors name file, zxid and what to do; `foreign` when the store is that of another server, or of
/// another ensemble than `required_cluster`.
///
/// Applies under the mark of `words`. When they tell of `deaths_max` deaths at a record of the log,
/// the log is proven to its end, but the state stays before that record, and nothing is promised.
[[nodiscard]] Result<Boot> boot(Store& store, ServerId self, const Beginning& beginning,
                                std::uint64_t table_seed, LastWords& words,
                                const std::optional<ClusterId>& required_cluster = {},
                                const StoreRecoverySettings& recovery = {});

/// What the machines of the replication start from. Takes the outline out of `boot`.
[[nodiscard]] Standing take_standing(Boot& boot, ServerId self, Quorum quorum);

}  // namespace quorate
