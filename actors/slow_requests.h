// The requests that took longest, and a sample of all: what each was, and where its time went.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/recent_ring.h"
#include "actors/request_gauge.h"
#include "actors/stage_clock.h"
#include "core/base/error_code.h"
#include "core/base/ids.h"

namespace quorate {

/// The trace id of a W3C trace context.
using TraceId = std::array<std::uint8_t, 16>;

/// What a connection knows of a request when it is answered.
struct AnsweredRequest {
  Look look = Look::slow;
  std::uint8_t operation = 0;  ///< The index of the alternative of Operation.
  SessionId session;
  Zxid zxid;  ///< Of the reply.
  ErrorCode error = ErrorCode::ok;
  std::uint32_t took_us = 0;
  std::chrono::microseconds answered{0};  ///< On the monotonic clock.
  std::optional<TraceId> trace;           ///< If the client sent one.
};

/// "get_children": of the index of an alternative of Operation; "unknown" for others.
[[nodiscard]] std::string_view name_of_operation(std::uint8_t operation);
/// Whether it becomes a txn.
[[nodiscard]] bool is_write(std::uint8_t operation);

/// As in `SlowRequests` of console/openapi.yaml; but for the path, which the log knows of writes
/// (logged_path.h), and nobody of reads.
struct SlowRequest {
  std::uint64_t seq = 0;
  std::int64_t at_ms = 0;  ///< Since 1970, when it was answered.
  std::uint8_t operation = 0;
  std::uint32_t took_us = 0;
  SessionId session;
  std::optional<Zxid> zxid;  ///< Of a write.
  ErrorCode error = ErrorCode::ok;
  std::optional<TraceId> trace;
  std::vector<StageTime> stages;
  friend bool operator==(const SlowRequest&, const SlowRequest&) = default;
};

/// Told by the I/O thread, read by any. While the disk stands still every request is slow: then
/// most of them cost one comparison.
class SlowRequests {
 public:
  static constexpr std::size_t slowest_max = 200;
  static constexpr std::size_t sampled_max = 200;
  static constexpr std::chrono::milliseconds kept_for{3'600'000};
  /// Who listens is told of so many slow ones a second; the rest are found in the list.
  static constexpr std::uint32_t told_per_second = 10;

  void add(const AnsweredRequest& request, const StageClock& stages, std::int64_t wall_ms);

  /// Of the last hour, slowest first.
  [[nodiscard]] std::vector<SlowRequest> slowest(std::size_t most, std::int64_t wall_ms) const;
  /// Newest first.
  [[nodiscard]] std::vector<SlowRequest> sampled(std::size_t most) const {
    return sampled_.newest(most);
  }
  /// How many there were since the start.
  [[nodiscard]] std::uint64_t slow() const { return slow_.load(std::memory_order_relaxed); }

  /// The slow ones that listeners are told of; see RecentRing.
  [[nodiscard]] RecentRing<SlowRequest>& news() { return news_; }

 private:
  void keep(SlowRequest request, std::int64_t wall_ms);
  void forget_old(std::int64_t wall_ms);
  void tell(const SlowRequest& request, std::int64_t wall_ms);

  mutable std::mutex mutex_;
  std::vector<SlowRequest> slowest_;  ///< A heap, the fastest of them at its top.
  std::int64_t cleared_ms_ = 0;
  // Of the I/O thread alone.
  std::uint32_t floor_us_ = 0;  ///< When there are as many as are kept: the fastest of them.
  std::uint64_t seq_ = 0;
  std::int64_t told_second_ = 0;
  std::uint32_t told_ = 0;
  std::atomic<std::uint64_t> slow_{0};
  RecentRing<SlowRequest> sampled_{sampled_max};
  RecentRing<SlowRequest> news_{slowest_max};
};

}  // namespace quorate
