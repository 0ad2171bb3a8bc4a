// What servers compare with each other: the digest of the state at chosen txns.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/ids.h"

namespace quorate {

/// The digest of a server's state when it had applied `zxid` and nothing behind it.
struct DigestMark {
  Zxid zxid;
  std::uint64_t digest = 0;
  std::uint32_t version = 0;  ///< Of the digest's definition; others cannot be compared with it.
  friend bool operator==(const DigestMark&, const DigestMark&) = default;
};

/// Marks of one server that are kept, and that one message carries at most.
inline constexpr std::size_t digest_marks_max = 128;

/// Whether a mark is taken behind this txn. A matter of the zxid alone, so that all servers take
/// the same marks, wherever they started from: every 128th, and the first of each epoch, because an
/// epoch may be short, and because a new leader is soon compared with those who follow it.
[[nodiscard]] constexpr bool is_marked(Zxid zxid) {
  constexpr std::uint32_t between_marks = 128;
  return zxid.counter() == 1 || (zxid.counter() != 0 && zxid.counter() % between_marks == 0);
}

}  // namespace quorate
