// Core values made from a seed: every alternative, empty and long strings, extremes of numbers.
#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/tree/image.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"
#include "core/txn/txn.h"
#include "schema/client_messages.h"

namespace quorate::test {

/// The same seed gives the same values. Not every combination makes sense to a server; all can be
/// written and read.
class RandomValues {
 public:
  explicit RandomValues(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return random_() % end; }
  bool flag() { return below(2) == 0; }

  template <class Integer>
  Integer integer() {
    switch (below(4)) {
      case 0:
        return 0;
      case 1:
        return std::numeric_limits<Integer>::max();
      case 2:
        return std::numeric_limits<Integer>::min();
      default:
        return static_cast<Integer>((std::uint64_t{random_()} << 32) | random_());
    }
  }

  std::string text() {
    std::string text(below(4) == 0 ? below(200) : below(20), 'x');
    for (char& character : text) character = static_cast<char>(' ' + below(95));
    return text;
  }
  std::vector<std::string> texts() {
    return list<std::string>([this] { return text(); });
  }
  Blob blob() { return Blob(std::string_view(text())); }
  /// Of a znode.
  Blob data() { return below(8) == 0 ? Blob::null() : blob(); }
  Zxid zxid() { return {integer<std::uint64_t>()}; }
  SessionId session() { return {integer<std::int64_t>()}; }
  /// Without what lies behind the last code that clients can be told.
  ErrorCode error() { return static_cast<ErrorCode>(below(41)); }

  template <class Value, class Make>
  std::vector<Value> list(Make&& make) {
    std::vector<Value> values;
    for (std::size_t i = below(5); i > 0; --i) values.push_back(make());
    return values;
  }

  template <std::size_t size>
  std::array<std::uint8_t, size> octets() {
    std::array<std::uint8_t, size> octets{};
    for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(random_());
    return octets;
  }

  Acl acl() {
    return list<AclEntry>([this] { return AclEntry{integer<std::uint32_t>(), text(), text()}; });
  }
  std::vector<Identity> identities() {
    return list<Identity>([this] { return Identity{text(), text()}; });
  }
  Stat stat() {
    return {zxid(),
            zxid(),
            zxid(),
            integer<std::int64_t>(),
            integer<std::int64_t>(),
            integer<std::int32_t>(),
            integer<std::int64_t>(),
            integer<std::int32_t>(),
            session(),
            integer<std::uint32_t>(),
            integer<std::uint32_t>()};
  }

  // --- Requests ---

  void make(Refused& out) { out = {ErrorCode::marshalling_error}; }
  void make(Ping&) {}
  void make(WhoAmI&) {}
  void make(Reconfig&) {}
  void make(CloseSession&) {}
  void make(GetData& out) { out = {text(), flag()}; }
  void make(Exists& out) { out = {text(), flag()}; }
  void make(GetChildren& out) { out = {text(), flag()}; }
  void make(GetAcl& out) { out = {text()}; }
  void make(CountDescendants& out) { out = {text()}; }
  void make(GetEphemerals& out) { out = {text()}; }
  void make(Sync& out) { out = {text()}; }
  void make(SetData& out) { out = {text(), data(), integer<std::int32_t>()}; }
  void make(SetAcl& out) { out = {text(), acl(), integer<std::int32_t>()}; }
  void make(Delete& out) { out = {text(), integer<std::int32_t>()}; }
  void make(DeleteTree& out) { out = {text(), integer<std::uint32_t>()}; }
  void make(Check& out) { out = {text(), integer<std::int32_t>(), flag()}; }
  void make(Create& out) {
    out = {text(), data(), acl(), static_cast<CreateMode>(below(7)), integer<std::int64_t>(),
           flag()};
  }
  void make(ListChildren& out) {
    out = {text(), text(), integer<std::uint32_t>(), flag(), flag(), flag()};
  }
  void make(RefusedOp& out) { out = {error()}; }
  /// Without refused operations, which no client sends.
  void make(Multi& out) {
    out.ops = list<MultiOp>([this] { return one<MultiOp>(below(4)); });
  }
  void make(MultiRead& out) {
    out.ops = list<MultiReadOp>([this] { return one<MultiReadOp>(below(2)); });
  }
  void make(AddWatch& out) { out = {text(), static_cast<WatchMode>(below(2))}; }
  void make(CheckWatches& out) { out = {text(), static_cast<WatcherType>(1 + below(5))}; }
  void make(RemoveWatches& out) { out = {text(), static_cast<WatcherType>(1 + below(5))}; }
  void make(SetWatches& out) { out = {zxid(), texts(), texts(), texts(), texts(), texts()}; }
  void make(Authenticate& out) { out = {text(), text()}; }

