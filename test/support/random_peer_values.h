// What servers say to each other, made from a seed: all that can be written and is accepted.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/zab/peer_message.h"
#include "schema/capnp/record_codec.h"
#include "schema/peer_messages.h"
#include "test/support/random_values.h"

namespace quorate::test {

class RandomPeerValues : public RandomValues {
 public:
  using RandomValues::RandomValues;

  Epoch epoch() { return {integer<std::uint32_t>() & 0x7fff'ffff}; }
  Zxid place() { return Zxid::at(epoch(), integer<std::uint32_t>()); }
  ServerId server() { return {static_cast<std::uint32_t>(below(256))}; }
  LogPosition position() {
    return flag() ? LogPosition{} : LogPosition{place(), integer<std::uint64_t>()};
  }
  std::uint64_t number() { return integer<std::uint64_t>(); }

  std::map<ServerId, Zxid> progress() {
    std::map<ServerId, Zxid> progress;
    for (std::size_t i = below(6); i > 0; --i) progress.emplace(server(), place());
    return progress;
  }
  EpochEnds ends() {
    EpochEnds ends;
    for (std::uint32_t i = 0; i < below(5); ++i) ends.push_back({Zxid::at({i}, 7), number()});
    return ends;
  }

  Record record(const LogPosition& previous, Zxid zxid) {
    Txn made = txn(below(std::variant_size_v<TxnBody>));
    made.zxid = zxid;
    Blob bytes = capnp_codec::encode_txn(made);
    const LogPosition at = advance(previous, zxid, bytes.text());
    return {at, std::make_shared<const Txn>(std::move(made)), std::move(bytes)};
  }
  /// Behind `previous`.
  std::vector<Record> records(LogPosition previous) {
    std::vector<Record> records;
    for (std::size_t i = below(5); i > 0; --i) {
      const Zxid zxid{previous.zxid.value + 1 + below(3)};
      records.push_back(record(previous, zxid));
      previous = records.back().position;
    }
    return records;
  }
  /// Far from the end of the numbers.
  LogPosition start() { return {Zxid::at({7}, static_cast<std::uint32_t>(below(1000))), number()}; }

  Submission submission() {
    Submission made = txn(below(std::variant_size_v<TxnBody>)).submission;
    made.origin.server = server();
    return made;
  }
  SyncRequest sync() { return {{number()}, number()}; }

  PeerMessage message(std::size_t kind) {
    using Maker = PeerMessage (RandomPeerValues::*)();
    static constexpr std::array<Maker, std::variant_size_v<PeerMessage>> makers{
        &RandomPeerValues::notification, &RandomPeerValues::join,
        &RandomPeerValues::new_epoch,    &RandomPeerValues::epoch_promised,
        &RandomPeerValues::amnesia,      &RandomPeerValues::synchronise,
        &RandomPeerValues::adopted,      &RandomPeerValues::serve,
        &RandomPeerValues::proposals,    &RandomPeerValues::ack,
        &RandomPeerValues::committed,    &RandomPeerValues::heartbeat,
        &RandomPeerValues::alive,        &RandomPeerValues::forward,
        &RandomPeerValues::sync_points,  &RandomPeerValues::touches,
        &RandomPeerValues::hand_over,    &RandomPeerValues::hand_over_answer,
        &RandomPeerValues::diverged,     &RandomPeerValues::admin_request,
        &RandomPeerValues::admin_reply};
    return (this->*makers[kind])();
  }

  PeerHello hello() {
    PeerHello hello;
    hello.version_min = 1 + static_cast<std::uint32_t>(below(9));
    hello.version_max = hello.version_min + static_cast<std::uint32_t>(below(9));
    hello.features = number();
    hello.cluster = octets<16>();
    hello.server = server();
    hello.incarnation = {number()};
    hello.challenge = octets<32>();
    if (flag()) hello.purpose = HistoryWanted{epoch(), position(), position(), flag()};
    if (flag()) hello.purpose = HelloAnswer{};
    return hello;
  }
  PeerRefusal refusal() { return {static_cast<ErrorCode>(1 + below(40)), text()}; }
  PeerHandshake handshake(std::size_t kind) {
    if (kind == 0) return hello();
    if (kind == 1) return PeerProof{octets<32>()};
    return refusal();
  }

  ImageChunk chunk() {
    ImageChunk chunk{number(), {}, {}};
    std::map<std::string, Blob> pairs;
    for (std::size_t i = below(6); i > 0; --i) pairs.emplace("z" + text(), blob());
    for (const auto& [key, value] : pairs) chunk.records.push_back({key, value});
    if (flag()) chunk.last = ImageSummary{position(), integer<std::int64_t>(), number(), number()};
    return chunk;
  }

 private:
  PeerMessage notification() {
    ElectionNotice made{
        static_cast<Stance>(below(3)), number(), {epoch(), place()}, flag(), flag(), {}, {}, {}};
    if (flag()) made.leader = server();
    if (flag()) made.established = epoch();
    if (flag()) made.successor = server();
    return made;
  }
  PeerMessage join() { return Join{epoch(), flag()}; }
  PeerMessage new_epoch() { return NewEpoch{epoch()}; }
  PeerMessage epoch_promised() {
    return EpochPromised{epoch(), epoch(), ends(), flag(), {epoch(), progress()}};
  }
  PeerMessage amnesia() { return Amnesia{place()}; }
  PeerMessage synchronise() { return Synchronise{epoch(), position(), position(), flag(), flag()}; }
  PeerMessage adopted() { return Adopted{epoch()}; }
  PeerMessage serve() { return Serve{epoch(), place()}; }
  PeerMessage proposals() {
    ProposalBatch batch{epoch(), start(), {}, place(), progress()};
    batch.records = records(batch.previous);
    return std::make_shared<const ProposalBatch>(std::move(batch));
  }
  PeerMessage ack() { return Ack{epoch(), place()}; }
  PeerMessage committed() { return Committed{epoch(), place()}; }
  PeerMessage heartbeat() { return Heartbeat{epoch(), number(), flag()}; }
  PeerMessage alive() {
    Alive alive{epoch(), number(), {}};
    std::set<Zxid> zxids;
    for (std::size_t i = below(6); i > 0; --i) zxids.insert(place());
    for (const Zxid zxid : zxids) alive.marks.push_back({zxid, number(), integer<std::uint32_t>()});
    return alive;
  }
  PeerMessage diverged() { return Diverged{epoch(), place(), number(), integer<std::uint32_t>()}; }
  PeerMessage admin_request() { return AdminRequest{number(), text()}; }
  PeerMessage admin_reply() { return AdminReply{number(), integer<std::uint32_t>(), text()}; }
  PeerMessage forward() {
    return Forward{list<Submission>([this] { return submission(); }),
                   list<SyncRequest>([this] { return sync(); })};
  }
  PeerMessage sync_points() {
    return SyncPoints{list<SyncPoint>([this] { return SyncPoint{sync(), place()}; })};
  }
  PeerMessage touches() {
    return Touches{list<SessionId>([this] { return session(); })};
  }
  PeerMessage hand_over() {
    HandOver made{number(), {}};
    if (flag()) made.to = server();
    return made;
  }
  PeerMessage hand_over_answer() {
    if (flag()) return HandOverAnswer{number(), ErrorCode::ok, {}, server()};
    return HandOverAnswer{number(), ErrorCode::not_serving, text(), {}};
  }
};

// --- Equality, where the values are shared or have none
// --------------------------------------------

inline bool same(const std::vector<Record>& a, const std::vector<Record>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Record& x, const Record& y) {
    return x.position == y.position && x.bytes == y.bytes && *x.txn == *y.txn;
  });
}
inline bool same(const Proposals& a, const Proposals& b) {
  return a->epoch == b->epoch && a->previous == b->previous && same(a->records, b->records) &&
         a->committed == b->committed && a->acked == b->acked;
}
inline bool same(const Forward& a, const Forward& b) {
  return a.writes == b.writes && a.syncs == b.syncs;
}
inline bool same(const SyncPoints& a, const SyncPoints& b) { return a.points == b.points; }
inline bool same(const Touches& a, const Touches& b) { return a.sessions == b.sessions; }
inline bool same(const HistoryRecords& a, const HistoryRecords& b) {
  return a.previous == b.previous && same(a.records, b.records);
}
template <class Message>
bool same(const Message& a, const Message& b) {
  return a == b;
}
/// Of messages or frames of a stream.
template <class... Kinds>
bool same(const std::variant<Kinds...>& a, const std::variant<Kinds...>& b) {
  return a.index() == b.index() &&
         std::visit(
             [&b](const auto& each) {
               return same(each, std::get<std::decay_t<decltype(each)>>(b));
             },
             a);
}

}  // namespace quorate::test
