// The trace contexts of requests that wait for their replies. Few clients send any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

namespace quorate {

/// In the order of the requests of one connection; costs nothing while none has a trace.
class TracesInFlight {
 public:
  using Id = std::array<std::uint8_t, 16>;

  /// Of a request that has `before` unanswered requests before it.
  void add(std::size_t before, const Id& trace) {
    if (!traces_) traces_ = std::make_unique<Traces>();
    traces_->waiting.emplace_back(traces_->answered + before, trace);
  }

  /// That of the request that is answered next, if it has one.
  [[nodiscard]] std::optional<Id> oldest() const {
    if (!traces_ || traces_->waiting.front().first != traces_->answered) return std::nullopt;
    return traces_->waiting.front().second;
  }

  /// A request was answered.
  void finish() {
    if (!traces_) return;
    if (traces_->waiting.front().first == traces_->answered) traces_->waiting.pop_front();
    ++traces_->answered;
    if (traces_->waiting.empty()) traces_.reset();
  }

 private:
  struct Traces {
    std::uint64_t answered = 0;                        ///< Requests, since these are counted.
    std::deque<std::pair<std::uint64_t, Id>> waiting;  ///< By the requests that came before.
  };
  std::unique_ptr<Traces> traces_;  ///< Not empty, if there.
};

}  // namespace quorate
