// What the machines of two servers say to each other; schema/quorum.capnp has the bytes.
//
// A link delivers in order or is torn down, on both sides. Whoever gets a message that does not fit
// its phase ignores it: it was sent to an earlier role.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/error_code.h"
#include "core/base/ids.h"
#include "core/txn/digest_mark.h"
#include "core/txn/log_record.h"
#include "core/txn/sync_request.h"
#include "core/txn/txn.h"
#include "core/zab/history.h"
#include "core/zab/record.h"

namespace quorate {

// --- Election
// --------------------------------------------------------------------------------------

/// How recent a server's history is: who has the higher one lacks nothing that a quorum has.
struct Recency {
  Epoch
      current;  ///< Of the last leader whose history was adopted; zxids alone lie (ZOOKEEPER-1154).
  Zxid last;    ///< Logged.
  friend auto operator<=>(const Recency&, const Recency&) = default;
};

enum class Stance : std::uint8_t { looking, following, leading };

[[nodiscard]] constexpr std::string_view to_string(Stance stance) {
  constexpr std::array<std::string_view, 3> words{"looking", "following", "leading"};
  return words.at(static_cast<std::size_t>(stance));
}

/// A server's part in the election, sent whenever it changes and when a link comes up; the last one
/// counts. A hint: nothing durable depends on it.
struct ElectionNotice {
  Stance stance = Stance::looking;
  std::uint64_t round = 0;  ///< Counts elections; votes of different rounds are not compared.
  Recency recency;          ///< The sender's own.
  /// May be voted for and counted: votes, is not recovering, and hears a quorum of voters. Who does
  /// not hear a quorum could not lead, however recent it is.
  bool stands = false;
  bool blank = false;                ///< A voter without a single record.
  std::optional<ServerId> leader;    ///< Voted for, followed, or itself; none: no vote.
  std::optional<Epoch> established;  ///< The leader's epoch, once a quorum has adopted it.
  /// Whom a leader has handed over to: of servers that are equally recent, this one is preferred.
  /// Passed on by everybody who looks in the same round.
  std::optional<ServerId> successor;
  friend bool operator==(const ElectionNotice&, const ElectionNotice&) = default;
};

// --- Discovery
// -------------------------------------------------------------------------------------

/// Learner to leader: I follow you. Repeated when the leader may not have been one before.
struct Join {
  Epoch least;          ///< The lowest epoch that this server can still promise to this leader.
  bool counts = false;  ///< As in EpochPromised.
  friend bool operator==(const Join&, const Join&) = default;
};

/// Leader to learner: will you follow nobody of a lower epoch?
struct NewEpoch {
  Epoch epoch;
  friend bool operator==(const NewEpoch&, const NewEpoch&) = default;
};

/// How far each voter's log had been synced, as the leader of an epoch knew. Whoever comes with
/// less has lost what it promised to keep.
struct Remembered {
  Epoch epoch;
  std::map<ServerId, Zxid> acked;
  friend bool operator==(const Remembered&, const Remembered&) = default;
};

/// Learner to leader: I will, and here is where my history ends. Both are on stable storage.
struct EpochPromised {
  Epoch epoch;
  Epoch current;
  EpochEnds ends;
  bool counts = false;  ///< Votes and acks count: a voter that lacks nothing it ever acked.
  Remembered remembered;
  friend bool operator==(const EpochPromised&, const EpochPromised&) = default;
};

/// Leader to learner: you have lost what you acked up to `zxid`.
struct Amnesia {
  Zxid zxid;
  friend bool operator==(const Amnesia&, const Amnesia&) = default;
};

// --- Synchronisation
// -------------------------------------------------------------------------------

/// Leader to learner: forget what is behind `keep`, log what follows up to `end`, adopt the epoch.
/// The history comes as Proposals here, or over a connection of its own, which the learner dials
/// when `streamed`; live proposals follow at once.
struct Synchronise {
  Epoch epoch;
  LogPosition keep;
  LogPosition end;
  bool streamed = false;
  /// The leader's log begins behind what both have: fetch an image, install it, join again. `keep`
  /// says nothing then, and no proposals follow.
  bool image = false;
  friend bool operator==(const Synchronise&, const Synchronise&) = default;
};

/// Learner to leader: all up to `end` and the current epoch are on stable storage.
struct Adopted {
  Epoch epoch;
  friend bool operator==(const Adopted&, const Adopted&) = default;
};

/// Leader to learner: a quorum has adopted the epoch; serve.
struct Serve {
  Epoch epoch;
  Zxid committed;
  friend bool operator==(const Serve&, const Serve&) = default;
};

// --- Broadcast
// -------------------------------------------------------------------------------------

/// Leader to learner: records in order. Shared by all to whom it is sent, so that it is encoded
/// once.
struct ProposalBatch {
  Epoch epoch;
  LogPosition previous;  ///< Before the first record: a gap is noticed (ZOOKEEPER-4925).
  std::vector<Record> records;
  Zxid committed;
  std::map<ServerId, Zxid> acked;  ///< See Remembered.
};
using Proposals = std::shared_ptr<const ProposalBatch>;

/// Learner to leader: this and all before it is on stable storage.
struct Ack {
  Epoch epoch;
  Zxid zxid;
  friend bool operator==(const Ack&, const Ack&) = default;
};

/// Leader to learner: this and all before it may be applied.
struct Committed {
  Epoch epoch;
  Zxid zxid;
  friend bool operator==(const Committed&, const Committed&) = default;
};

/// Leader to learner, regularly and when a sync asks for it.
struct Heartbeat {
  Epoch epoch;
  std::uint64_t round = 0;  ///< Grows with each; {0} before the epoch is established.
  bool doubt = false;       ///< Refuse your clients' writes; see Effects::doubt.
  friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};

/// Learner to leader: I live; and, with the leader's epoch, you still lead me.
struct Alive {
  Epoch epoch;  ///< {0}: alive, but confirms nothing.
  std::uint64_t round = 0;
  /// Ascending; what this leader has not been told. At most digest_marks_max.
  std::vector<DigestMark> marks{};
  friend bool operator==(const Alive&, const Alive&) = default;
};

/// Leader to learner: a quorum of voters has another digest than you have; begin anew.
struct Diverged {
  Epoch epoch;
  Zxid zxid;
  std::uint64_t expected = 0;
  std::uint32_t version = 0;  ///< Of the digest.
  friend bool operator==(const Diverged&, const Diverged&) = default;
};

// --- Clients' requests
// -----------------------------------------------------------------------------

/// Learner to leader: what the clients of the learner want written, in order, and syncs behind it.
struct Forward {
  std::vector<Submission> writes;
  std::vector<SyncRequest> syncs;
};

/// Leader to learner: answers to syncs.
struct SyncPoints {
  std::vector<SyncPoint> points;
};

/// Learner to leader: sessions whose clients were heard from.
struct Touches {
  std::vector<SessionId> sessions;
};

// --- Hand-over
// -------------------------------------------------------------------------------------

/// Learner to leader: let another lead. Asked by an operator, at the learner.
struct HandOver {
  std::uint64_t number = 0;    ///< The learner's, for the answer.
  std::optional<ServerId> to;  ///< None: whoever has come furthest.
  friend bool operator==(const HandOver&, const HandOver&) = default;
};

/// Leader to learner: so be it, as soon as what is proposed is committed; or why not.
struct HandOverAnswer {
  std::uint64_t number = 0;
  ErrorCode code = ErrorCode::ok;
  std::string text;    ///< For people, when `code` is not ok: what to do about it.
  ServerId successor;  ///< When it is.
  friend bool operator==(const HandOverAnswer&, const HandOverAnswer&) = default;
};

// --- Operators
// -------------------------------------------------------------------------------------

/// Between any two: a request of the admin API for the receiver, that an operator made at the
/// sender, which vouches for who that is. Nothing of the ensemble depends on it.
struct AdminRequest {
  std::uint64_t number = 0;  ///< The sender's, for the answer.
  std::string text;          ///< What is asked, as JSON: see actors/console/passed_on.h.
  friend bool operator==(const AdminRequest&, const AdminRequest&) = default;
};

struct AdminReply {
  std::uint64_t number = 0;
  std::uint32_t status = 0;  ///< Of HTTP.
  std::string text;          ///< The answer's body.
  friend bool operator==(const AdminReply&, const AdminReply&) = default;
};

using PeerMessage =
    std::variant<ElectionNotice, Join, NewEpoch, EpochPromised, Amnesia, Synchronise, Adopted,
                 Serve, Proposals, Ack, Committed, Heartbeat, Alive, Forward, SyncPoints, Touches,
                 HandOver, HandOverAnswer, Diverged, AdminRequest, AdminReply>;

struct Envelope {
  ServerId to;
  PeerMessage message;
};

}  // namespace quorate
