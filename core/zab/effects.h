// What a machine of the replication asks its owner to do.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/txn/sync_request.h"
#include "core/txn/txn.h"
#include "core/zab/loss_reason.h"
#include "core/zab/peer_message.h"
#include "core/zab/record.h"

namespace quorate {

/// What a server binds itself to before it acts on it: it will not follow or lead below `accepted`,
/// and its history is that of the leader of `current`.
struct EpochPromise {
  Epoch accepted;
  ServerId leader;  ///< To whom `accepted` was promised.
  Epoch current;
  /// Lost what it had acked up to here; see Standing::counts().
  std::optional<Zxid> recovering_to;
  friend bool operator==(const EpochPromise&, const EpochPromise&) = default;
};

/// A server's place in its ensemble, for the election and for its other readers.
struct Role {
  Stance stance = Stance::looking;
  std::optional<ServerId> leader;    ///< Itself or whom it follows; none while looking.
  std::optional<Epoch> established;  ///< Once a quorum has adopted the leader's epoch.
  Recency recency;
  bool counts = false;  ///< Votes and acks.
  bool blank = false;   ///< Has no record at all.
  /// While looking, of a leader that has handed over: see ElectionNotice.
  std::optional<ServerId> successor;
  friend bool operator==(const Role&, const Role&) = default;
};

/// History for a learner that the leader's window does not reach: where do both logs part?
/// Answered by Replica::on_surveyed(), when the log on disk has come to `reach`: an older one would
/// have the learner cut what it has acked.
struct Survey {
  ServerId learner;
  EpochEnds ends;  ///< The learner's.
  Zxid reach;
  friend bool operator==(const Survey&, const Survey&) = default;
};

/// What a learner wants over a connection of its own: the records behind `keep` up to `end`, handed
/// to Replica::on_history(); or an image, Replica::on_image().
struct Fetch {
  ServerId leader;
  Epoch epoch;
  LogPosition keep;
  LogPosition end;
  bool image = false;
  friend bool operator==(const Fetch&, const Fetch&) = default;
};

/// Put the fetched image at `at` in place of the state and of the whole log, in one durable step,
/// and store the promise with it: where the log had gone further, the server is recovering until it
/// has come there again. Then start over from the disk; or report with on_promised() and
/// on_logged().
struct Install {
  LogPosition at;
  EpochPromise promise;
  friend bool operator==(const Install&, const Install&) = default;
};

/// This server's state differs from that of an equal quorum of voters: nobody may be served from it
/// any more, here or after a restart, and it has to come anew from the others.
struct Divergence {
  Zxid zxid;
  std::uint64_t digest = 0;    ///< This server's there.
  std::uint64_t expected = 0;  ///< The quorum's.
  friend bool operator==(const Divergence&, const Divergence&) = default;
};

/// What the owner must do next, in the order of the fields. Nothing here has happened yet. The
/// journal does `cut`, `install`, `log` and `promise` in the order in which they were asked for,
/// over all Effects; whoever stops in the middle has done the first of them, not the last.
struct Effects {
  std::vector<Envelope> send;                      ///< Says nothing that is not durable yet.
  bool stop_serving = false;                       ///< What clients wait for will not come.
  std::optional<LogPosition> cut;                  ///< Forget what is behind, durably.
  std::optional<Install> install;                  ///< Start over from an image.
  std::vector<Record> log;                         ///< Append, then sync; report with on_logged().
  std::optional<EpochPromise> promise;             ///< Store behind `log`; on_promised().
  bool settle = false;                             ///< When all that is done: on_settled().
  std::optional<LossReason> left;                  ///< Why it has given up its role just now.
  std::vector<std::shared_ptr<const Txn>> commit;  ///< Apply, in this order.
  bool serve = false;                              ///< From here on clients may be served.
  std::vector<SyncPoint> synced;                   ///< Tell whoever asked, behind `commit`.
  std::vector<SessionId> touched;                  ///< Heard from, on other servers.
  std::vector<HandOverAnswer> handed_over;         ///< Tell whoever asked.
  std::vector<Survey> survey;                      ///< Look into the log for a learner.
  std::optional<Fetch> fetch;                      ///< Dial the leader for history.
  std::vector<ServerId> drop;                      ///< Tear down the links to these.
  std::optional<Role> role;                        ///< Tell the election: it has changed.
  /// Whether clients' writes are refused from now on, because digests differ and no quorum's are
  /// equal: nobody knows whose state is right.
  std::optional<bool> doubt;
  std::optional<Divergence> diverged;  ///< The last thing that is asked for.
};

template <class T>
void append_all(std::vector<T>& to, std::vector<T> from) {
  if (to.empty()) {
    to = std::move(from);
    return;
  }
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// Joins what two steps asked for. REQUIRES: what comes once is asked for by one of them.
inline void merge(Effects& into, Effects more) {
  append_all(into.send, std::move(more.send));
  into.stop_serving = into.stop_serving || more.stop_serving;
  if (more.cut) into.cut = more.cut;
  if (more.install) into.install = more.install;
  append_all(into.log, std::move(more.log));
  if (more.promise) into.promise = more.promise;
  into.settle = into.settle || more.settle;
  if (more.left) into.left = more.left;
  append_all(into.commit, std::move(more.commit));
  into.serve = into.serve || more.serve;
  append_all(into.synced, std::move(more.synced));
  append_all(into.touched, std::move(more.touched));
  append_all(into.handed_over, std::move(more.handed_over));
  append_all(into.survey, std::move(more.survey));
  if (more.fetch) into.fetch = more.fetch;
  append_all(into.drop, std::move(more.drop));
  if (more.role) into.role = more.role;
  if (more.doubt) into.doubt = more.doubt;
  if (more.diverged) into.diverged = more.diverged;
}

}  // namespace quorate
