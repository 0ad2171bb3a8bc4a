// What servers say to each other; see golden_values.h.
#include <numeric>

#include "schema/capnp/quorum_codec.h"
#include "schema/capnp/record_codec.h"
#include "test/unit/schema/golden_values.h"

namespace quorate::test {
namespace {

template <std::size_t size>
std::array<std::uint8_t, size> counted(std::uint8_t first) {
  std::array<std::uint8_t, size> octets{};
  std::iota(octets.begin(), octets.end(), first);
  return octets;
}

const Epoch epoch{7};
const Zxid zxid = Zxid::at(epoch, 0x1f);
const LogPosition position{zxid, 0x0123'4567'89ab'cdef};
const std::map<ServerId, Zxid> progress = {{{1}, zxid}, {{255}, Zxid::at(epoch, 0x1e)}};

Submission write(TxnBody body) {
  return {
      SessionId{0x0100'0000'0000'abcd}, {{3}, {4}, {5}, 6}, {{"ip", "127.0.0.1"}}, std::move(body)};
}

/// Two, behind `position`.
std::vector<Record> records() {
  std::vector<Record> records;
  LogPosition at = position;
  for (const std::string_view data : {"one", "two"}) {
    Txn txn{at.zxid.next(), 1'700'000'000'000, zxid, write(SetData{"/app", Blob(data), 3})};
    Blob bytes = capnp_codec::encode_txn(txn);
    at = advance(at, txn.zxid, bytes.text());
    records.push_back({at, std::make_shared<const Txn>(std::move(txn)), std::move(bytes)});
  }
  return records;
}

PeerHello hello(const PeerPurpose& purpose) {
  return {1, 2, 5, counted<16>(0x10), {3}, {4}, counted<32>(0x20), purpose};
}

Blob encode(const HistoryRecords& history) {
  std::vector<LogRecord> log;
  for (const Record& record : history.records) log.push_back({record.zxid(), record.bytes});
  return capnp_codec::encode_history(history.previous, log);
}
Blob encode(const ImageChunk& chunk) { return capnp_codec::encode_image_chunk(chunk); }
Blob encode(const PeerRefusal& refusal) { return capnp_codec::encode_history_refusal(refusal); }

}  // namespace

Golden<PeerMessage> golden_peer_messages() {
  const ProposalBatch batch{epoch, position, records(), zxid, progress};
  const ProposalBatch nothing{epoch, position, {}, zxid, {}};
  const SyncRequest sync{{5}, 9};
  return {
      {"notification_first",
       ElectionNotice{Stance::looking, 1, {}, true, true, ServerId{0}, {}, {}}},
      {"notification_following",
       ElectionNotice{Stance::following, 8, {epoch, zxid}, true, false, ServerId{1}, epoch, {}}},
      {"notification_leading",
       ElectionNotice{Stance::leading, 8, {epoch, zxid}, true, false, ServerId{255}, Epoch{8}, {}}},
      {"notification_alone",
       ElectionNotice{Stance::looking, 2, {epoch, zxid}, false, false, {}, {}, {}}},
      {"join", Join{Epoch{8}, true}},
      {"new_epoch", NewEpoch{Epoch{8}}},
      {"epoch_promised",
       EpochPromised{Epoch{8},
                     epoch,
                     {{Zxid::at(Epoch{5}, 3), 11}, {Zxid::at(Epoch{6}, 4), 12}, position},
                     true,
                     {epoch, progress}}},
      {"epoch_promised_blank", EpochPromised{Epoch{1}, {}, {{}}, false, {}}},
      {"amnesia", Amnesia{zxid}},
      {"synchronise", Synchronise{Epoch{8}, position, {Zxid::at(epoch, 0x21), 13}, false, false}},
      {"synchronise_image", Synchronise{Epoch{8}, {}, position, true, true}},
      {"adopted", Adopted{Epoch{8}}},
      {"serve", Serve{Epoch{8}, zxid}},
      {"proposals", std::make_shared<const ProposalBatch>(batch)},
      {"proposals_none", std::make_shared<const ProposalBatch>(nothing)},
      {"ack", Ack{epoch, zxid}},
      {"committed", Committed{epoch, zxid}},
      {"heartbeat", Heartbeat{epoch, 14}},
      {"alive", Alive{epoch, 14}},
      {"heartbeat_in_doubt", Heartbeat{epoch, 14, true}},
      {"alive_with_marks",
       Alive{epoch, 14, {{Zxid::at(epoch, 1), 21, 1}, {Zxid::at(epoch, 0x80), 22, 1}}}},
      {"diverged", Diverged{epoch, Zxid::at(epoch, 0x80), 22, 1}},
      {"forward", Forward{{write(SetData{"/app", Blob(std::string_view("data")), 3}),
                           write(Multi{{Delete{"/old", 1}, RefusedOp{ErrorCode::bad_arguments}}})},
                          {sync}}},
      {"sync_points", SyncPoints{{{sync, zxid}}}},
      {"notification_succeeded",
       ElectionNotice{
           Stance::looking, 9, {epoch, zxid}, true, false, ServerId{3}, {}, ServerId{3}}},
      {"hand_over", HandOver{7, ServerId{3}}},
      {"hand_over_to_anybody", HandOver{8, {}}},
      {"hand_over_agreed", HandOverAnswer{7, ErrorCode::ok, {}, ServerId{3}}},
      {"hand_over_refused",
       HandOverAnswer{8, ErrorCode::not_serving, "no other voter is up to date", {}}},
      {"admin_request", AdminRequest{9, R"({"method":"GET","target":"/servers/self/status"})"}},
      {"admin_reply", AdminReply{9, 200, R"({"server":2})"}},
      {"touches", Touches{{SessionId{0x0100'0000'0000'abcd}, SessionId{-1}}}},
  };
}

Golden<PeerHandshake> golden_peer_handshakes() {
  return {
      {"hello_control", hello(ControlLink{})},
      {"hello_history", hello(HistoryWanted{epoch, position, {Zxid::at(epoch, 0x21), 13}, true})},
      {"hello_answer", hello(HelloAnswer{})},
      {"proof", PeerProof{counted<32>(0x40)}},
      {"refusal", PeerRefusal{ErrorCode::foreign, "this is another ensemble"}},
  };
}

Golden<HistoryFrame> golden_history_frames() {
  const ImageSummary summary{position, 1'700'000'000'000, 0xfedc'ba98'7654'3210, 2};
  return {
      {"records", HistoryRecords{position, records()}},
      {"image_first", ImageChunk{0, {{"c", Blob(std::string_view("one"))}}, {}}},
      {"image_last", ImageChunk{1, {{"s12345678", Blob(std::string_view("two"))}}, summary}},
      {"refusal", PeerRefusal{ErrorCode::purged, "the log begins at 7.20"}},
  };
}

Golden<std::string> golden_peer_files() {
  Golden<std::string> files;
  for (const auto& [name, message] : golden_peer_messages()) {
    files.emplace_back("peer_message/" + name, capnp_codec::encode_peer_message(message).text());
  }
  for (const auto& [name, handshake] : golden_peer_handshakes()) {
    files.emplace_back("peer_handshake/" + name, capnp_codec::encode_handshake(handshake).text());
  }
  for (const auto& [name, frame] : golden_history_frames()) {
    const Blob bytes = std::visit([](const auto& each) { return encode(each); }, frame);
    files.emplace_back("history_frame/" + name, bytes.text());
  }
  return files;
}

}  // namespace quorate::test
