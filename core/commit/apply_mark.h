// Which txn is being applied, for the last words of a process that breaks in the middle of it.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/ids.h"

namespace quorate {

/// Set around each apply by the one thread that applies, for two plain stores a txn; read by a
/// signal handler on any thread.
class ApplyMark {
 public:
  /// The zxid being applied; {0} while none is.
  [[nodiscard]] Zxid zxid() const noexcept { return Zxid{zxid_.load(std::memory_order_acquire)}; }

  /// The time of one apply. Nobody may care: `mark` may be nullptr.
  class Scope {
   public:
    Scope(ApplyMark* mark, Zxid zxid) noexcept : mark_(mark) { set(zxid); }
    ~Scope() { set(Zxid{}); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    void set(Zxid zxid) noexcept {
      if (mark_ != nullptr) mark_->zxid_.store(zxid.value, std::memory_order_release);
    }
    ApplyMark* mark_;
  };

 private:
  std::atomic<std::uint64_t> zxid_ = 0;
};

}  // namespace quorate
