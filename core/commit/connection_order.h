// What a connection is waiting for, and what waits behind that.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/commit/request_batch.h"
#include "core/txn/txn.h"

namespace quorate {

/// A write that is on its way through the log.
struct AwaitedWrite {
  std::uint64_t sequence = 0;
  std::int64_t xid = 0;
  bool is_handshake = false;
};

/// A sync that waits for the leader's word, then for the tree to get there.
struct AwaitedSync {
  std::uint64_t sequence = 0;
  std::int64_t xid = 0;
  std::string path;
  std::optional<Zxid> point;  ///< Known: done when everything up to it is applied.
};

/// A request that runs when its turn comes.
struct HeldRequest {
  Request request;
  SharedIdentities identities;
  std::chrono::milliseconds received{0};
};

/// A handshake that waits until the server serves.
struct HeldHandshake {
  SessionId session;
  TxnBody body;
};

/// The queue of one connection, oldest first. Empty: whatever comes is answered at once.
///
/// Invariants, verified by check_invariants():
///   (1) sequences of awaited writes, and of awaited syncs, ascend from front to back and are
///       below those that come next;
///   (2) writes_in_flight() counts the awaited writes.
class ConnectionOrder {
 public:
  using Held = std::variant<HeldRequest, HeldHandshake>;
  using Entry = std::variant<AwaitedWrite, AwaitedSync, std::unique_ptr<Held>>;

  [[nodiscard]] bool empty() const { return head_ == entries_.size(); }
  [[nodiscard]] std::size_t size() const { return entries_.size() - head_; }
  [[nodiscard]] std::size_t writes_in_flight() const { return writes_in_flight_; }

  /// Sequences count the writes, and apart from them the syncs, of the connection from 1.
  std::uint64_t await_write(std::int64_t xid, bool is_handshake);
  std::uint64_t await_sync(std::int64_t xid, std::string path);
  void hold(Held held);

  /// The oldest entry. REQUIRES: !empty().
  [[nodiscard]] Entry& front() { return entries_[head_]; }
  /// Entry `i` from the front. REQUIRES: i < size().
  [[nodiscard]] Entry& at(std::size_t i) { return entries_[head_ + i]; }
  void pop_front();
  void clear();

  /// Turns held entry `i` into an awaited one, in its place: used when the server starts to serve.
  std::uint64_t await_held_write(std::size_t i, std::int64_t xid, bool is_handshake);
  std::uint64_t await_held_sync(std::size_t i, std::int64_t xid, std::string path);
  /// The answer to the awaited sync `i` is lost; it is asked again under the sequence returned.
  std::uint64_t renew_sync(std::size_t i);

  /// The awaited sync of that sequence, or nullptr.
  [[nodiscard]] AwaitedSync* find_sync(std::uint64_t sequence);

  void check_invariants() const;

 private:
  std::vector<Entry> entries_;  ///< Those before head_ are gone.
  std::size_t head_ = 0;
  std::size_t writes_in_flight_ = 0;
  std::uint64_t last_write_ = 0;
  std::uint64_t last_sync_ = 0;
};

}  // namespace quorate
