// The disk's one writer: appends, syncs, promises, on a thread of its own.
#pragma once

#include <caf/typed_actor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "actors/messages.h"
#include "storage/epoch_store.h"

namespace quorate {

struct ServerContext;
class DurableLog;

/// Records on their way to the disk, in order.
struct AppendBatch {
  Epoch epoch;  ///< Of the role that sends them.
  std::vector<LogRecord> records;
};

/// Of the ensemble that a new server has met.
struct ClusterToJoin {
  ClusterId cluster;
};

/// The image to start over from, and the name of its directory.
struct InstallImage {
  Install install;
  std::string name;
};

/// Everything up to `zxid` is on stable storage.
struct Logged {
  Zxid zxid;
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::ClusterToJoin)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::InstallImage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Logged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const quorate::AppendBatch>)

namespace quorate {

///   (append, batch)    Appended; synced with all else that waits, then (logged) to proposal.
///   (promise, epochs)  Stored behind all that was sent before; then (promise) to proposal. Appends
///                      of lower epochs that come later are dropped.
///   (cut, position)    What is behind it is forgotten, durably; the log must then end there, else
///   it
///                      is not the log that the leader believes it to be.
///   (install, image)   It takes the place of the image in force, and the log begins behind it, all
///                      durably; then the server starts over, and nothing else is done here.
///   (diverge, where)   This server's state is wrong: that, and that it has to be given everything
///                      anew, is stored durably; then the server starts over.
///   (join, cluster)    Likewise, with the cluster id of another server, if nothing was promised
///   yet. (settle)           All that was sent before is done and synced; then (settle) to
///   proposal. (synced)           Up to where the log is synced. (tick, n)          Its own: an
///   idle log writes its fence, and the room on the disks is looked at;
///                      then (room) to commit and snapshotter.
/// Any error of the disk ends the process: a tail in doubt must not be acknowledged, nor retried.
using Journal = caf::typed_actor<
    caf::reacts_to<meet_a, PeersPtr>, caf::reacts_to<append_a, std::shared_ptr<const AppendBatch>>,
    caf::reacts_to<promise_a, EpochPromise>, caf::reacts_to<cut_a, LogPosition>,
    caf::reacts_to<install_a, InstallImage>, caf::reacts_to<diverge_a, Divergence>,
    caf::reacts_to<join_a, ClusterToJoin>, caf::reacts_to<settle_a>,
    caf::replies_to<synced_a>::with<Logged>, caf::reacts_to<tick_a, std::uint64_t>>;

/// `log` outlives the actor and holds promises already.
Journal spawn_journal(ServerContext& context, DurableLog& log);

}  // namespace quorate
