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
  /// upgrade: the session becomes one of the ensemble; nobody asked for it, nobody is answered.
  enum class Kind : std::uint8_t { request, handshake, upgrade };

  std::uint64_t sequence = 0;
  std::int64_t xid = 0;
  Kind kind = Kind::request;
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
  std::size_t expected_bytes = 0;  ///< Of its reply, where that may be large.
};

/// A handshake that waits until the server serves.
struct HeldHandshake {
  SessionId session;
  TxnBody body;
};

/// The queue of one connection, oldest first. Empty: whatever comes is answered at once.
///
/// Invariants, verified by check_invariants():
///   (1) the sequences of the awaited writes are dense, ascend, and end at the last one given out;
///       so they are known without looking;
///   (2) the sequences of the awaited syncs ascend;
///   (3) behind what is held to be sent on nothing is awaited.
class ConnectionOrder {
 public:
  using Held = std::variant<HeldRequest, HeldHandshake>;
  /// What is held is large and rare; what is awaited is small.
  using Entry = std::variant<AwaitedWrite, AwaitedSync, std::unique_ptr<Held>>;

  [[nodiscard]] bool empty() const { return head_ == entries_.size(); }
  [[nodiscard]] std::size_t size() const { return entries_.size() - head_; }
  [[nodiscard]] std::size_t writes_in_flight() const { return writes_in_flight_; }
  /// REQUIRES: writes_in_flight() > 0.
  [[nodiscard]] std::uint64_t oldest_write() const { return last_write_ - writes_in_flight_ + 1; }

  /// Both return the sequence: writes, and apart from them syncs, count from 1.
  std::uint64_t await_write(std::int64_t xid, AwaitedWrite::Kind kind);
  std::uint64_t await_sync(std::int64_t xid, std::string path);
  void hold(Held held);

  /// The oldest entry. REQUIRES: !empty().
  [[nodiscard]] Entry& front() { return entries_[head_]; }
  [[nodiscard]] const Entry& front() const { return entries_[head_]; }
  /// REQUIRES: !empty().
  void pop_front();
  /// Empties the queue and gives what was in it. Sequences go on from where they were.
  std::vector<Entry> take_all();
  /// Takes the oldest that is held to be sent on, and everything behind it. REQUIRES: nothing
  /// behind it is awaited.
  std::vector<Entry> take_unsent();

  /// The awaited sync of that sequence, or nullptr.
  [[nodiscard]] AwaitedSync* find_sync(std::uint64_t sequence);
  /// Whether something is held that only a serving server could have sent on.
  [[nodiscard]] bool holds_unsent() const { return first_unsent() < entries_.size(); }

  void check_invariants() const;

 private:
  [[nodiscard]] std::size_t first_unsent() const;

  std::vector<Entry> entries_;  ///< Those before head_ are gone.
  std::size_t head_ = 0;
  std::size_t writes_in_flight_ = 0;
  std::uint64_t last_write_ = 0;
  std::uint64_t last_sync_ = 0;
};

}  // namespace quorate
