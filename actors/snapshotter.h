// Brings the image on disk forward, on a thread of its own, and lets the log go that it covers.
#pragma once

#include <caf/typed_actor.hpp>
#include <cstdint>
#include <memory>

#include "actors/checkpoint_records.h"
#include "actors/four_letter_words/configuration_text.h"
#include "actors/messages.h"
#include "core/tree/image.h"

namespace quorate {

struct ServerContext;
class SnapshotStore;
class Store;
class TxnLog;

/// The states that are on the disk, and the log behind them.
struct KeptStates {
  Zxid image;
  std::int64_t image_ms = 0;  ///< When it was brought up to there, since 1970; 0: before the start.
  std::uint64_t image_bytes = 0;
  std::vector<CheckpointRecord> checkpoints;  ///< Ascending.
  Zxid log_base;                              ///< The log begins behind it.
  std::uint64_t log_bytes = 0;
};

/// What became of a checkpoint that was to be taken, or read back.
struct CheckpointOutcome {
  ErrorCode code = ErrorCode::ok;
  Zxid zxid;
  std::string text;  ///< For people.
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::CheckpointOutcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::DirectorySizes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::KeptStates)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const quorate::ImageChanges>)

namespace quorate {

///   (seal, slice)  What changed up to an exact zxid, or a part of it. The last slice of a seal
///                  makes a write of the image, as soon as the log is synced up to its zxid.
///   (room, level)  From the journal. Low: a checkpoint now, so that log can go. Critical: nothing
///   is
///                  written until there is room again.
///   (measure)      What the directories hold; asked here because this thread may wait for a disk.
///   (kept)         From the console: which states are on the disk.
///   (save)         From the console: a checkpoint of what is applied now.
///   (verify, zxid) From the console: is this checkpoint still whole?
///   (tick, n)      Its own: looks whether a checkpoint is due, or a seal to keep the log short.
using Snapshotter = caf::typed_actor<
    caf::reacts_to<meet_a, PeersPtr>, caf::reacts_to<seal_a, std::shared_ptr<const ImageChanges>>,
    caf::reacts_to<room_a, Room>, caf::replies_to<measure_a>::with<DirectorySizes>,
    caf::replies_to<kept_a>::with<KeptStates>, caf::replies_to<save_a>::with<CheckpointOutcome>,
    caf::replies_to<verify_a, Zxid>::with<CheckpointOutcome>,
    caf::reacts_to<tick_a, std::uint64_t>>;

/// `store`, its `image` in force and its `log` outlive the actor.
Snapshotter spawn_snapshotter(ServerContext& context, Store& store, SnapshotStore& image,
                              TxnLog& log);

}  // namespace quorate