  /// With the operation of that index.
  Request request(std::size_t index) {
    Request request{integer<std::int64_t>(), integer<std::uint32_t>(), {}, {}};
    if (flag()) {
      request.trace = TraceContext{octets<16>(), octets<8>(), integer<std::uint8_t>()};
    }
    request.operation = one<Operation>(index);
    return request;
  }

  // --- Replies ---

  void make(std::monostate&) {}
  void make(SessionReply& out) { out = {session(), integer<std::int64_t>()}; }
  void make(DataReply& out) { out = {data(), stat()}; }
  void make(StatReply& out) { out = {stat()}; }
  void make(ChildrenReply& out) { out = {texts(), stat()}; }
  void make(CreateReply& out) { out = {text(), stat(), flag()}; }
  void make(AclReply& out) { out = {acl(), stat()}; }
  void make(CountReply& out) { out = {integer<std::uint64_t>()}; }
  void make(PathsReply& out) { out = {texts()}; }
  void make(PathReply& out) { out = {text()}; }
  void make(IdentitiesReply& out) { out = {identities()}; }
  void make(ListReply& out) {
    out.children = list<ListedChild>([this] {
      return ListedChild{text(), flag() ? stat() : Stat{}, data(), flag()};
    });
    out.more = flag();
    out.stat = stat();
  }
  void make(MultiReply& out) {
    out.results = list<MultiResult>([this] {
      return MultiResult{error(), one<decltype(MultiResult::body)>(below(3))};
    });
  }
  void make(MultiReadReply& out) {
    out.results = list<MultiReadResult>([this] {
      return MultiReadResult{error(), one<decltype(MultiReadResult::body)>(below(3))};
    });
  }

  /// With the body of that index.
  Reply reply(std::size_t index) {
    return {integer<std::int64_t>(), zxid(), error(), one<ReplyBody>(index)};
  }

  // --- Txns ---

  void make(RefusedWrite& out) { out = {error()}; }
  void make(CreateSession& out) { out = {integer<std::int64_t>(), octets<32>()}; }
  void make(AttachSession& out) { out = {integer<std::int64_t>(), octets<32>()}; }
  void make(ExpireSession&) {}
  void make(Reap& out) { out = {text()}; }
  void make(SetSettings& out) { out.settings = settings(); }
  EnsembleSettings settings() {
    return {flag(),
            flag(),
            flag(),
            integer<std::uint32_t>(),
            integer<std::uint32_t>(),
            integer<std::uint32_t>()};
  }
  Origin origin() {
    return {{integer<std::uint32_t>()},
            {integer<std::uint64_t>()},
            {integer<std::uint64_t>()},
            integer<std::uint64_t>()};
  }

  /// With the body of that index.
  Txn txn(std::size_t index) {
    Txn txn{zxid(), integer<std::int64_t>(), zxid(), {}};
    txn.submission = {session(), origin(), identities(), one<TxnBody>(index)};
    if (auto* multi = std::get_if<Multi>(&txn.submission.body); multi != nullptr && flag()) {
      multi->ops.emplace_back(RefusedOp{error()});
    }
    return txn;
  }

  // --- Image ---

  std::string path() { return "/" + text(); }
  void make(ImageNode& out) {
    out = {path(),
           zxid(),
           zxid(),
           zxid(),
           integer<std::int64_t>(),
           integer<std::int64_t>(),
           integer<std::int32_t>(),
           integer<std::int32_t>(),
           integer<std::int64_t>(),
           integer<std::int64_t>(),
           integer<std::uint32_t>(),
           session(),
           flag(),
           integer<std::int64_t>()};
  }
  void make(ImageData& out) { out = {path(), blob()}; }
  void make(ImageAcl& out) { out = {integer<std::uint32_t>(), acl()}; }
  void make(ImageSession& out) {
    out = {session(), {integer<std::int64_t>(), octets<32>(), origin()}};
  }
  void make(ImageSettings& out) { out.settings = settings(); }

  ImageRecord image(std::size_t index) { return one<ImageRecord>(index); }

 private:
  /// The alternative of a variant with that index, filled.
  template <class Variant, std::size_t index = 0>
  Variant one(std::size_t wanted) {
    if constexpr (index < std::variant_size_v<Variant>) {
      if (wanted != index) return one<Variant, index + 1>(wanted);
      Variant value(std::in_place_index<index>);
      make(std::get<index>(value));
      return value;
    } else {
      return Variant{};
    }
  }

  std::mt19937 random_;
};

}  // namespace quorate::test
