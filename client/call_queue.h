// The requests that wait to be sent, and those sent that wait for their answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "client/call.h"

namespace quorate::client {

/// First in, first out, twice: `outgoing` until sent, `pending` until answered. A server answers
/// in the order of the requests, so the reply that comes belongs to the first pending call, and
/// its xid only confirms it.
///
/// Bounded in bytes over both; deadlines apply in both. A pending call past its deadline is told
/// so at once, but keeps its place until its reply comes.
class CallQueue {
 public:
  explicit CallQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Error throttled when `call` does not fit besides what is held. Calls of the client itself
  /// always fit: there are few.
  Status push(Call& call);

  /// The next one to send while fewer than `in_flight_max` are pending; assigns its xid.
  [[nodiscard]] Call* next_outgoing(std::size_t in_flight_max);
  /// The call given by next_outgoing() is on its way.
  void sent();
  /// The call given by next_outgoing() cannot be sent.
  [[nodiscard]] Call drop_outgoing();

  /// A call that overtakes what waits: pings, credentials, watches.
  Call& send_first(Call call);

  /// The call that this xid answers; nothing when the server broke the order.
  [[nodiscard]] std::optional<Call> answered(std::int64_t xid);

  /// Fails what is pending: the connection broke.
  void fail_pending(const Error& error, std::vector<Delivery>& out);
  /// Fails what waits: the session is over.
  void fail_outgoing(const Error& error, std::vector<Delivery>& out);
  /// Fails what has waited too long.
  void expire(TimePoint now, std::vector<Delivery>& out);
  /// At or before the first deadline; max() when there is none.
  [[nodiscard]] TimePoint next_deadline() const { return next_deadline_; }

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t outgoing() const { return outgoing_.size(); }
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }

 private:
  void release(const Call& call) { bytes_ -= call.bytes; }

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::int64_t last_xid_ = 0;
  TimePoint next_deadline_ = TimePoint::max();
  std::deque<Call> outgoing_;
  std::deque<Call> pending_;
};

}  // namespace quorate::client
