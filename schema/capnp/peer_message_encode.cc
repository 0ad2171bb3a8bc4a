// Messages of the control link, as a server writes them.
#include <algorithm>
#include <variant>
#include <vector>

#include "schema/capnp/peer_fields.h"
#include "schema/capnp/peer_frames.h"
#include "schema/capnp/quorum_codec.h"
#include "schema/capnp/submission.h"

namespace quorate::capnp_codec {
namespace {

using capnp::sizeInWords;
using Root = quorum::PeerMessage;

constexpr std::uint32_t none = 0xffff'ffff;
constexpr auto nothing_behind = [](std::size_t) { return std::size_t{0}; };

// --- Discovery
// -------------------------------------------------------------------------------------

/// The last ends, which are those that count.
std::span<const LogPosition> sent_ends(const EpochEnds& ends) {
  return std::span(ends).last(std::min(ends.size(), peer_ends_max));
}

std::size_t promise_words(const EpochPromised& promise) {
  return sizeInWords<quorum::EpochPromised>() +
         list_words<quorum::Position>(sent_ends(promise.ends).size()) +
         list_words<quorum::ServerProgress>(promise.remembered.acked.size());
}

void fill_promise(quorum::EpochPromised::Builder out, const EpochPromised& promise) {
  out.setEpoch(promise.epoch.value);
  out.setCurrent(promise.current.value);
  out.setCounts(promise.counts);
  out.setRememberedEpoch(promise.remembered.epoch.value);
  const std::span<const LogPosition> ends = sent_ends(promise.ends);
  if (!ends.empty()) {
    auto to = out.initEnds(static_cast<unsigned>(ends.size()));
    for (unsigned i = 0; i < ends.size(); ++i) fill_position(to[i], ends[i]);
  }
  const auto& acked = promise.remembered.acked;
  if (!acked.empty()) fill_progress(out.initRemembered(static_cast<unsigned>(acked.size())), acked);
}

// --- Broadcast
// -------------------------------------------------------------------------------------

Blob encode_proposals(const ProposalBatch& batch) {
  const std::span<const Record> records(batch.records);
  const std::size_t fixed = root_words<Root>() + sizeInWords<quorum::Proposals>() +
                            sizeInWords<quorum::Position>() +
                            list_words<quorum::ServerProgress>(batch.acked.size());
  return build_frames<Root>(
      cut_records(records, fixed), [&](const Piece& piece, Root::Builder root) {
        auto out = root.initProposals();
        out.setEpoch(batch.epoch.value);
        out.setCommitted(batch.committed.value);
        fill_position(out.initPrevious(),
                      piece.begin == 0 ? batch.previous : records[piece.begin - 1].position);
        if (piece.count() != 0) fill_records(out.initRecords(piece.count()), piece.of(records));
        if (!batch.acked.empty()) {
          fill_progress(out.initAcked(static_cast<unsigned>(batch.acked.size())), batch.acked);
        }
      });
}

/// Of marks only the last digest_marks_max, which are those that count.
Blob encode_alive(const Alive& alive) {
  const std::span<const DigestMark> all(alive.marks);
  const auto marks = all.last(std::min(all.size(), digest_marks_max));
  const std::size_t words =
      sizeInWords<quorum::Alive>() + list_words<quorum::DigestMark>(marks.size());
  return build_frame<Root>(words, [&](Root::Builder root) {
    auto out = root.initAlive();
    out.setEpoch(alive.epoch.value);
    out.setRound(alive.round);
    if (marks.empty()) return;
    auto to = out.initMarks(static_cast<unsigned>(marks.size()));
    for (unsigned i = 0; i < marks.size(); ++i) {
      to[i].setZxid(marks[i].zxid.value);
      to[i].setDigest(marks[i].digest);
      to[i].setVersion(marks[i].version);
    }
  });
}

// --- Clients' requests
// -----------------------------------------------------------------------------

/// What one frame of a Forward holds.
struct ForwardPiece {
  std::span<const Submission> writes;
  std::span<const SyncRequest> syncs;
  std::size_t words = 0;
};

/// The syncs stand behind the last write.
std::vector<ForwardPiece> cut_forward(const Forward& forward) {
  const std::span<const Submission> writes(forward.writes);
  std::span<const SyncRequest> syncs(forward.syncs);
  const std::size_t fixed = root_words<Root>() + sizeInWords<quorum::Forward>();
  const auto some = syncs.first(std::min(syncs.size(), peer_list_max));
  const std::size_t sync_words = list_words<quorum::SyncRequest>(some.size());
  std::vector<ForwardPiece> pieces;
  for (const Piece& piece :
       cut_list<record::Txn>(writes.size(), fixed + sync_words,
                             [&](std::size_t i) { return submission_words(writes[i]); })) {
    pieces.push_back({piece.of(writes), {}, piece.words - sync_words});
  }
  pieces.back().syncs = some;
  pieces.back().words += sync_words;
  syncs = syncs.subspan(some.size());
  for (const Piece& piece : cut_list<quorum::SyncRequest>(syncs.size(), fixed, nothing_behind)) {
    if (piece.count() != 0) pieces.push_back({{}, piece.of(syncs), piece.words});
  }
  return pieces;
}

Blob encode_forward(const Forward& forward) {
  return build_frames<Root>(
      cut_forward(forward), [](const ForwardPiece& piece, Root::Builder root) {
        auto out = root.initForward();
        if (!piece.writes.empty()) {
          auto writes = out.initWrites(static_cast<unsigned>(piece.writes.size()));
          for (unsigned i = 0; i < piece.writes.size(); ++i) {
            fill_submission(writes[i], piece.writes[i]);
          }
        }
        if (piece.syncs.empty()) return;
        auto syncs = out.initSyncs(static_cast<unsigned>(piece.syncs.size()));
        for (unsigned i = 0; i < piece.syncs.size(); ++i) {
          syncs[i].setConnection(piece.syncs[i].connection.value);
          syncs[i].setSequence(piece.syncs[i].sequence);
        }
      });
}

Blob encode_sync_points(const std::vector<SyncPoint>& all) {
  const std::size_t fixed = root_words<Root>() + sizeInWords<quorum::SyncPoints>();
  return build_frames<Root>(cut_list<quorum::SyncPoint>(all.size(), fixed, nothing_behind),
                            [&](const Piece& piece, Root::Builder root) {
                              auto out = root.initSyncPoints();
                              if (piece.count() == 0) return;
                              auto points = out.initPoints(piece.count());
                              for (unsigned i = 0; i < piece.count(); ++i) {
                                const SyncPoint& point = all[piece.begin + i];
                                points[i].setConnection(point.request.connection.value);
                                points[i].setSequence(point.request.sequence);
                                points[i].setPoint(point.point.value);
                              }
                            });
}

Blob encode_touches(const std::vector<SessionId>& all) {
  const std::size_t fixed = root_words<Root>() + sizeInWords<quorum::Touches>();
  return build_frames<Root>(cut_list<quorum::SessionTouch>(all.size(), fixed, nothing_behind),
                            [&](const Piece& piece, Root::Builder root) {
                              auto out = root.initTouches();
                              if (piece.count() == 0) return;
                              auto sessions = out.initSessions(piece.count());
                              for (unsigned i = 0; i < piece.count(); ++i) {
                                sessions[i].setSession(all[piece.begin + i].value);
                              }
                            });
}

// --- All
// -------------------------------------------------------------------------------------------

/// A message of fixed size; `Message` is its struct.
template <class Message, class Fill>
Blob encode_plain(typename Message::Builder (Root::Builder::*init)(), Fill&& fill) {
  return build_frame<Root>(sizeInWords<Message>(),
                           [&](Root::Builder root) { fill((root.*init)()); });
}

struct Encoder {
  Blob operator()(const ElectionNotice& from) const {
    return encode_plain<quorum::Notification>(&Root::Builder::initNotification, [&](auto to) {
      to.setStance(static_cast<quorum::Stance>(from.stance));
      to.setRound(from.round);
      to.setCurrent(from.recency.current.value);
      to.setLast(from.recency.last.value);
      to.setStands(from.stands);
      to.setBlank(from.blank);
      to.setLeader(from.leader ? from.leader->value : none);
      to.setEstablished(from.established ? from.established->value : none);
      to.setHandedOver(from.successor.has_value());
      if (from.successor) to.setSuccessor(static_cast<std::uint8_t>(from.successor->value));
    });
  }
  Blob operator()(const Join& from) const {
    return encode_plain<quorum::Join>(&Root::Builder::initJoin, [&](auto to) {
      to.setLeast(from.least.value);
      to.setCounts(from.counts);
    });
  }
  Blob operator()(const NewEpoch& from) const {
    return encode_plain<quorum::NewEpoch>(&Root::Builder::initNewEpoch,
                                          [&](auto to) { to.setEpoch(from.epoch.value); });
  }
  Blob operator()(const EpochPromised& from) const {
    return build_frame<Root>(promise_words(from), [&](Root::Builder root) {
      fill_promise(root.initEpochPromised(), from);
    });
  }
  Blob operator()(const Amnesia& from) const {
    return encode_plain<quorum::Amnesia>(&Root::Builder::initAmnesia,
                                         [&](auto to) { to.setZxid(from.zxid.value); });
  }
  Blob operator()(const Synchronise& from) const {
    const std::size_t words =
        sizeInWords<quorum::Synchronise>() + 2 * sizeInWords<quorum::Position>();
    return build_frame<Root>(words, [&](Root::Builder root) {
      auto to = root.initSynchronise();
      to.setEpoch(from.epoch.value);
      fill_position(to.initKeep(), from.keep);
      fill_position(to.initEnd(), from.end);
      to.setStreamed(from.streamed);
      to.setImage(from.image);
    });
  }
  Blob operator()(const Adopted& from) const {
    return encode_plain<quorum::Adopted>(&Root::Builder::initAdopted,
                                         [&](auto to) { to.setEpoch(from.epoch.value); });
  }
  Blob operator()(const Serve& from) const {
    return encode_plain<quorum::Serve>(&Root::Builder::initServe, [&](auto to) {
      to.setEpoch(from.epoch.value);
      to.setCommitted(from.committed.value);
    });
  }
  Blob operator()(const Proposals& from) const { return encode_proposals(*from); }
  Blob operator()(const Ack& from) const {
    return encode_plain<quorum::Ack>(&Root::Builder::initAck, [&](auto to) {
      to.setEpoch(from.epoch.value);
      to.setZxid(from.zxid.value);
    });
  }
  Blob operator()(const Committed& from) const {
    return encode_plain<quorum::Committed>(&Root::Builder::initCommitted, [&](auto to) {
      to.setEpoch(from.epoch.value);
      to.setZxid(from.zxid.value);
    });
  }
  Blob operator()(const Heartbeat& from) const {
    return encode_plain<quorum::Heartbeat>(&Root::Builder::initHeartbeat, [&](auto to) {
      to.setEpoch(from.epoch.value);
      to.setRound(from.round);
      to.setDoubt(from.doubt);
    });
  }
  Blob operator()(const Alive& from) const { return encode_alive(from); }
  Blob operator()(const Diverged& from) const {
    return encode_plain<quorum::Diverged>(&Root::Builder::initDiverged, [&](auto to) {
      to.setEpoch(from.epoch.value);
      to.setZxid(from.zxid.value);
      to.setExpected(from.expected);
      to.setVersion(from.version);
    });
  }
  Blob operator()(const Forward& from) const { return encode_forward(from); }
  Blob operator()(const SyncPoints& from) const { return encode_sync_points(from.points); }
  Blob operator()(const Touches& from) const { return encode_touches(from.sessions); }
  Blob operator()(const HandOver& from) const {
    return encode_plain<quorum::HandOver>(&Root::Builder::initHandOver, [&](auto to) {
      to.setNumber(from.number);
      to.setTo(from.to ? from.to->value : none);
    });
  }
  Blob operator()(const AdminRequest& from) const {
    const std::size_t words = sizeInWords<quorum::AdminRequest>() + data_words(from.text.size());
    return build_frame<Root>(words, [&](Root::Builder root) {
      auto to = root.initAdminRequest();
      to.setNumber(from.number);
      to.setText(to_data(from.text));
    });
  }
  Blob operator()(const AdminReply& from) const {
    const std::size_t words = sizeInWords<quorum::AdminReply>() + data_words(from.text.size());
    return build_frame<Root>(words, [&](Root::Builder root) {
      auto to = root.initAdminReply();
      to.setNumber(from.number);
      to.setStatus(from.status);
      to.setText(to_data(from.text));
    });
  }
  Blob operator()(const HandOverAnswer& from) const {
    const PeerRefusal refusal{from.code, from.text};
    const bool refuses = from.code != ErrorCode::ok;
    const std::size_t words =
        sizeInWords<quorum::HandOverAnswer>() + (refuses ? refusal_words(refusal) : 0);
    return build_frame<Root>(words, [&](Root::Builder root) {
      auto to = root.initHandOverAnswer();
      to.setNumber(from.number);
      to.setSuccessor(from.successor.value);
      if (refuses) fill_refusal(to.initRefusal(), refusal);
    });
  }
};

}  // namespace

Blob encode_peer_message(const PeerMessage& message) { return std::visit(Encoder{}, message); }

}  // namespace quorate::capnp_codec
