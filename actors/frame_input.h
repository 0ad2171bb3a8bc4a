// Whole frames from the pieces in which a stream delivers them.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace quorate {

/// Keeps what is not yet a whole frame, and what its owner does not want yet. Frames that lie whole
/// within a piece are not copied.
class FrameInput {
 public:
  /// `size_of(rest)` gives the size of the frame at the head of `rest`, or 0: too little is there
  /// to know, or none is wanted now; feed({}) tries again. `on_frame(frame)` takes a whole one and
  /// returns whether more may follow; if not, all that is left is forgotten.
  ///
  /// Returns the error of `size_of`, behind which nothing is kept either.
  template <class SizeOf, class OnFrame>
  Status feed(std::span<const char> bytes, SizeOf&& size_of, OnFrame&& on_frame) {
    if (kept_.empty()) {
      const Result<std::size_t> used = cut(bytes, size_of, on_frame);
      if (!used) return used.status();
      kept_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(*used), bytes.end());
      return {};
    }
    // Taken out meanwhile: frames are spans of it.
    std::vector<char> all = std::exchange(kept_, {});
    all.insert(all.end(), bytes.begin(), bytes.end());
    const Result<std::size_t> used = cut(all, size_of, on_frame);
    if (!used) return used.status();
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(*used));
    kept_ = std::move(all);
    return {};
  }

  [[nodiscard]] std::size_t size() const { return kept_.size(); }

 private:
  /// How many bytes need not be kept.
  template <class SizeOf, class OnFrame>
  static Result<std::size_t> cut(std::span<const char> bytes, SizeOf&& size_of,
                                 OnFrame&& on_frame) {
    std::size_t used = 0;
    while (used < bytes.size()) {
      const auto rest = bytes.subspan(used);
      const Result<std::size_t> size = size_of(rest);
      if (!size) return size.error();
      if (*size == 0 || *size > rest.size()) break;
      used += *size;
      if (!on_frame(rest.first(*size))) return bytes.size();
    }
    return used;
  }

  std::vector<char> kept_;
};

}  // namespace quorate
