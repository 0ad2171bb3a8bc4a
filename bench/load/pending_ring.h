// The unanswered requests of one connection, in the order they were sent.
#pragma once

#include <bit>
#include <cstddef>
#include <vector>

#include "bench/load/expectation.h"
#include "core/base/check.h"

namespace quorate::bench {

/// A queue of at most `depth` requests, without allocations once made.
class PendingRing {
 public:
  explicit PendingRing(std::size_t depth) : slots_(std::bit_ceil(depth)) {}

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const PendingRequest& front() const { return slots_[begin_]; }
  /// REQUIRES: size() is below the depth.
  void push_back(const PendingRequest& request) {
    check(size_ < slots_.size(), "a connection keeps its depth");
    slots_[(begin_ + size_++) & (slots_.size() - 1)] = request;
  }
  /// REQUIRES: !empty().
  void pop_front() {
    begin_ = (begin_ + 1) & (slots_.size() - 1);
    --size_;
  }

 private:
  std::vector<PendingRequest> slots_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

}  // namespace quorate::bench
