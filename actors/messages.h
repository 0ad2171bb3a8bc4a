// The messages between the actors of a server. The only file with atoms; CAF's permission for our
// types stands with the interface that introduces them, at global scope before it.
//
// Payloads are our own structs. What is big or moved on travels as a shared_ptr; a batch that one
// receiver takes over is not const, and belongs to that receiver from then on.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <memory>

#include "core/base/ids.h"
#include "core/commit/disk_room.h"
#include "core/zab/effects.h"
#include "storage/txn_log.h"

using append_a = caf::atom_constant<caf::atom("append")>;
using claim_a = caf::atom_constant<caf::atom("claim")>;
using closed_a = caf::atom_constant<caf::atom("closed")>;
using commit_a = caf::atom_constant<caf::atom("commit")>;
using cut_a = caf::atom_constant<caf::atom("cut")>;
using deliver_a = caf::atom_constant<caf::atom("deliver")>;
using dialled_a = caf::atom_constant<caf::atom("dialled")>;
using dismiss_a = caf::atom_constant<caf::atom("dismiss")>;
using diverge_a = caf::atom_constant<caf::atom("diverge")>;
using doubt_a = caf::atom_constant<caf::atom("doubt")>;
using drain_a = caf::atom_constant<caf::atom("drain")>;
using drained_a = caf::atom_constant<caf::atom("drained")>;
using elected_a = caf::atom_constant<caf::atom("elected")>;
using fetch_a = caf::atom_constant<caf::atom("fetch")>;
using frame_a = caf::atom_constant<caf::atom("frame")>;
using greet_a = caf::atom_constant<caf::atom("greet")>;
using hand_over_a = caf::atom_constant<caf::atom("hand_over")>;
using history_a = caf::atom_constant<caf::atom("history")>;
using image_a = caf::atom_constant<caf::atom("image")>;
using inquire_a = caf::atom_constant<caf::atom("inquire")>;
using install_a = caf::atom_constant<caf::atom("install")>;
using join_a = caf::atom_constant<caf::atom("join")>;
using kept_a = caf::atom_constant<caf::atom("kept")>;
using leader_a = caf::atom_constant<caf::atom("leader")>;
using link_a = caf::atom_constant<caf::atom("link")>;
using logged_a = caf::atom_constant<caf::atom("logged")>;
using mark_a = caf::atom_constant<caf::atom("mark")>;
using measure_a = caf::atom_constant<caf::atom("measure")>;
using meet_a = caf::atom_constant<caf::atom("meet")>;
using more_a = caf::atom_constant<caf::atom("more")>;
using open_a = caf::atom_constant<caf::atom("open")>;
using peer_a = caf::atom_constant<caf::atom("peer")>;
using promise_a = caf::atom_constant<caf::atom("promise")>;
using request_a = caf::atom_constant<caf::atom("request")>;
using restart_a = caf::atom_constant<caf::atom("restart")>;
using role_a = caf::atom_constant<caf::atom("role")>;
using room_a = caf::atom_constant<caf::atom("room")>;
using run_a = caf::atom_constant<caf::atom("run")>;
using save_a = caf::atom_constant<caf::atom("save")>;
using seal_a = caf::atom_constant<caf::atom("seal")>;
using sealed_a = caf::atom_constant<caf::atom("sealed")>;
using serve_a = caf::atom_constant<caf::atom("serve")>;
using session_a = caf::atom_constant<caf::atom("session")>;
using settle_a = caf::atom_constant<caf::atom("settle")>;
using shed_a = caf::atom_constant<caf::atom("shed")>;
using stop_a = caf::atom_constant<caf::atom("stop")>;
using submit_a = caf::atom_constant<caf::atom("submit")>;
using survey_a = caf::atom_constant<caf::atom("survey")>;
using synced_a = caf::atom_constant<caf::atom("synced")>;
using tell_a = caf::atom_constant<caf::atom("tell")>;
using tick_a = caf::atom_constant<caf::atom("tick")>;
using verify_a = caf::atom_constant<caf::atom("verify")>;

namespace quorate {

/// The handles of a server's actors (actors/peers.h). Sent with (meet) to every actor when it
/// starts and again whenever one of them was restarted. Actors keep handles in their State, which
/// CAF destroys when they end: handles that outlived them would hold each other in circles.
struct Peers;
using PeersPtr = std::shared_ptr<const Peers>;

/// What the room on the disks allows; from the journal, whenever it changes.
struct Room {
  RoomLevel level = RoomLevel::ample;
};

/// Digests differ and nobody can tell whose are right; from proposal, whenever that changes.
struct Doubt {
  bool doubt = false;
};

/// Whether clients are sent to other servers, because an operator wants that.
struct Drained {
  bool drained = false;
};

/// What the image on disk covers: slices of seals up to here are not needed any more.
struct Sealed {
  Zxid durable;
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::PeersPtr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Sealed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Divergence)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Doubt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Drained)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::EpochPromise)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::LogPosition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Role)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Zxid)
