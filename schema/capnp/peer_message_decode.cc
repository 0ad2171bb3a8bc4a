// Messages of the control link, as a server reads them.
#include <memory>
#include <utility>
#include <variant>

#include "schema/capnp/peer_fields.h"
#include "schema/capnp/peer_frames.h"
#include "schema/capnp/quorum_codec.h"
#include "schema/capnp/record_codec.h"
#include "schema/capnp/submission.h"

namespace quorate::capnp_codec {
namespace {

constexpr std::uint32_t none = 0xffff'ffff;

void read(quorum::Notification::Reader in, ElectionNotice& out, FieldChecks& checks) {
  const auto stance = static_cast<std::uint16_t>(in.getStance());
  if (stance > static_cast<std::uint16_t>(Stance::leading)) {
    checks.refuse("notification.stance", std::to_string(stance) + " is none");
  }
  out.stance = static_cast<Stance>(stance);
  out.round = in.getRound();
  out.recency = {checks.epoch(in.getCurrent(), "notification.current"),
                 checks.zxid(in.getLast(), "notification.last")};
  out.stands = in.getStands();
  out.blank = in.getBlank();
  if (const auto id = in.getLeader(); id != none) {
    out.leader = checks.server(id, "notification.leader");
  }
  if (const auto epoch = in.getEstablished(); epoch != none) {
    out.established = checks.epoch(epoch, "notification.established");
  }
  if (in.getHandedOver()) out.successor = ServerId{in.getSuccessor()};
}

void read(quorum::Join::Reader in, Join& out, FieldChecks& checks) {
  out = {checks.epoch(in.getLeast(), "join.least"), in.getCounts()};
}

void read(quorum::NewEpoch::Reader in, NewEpoch& out, FieldChecks& checks) {
  out = {checks.epoch(in.getEpoch(), "newEpoch.epoch")};
}

void read(quorum::EpochPromised::Reader in, EpochPromised& out, FieldChecks& checks) {
  out.epoch = checks.epoch(in.getEpoch(), "epochPromised.epoch");
  out.current = checks.epoch(in.getCurrent(), "epochPromised.current");
  out.counts = in.getCounts();
  out.remembered.epoch = checks.epoch(in.getRememberedEpoch(), "epochPromised.rememberedEpoch");
  read_progress(in.getRemembered(), out.remembered.acked, "epochPromised.remembered", checks);
  constexpr const char* field = "epochPromised.ends";
  const auto ends = in.getEnds();
  if (!checks.count(ends.size(), peer_ends_max, field)) return;
  out.ends.reserve(ends.size());
  for (const auto end : ends) {
    const LogPosition position = checks.position(end, field);
    if (!out.ends.empty() && position.zxid < out.ends.back().zxid) {
      checks.refuse(field,
                    to_string(position.zxid) + " stands behind " + to_string(out.ends.back().zxid));
    }
    out.ends.push_back(position);
  }
}

void read(quorum::Amnesia::Reader in, Amnesia& out, FieldChecks& checks) {
  out = {checks.zxid(in.getZxid(), "amnesia.zxid")};
}

void read(quorum::Synchronise::Reader in, Synchronise& out, FieldChecks& checks) {
  out = {checks.epoch(in.getEpoch(), "synchronise.epoch"),
         checks.position(in.getKeep(), "synchronise.keep"),
         checks.position(in.getEnd(), "synchronise.end"), in.getStreamed(), in.getImage()};
}

void read(quorum::Adopted::Reader in, Adopted& out, FieldChecks& checks) {
  out = {checks.epoch(in.getEpoch(), "adopted.epoch")};
}

void read(quorum::Serve::Reader in, Serve& out, FieldChecks& checks) {
  out = {checks.epoch(in.getEpoch(), "serve.epoch"),
         checks.zxid(in.getCommitted(), "serve.committed")};
}

/// Without the txns of the records.
void read(quorum::Proposals::Reader in, ProposalBatch& out, FieldChecks& checks) {
  out.epoch = checks.epoch(in.getEpoch(), "proposals.epoch");
  out.previous = checks.position(in.getPrevious(), "proposals.previous");
  out.committed = checks.zxid(in.getCommitted(), "proposals.committed");
  read_progress(in.getAcked(), out.acked, "proposals.acked", checks);
  if (checks.ok()) read_records(in.getRecords(), out.previous, out.records, checks);
}

void read(quorum::Ack::Reader in, Ack& out, FieldChecks& checks) {
  out = {checks.epoch(in.getEpoch(), "ack.epoch"), checks.zxid(in.getZxid(), "ack.zxid")};
}

void read(quorum::Committed::Reader in, Committed& out, FieldChecks& checks) {
  out = {checks.epoch(in.getEpoch(), "committed.epoch"),
         checks.zxid(in.getZxid(), "committed.zxid")};
}

void read(quorum::Heartbeat::Reader in, Heartbeat& out, FieldChecks& checks) {
  out = {checks.epoch(in.getEpoch(), "heartbeat.epoch"), in.getRound(), in.getDoubt()};
}

void read(quorum::Alive::Reader in, Alive& out, FieldChecks& checks) {
  out.epoch = checks.epoch(in.getEpoch(), "alive.epoch");
  out.round = in.getRound();
  constexpr const char* field = "alive.marks";
  const auto marks = in.getMarks();
  if (!checks.count(marks.size(), digest_marks_max, field)) return;
  out.marks.reserve(marks.size());
  for (const auto mark : marks) {
    const Zxid zxid = checks.zxid(mark.getZxid(), field);
    if (!out.marks.empty() && zxid <= out.marks.back().zxid) {
      checks.refuse(field,
                    to_string(zxid) + " does not stand behind " + to_string(out.marks.back().zxid));
    }
    out.marks.push_back({zxid, mark.getDigest(), mark.getVersion()});
  }
}

void read(quorum::Diverged::Reader in, Diverged& out, FieldChecks& checks) {
  out = {checks.epoch(in.getEpoch(), "diverged.epoch"), checks.zxid(in.getZxid(), "diverged.zxid"),
         in.getExpected(), in.getVersion()};
}

/// Empty when it is longer than it may be.
std::string read_text(capnp::Data::Reader in, std::size_t bytes_max, const char* field,
                      FieldChecks& checks) {
  if (in.size() > bytes_max) {
    checks.refuse(field, std::to_string(in.size()) + " bytes; at most " +
                             std::to_string(bytes_max) + " are accepted");
    return {};
  }
  return {reinterpret_cast<const char*>(in.begin()), in.size()};
}

void read(quorum::AdminRequest::Reader in, AdminRequest& out, FieldChecks& checks) {
  out = {in.getNumber(),
         read_text(in.getText(), admin_request_bytes_max, "adminRequest.text", checks)};
}

void read(quorum::AdminReply::Reader in, AdminReply& out, FieldChecks& checks) {
  out = {in.getNumber(), in.getStatus(),
         read_text(in.getText(), admin_reply_bytes_max, "adminReply.text", checks)};
}

void read(capnp::List<record::Txn>::Reader in, std::vector<Submission>& out, FieldChecks& checks) {
  constexpr const char* field = "forward.writes";
  if (!checks.count(in.size(), peer_list_max, field)) return;
  for (const auto write : in) {
    if (write.getZxid() != 0 || write.getTimeMs() != 0 || write.getCommitted() != 0) {
      checks.refuse(field, "a write that is stamped already");
    }
    (void)checks.server(write.getServer(), field);
    if (!checks.ok()) return;
    Submission& added = out.emplace_back();
    if (const Status status = read_submission(write, added); !status.ok()) {
      const bool later = status.code() == ErrorCode::unimplemented;
      checks.refuse(field, status.error().text,
                    later ? ErrorCode::unimplemented : ErrorCode::marshalling_error);
      return;
    }
    if (txn_bytes(added) > txn_bytes_max) {
      checks.refuse(field, "a write of " + std::to_string(txn_bytes(added)) +
                               " bytes as a record; none is larger than " +
                               std::to_string(txn_bytes_max));
      return;
    }
  }
}

void read(quorum::Forward::Reader in, Forward& out, FieldChecks& checks) {
  read(in.getWrites(), out.writes, checks);
  const auto syncs = in.getSyncs();
  if (!checks.ok() || !checks.count(syncs.size(), peer_list_max, "forward.syncs")) return;
  out.syncs.reserve(syncs.size());
  for (const auto sync : syncs) {
    out.syncs.push_back({ConnectionSerial{sync.getConnection()}, sync.getSequence()});
  }
}

void read(quorum::SyncPoints::Reader in, SyncPoints& out, FieldChecks& checks) {
  constexpr const char* field = "syncPoints.points";
  const auto points = in.getPoints();
  if (!checks.count(points.size(), peer_list_max, field)) return;
  out.points.reserve(points.size());
  for (const auto point : points) {
    out.points.push_back({{ConnectionSerial{point.getConnection()}, point.getSequence()},
                          checks.zxid(point.getPoint(), field)});
  }
}

void read(quorum::Touches::Reader in, Touches& out, FieldChecks& checks) {
  const auto sessions = in.getSessions();
  if (!checks.count(sessions.size(), peer_list_max, "touches.sessions")) return;
  out.sessions.reserve(sessions.size());
  for (const auto touch : sessions) out.sessions.emplace_back(SessionId{touch.getSession()});
}

void read(quorum::HandOver::Reader in, HandOver& out, FieldChecks& checks) {
  out.number = in.getNumber();
  if (const auto id = in.getTo(); id != none) out.to = checks.server(id, "handOver.to");
}

void read(quorum::HandOverAnswer::Reader in, HandOverAnswer& out, FieldChecks& checks) {
  out.number = in.getNumber();
  if (!in.hasRefusal()) {
    out.successor = checks.server(in.getSuccessor(), "handOverAnswer.successor");
    return;
  }
  PeerRefusal refusal;
  read_refusal(in.getRefusal(), refusal, checks);
  out.code = refusal.error;
  out.text = std::move(refusal.text);
}

/// Proposals go to `batch`: what a message holds of them is shared and constant.
void read(quorum::PeerMessage::Reader in, PeerMessage& out, std::shared_ptr<ProposalBatch>& batch,
          FieldChecks& checks) {
  switch (in.which()) {
    case quorum::PeerMessage::NOTIFICATION:
      return read(in.getNotification(), out.emplace<ElectionNotice>(), checks);
    case quorum::PeerMessage::JOIN:
      return read(in.getJoin(), out.emplace<Join>(), checks);
    case quorum::PeerMessage::NEW_EPOCH:
      return read(in.getNewEpoch(), out.emplace<NewEpoch>(), checks);
    case quorum::PeerMessage::EPOCH_PROMISED:
      return read(in.getEpochPromised(), out.emplace<EpochPromised>(), checks);
    case quorum::PeerMessage::AMNESIA:
      return read(in.getAmnesia(), out.emplace<Amnesia>(), checks);
    case quorum::PeerMessage::SYNCHRONISE:
      return read(in.getSynchronise(), out.emplace<Synchronise>(), checks);
    case quorum::PeerMessage::ADOPTED:
      return read(in.getAdopted(), out.emplace<Adopted>(), checks);
    case quorum::PeerMessage::SERVE:
      return read(in.getServe(), out.emplace<Serve>(), checks);
    case quorum::PeerMessage::PROPOSALS:
      batch = std::make_shared<ProposalBatch>();
      return read(in.getProposals(), *batch, checks);
    case quorum::PeerMessage::ACK:
      return read(in.getAck(), out.emplace<Ack>(), checks);
    case quorum::PeerMessage::COMMITTED:
      return read(in.getCommitted(), out.emplace<Committed>(), checks);
    case quorum::PeerMessage::HEARTBEAT:
      return read(in.getHeartbeat(), out.emplace<Heartbeat>(), checks);
    case quorum::PeerMessage::ALIVE:
      return read(in.getAlive(), out.emplace<Alive>(), checks);
    case quorum::PeerMessage::FORWARD:
      return read(in.getForward(), out.emplace<Forward>(), checks);
    case quorum::PeerMessage::SYNC_POINTS:
      return read(in.getSyncPoints(), out.emplace<SyncPoints>(), checks);
    case quorum::PeerMessage::TOUCHES:
      return read(in.getTouches(), out.emplace<Touches>(), checks);
    case quorum::PeerMessage::HAND_OVER:
      return read(in.getHandOver(), out.emplace<HandOver>(), checks);
    case quorum::PeerMessage::HAND_OVER_ANSWER:
      return read(in.getHandOverAnswer(), out.emplace<HandOverAnswer>(), checks);
    case quorum::PeerMessage::DIVERGED:
      return read(in.getDiverged(), out.emplace<Diverged>(), checks);
    case quorum::PeerMessage::ADMIN_REQUEST:
      return read(in.getAdminRequest(), out.emplace<AdminRequest>(), checks);
    case quorum::PeerMessage::ADMIN_REPLY:
      return read(in.getAdminReply(), out.emplace<AdminReply>(), checks);
    case quorum::PeerMessage::UNSET:
      return checks.refuse_unset("peer message");
  }
  checks.refuse_unknown("peer message", in.which());
}

}  // namespace

Result<PeerMessage> decode_peer_message(std::span<const std::byte> frame) {
  Result<PeerMessage> result{PeerMessage{}};
  std::shared_ptr<ProposalBatch> batch;
  FieldChecks checks;
  const Status status = read_peer_frame<quorum::PeerMessage>(frame, peer_limits,
                                                             [&](quorum::PeerMessage::Reader root) {
                                                               read(root, *result, batch, checks);
                                                               return checks.status();
                                                             });
  if (!status.ok()) return status.error();
  if (batch == nullptr) return result;
  decode_txns(batch->records, checks);
  if (!checks.ok()) return checks.status().error();
  *result = Proposals(std::move(batch));
  return result;
}

}  // namespace quorate::capnp_codec
