// The owner of the truth: the actor around CommitMachine.
#pragma once

#include <caf/typed_actor.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/connection.h"
#include "actors/connection_logic.h"
#include "actors/messages.h"
#include "config/four_letter_words.h"
#include "core/commit/commit_machine.h"
#include "core/commit/request_batch.h"
#include "core/inquiry/state_answer.h"
#include "core/inquiry/state_inquiry.h"
#include "core/txn/sync_request.h"
#include "core/txn/txn.h"

namespace quorate {

struct ServerContext;

/// A connection introduces itself.
struct ConnectionOpened {
  ConnectionSerial serial;
  Connection handle;
};

/// Txns that may be applied, in zxid order, and what syncs wait for behind them.
struct CommittedBatch {
  std::vector<std::shared_ptr<const Txn>> txns;
  std::vector<SyncPoint> synced;
  bool stopped = false;       ///< Before all else: nobody is served, what was asked may be lost.
  bool established = false;   ///< From here on clients may be served.
  std::uint64_t service = 0;  ///< Counts the times of serving; SubmitBatch names its own.
  bool leads = false;         ///< This server leads, and does what only a leader may.
};

/// A four-letter word that asks about the state.
struct StateWord {
  FourLetterWord word = FourLetterWord::dump;
};

struct StateWordAnswer {
  std::string text;
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::ConnectionOpened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::ConnectionSerial)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::StateWord)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::StateWordAnswer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::StateInquiryPtr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::StateAnswerPtr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<quorate::Handshake>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<quorate::RequestBatch>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const quorate::CommittedBatch>)

namespace quorate {

///   (open, connection)  Comes first; then (greet, handshake) once and (request, batch) often.
///   (drained, serial)   The client has read what (deliver) asked about.
///   (closed, serial)    From the listener, when the connection's actor has ended.
///   (commit, batch)     From proposal. Applied in slices of at most a millisecond.
///   (more)              Its own: the rest of a long batch or fan-out.
///   (seal)              From the snapshotter: the log has grown far beyond the image.
///   (sealed, how far)   From the snapshotter: what it has made durable.
///   (room, level)       From the journal: whether writes of clients are taken.
///   (doubt, whether)    From proposal: likewise, as long as nobody knows whose state is right.
///   (drain, whether)    From the listener: nobody gets a session here any more, or may again. Who
///                       has one is served until the listener has sent it away.
///   (tell, word)        Answered when the text is made, in slices beside all else.
///   (inquire)           Its own: the rest of what the console asks for.
///   (inquire, question) From the console: likewise; what changes something is answered when it
///                       was applied, or nobody can say whether it was.
///   (tick, n)           Its own: time, seals, reaping.
using Commit = caf::typed_actor<
    caf::reacts_to<meet_a, PeersPtr>, caf::reacts_to<open_a, ConnectionOpened>,
    caf::reacts_to<greet_a, std::shared_ptr<Handshake>>,
    caf::reacts_to<request_a, std::shared_ptr<RequestBatch>>,
    caf::reacts_to<drained_a, ConnectionSerial>, caf::reacts_to<closed_a, ConnectionSerial>,
    caf::reacts_to<commit_a, std::shared_ptr<const CommittedBatch>>, caf::reacts_to<more_a>,
    caf::reacts_to<seal_a>, caf::reacts_to<sealed_a, Sealed>, caf::reacts_to<room_a, Room>,
    caf::reacts_to<doubt_a, Doubt>, caf::replies_to<drain_a, Drained>::with<Drained>,
    caf::replies_to<tell_a, StateWord>::with<StateWordAnswer>,
    caf::replies_to<inquire_a, StateInquiryPtr>::with<StateAnswerPtr>, caf::reacts_to<inquire_a>,
    caf::reacts_to<tick_a, std::uint64_t>>;

Commit spawn_commit(ServerContext& context, CommitMachine machine);

}  // namespace quorate
