// Which rules of apply are in force: how a release changes them without splitting the ensemble.
//
// Any change of what apply() answers or does, mended bugs included, gets a new level. A release
// carries the rules of every level from `oldest` to `newest`, because it may have to replay a log
// that was written under any of them. A level takes effect with the committed SetSettings that
// names it, on every server at the same zxid, and never goes back: a downgrade would replay what
// was decided under other rules.
//
// Level 1: the rules as first released.
#pragma once

#include <cstdint>

namespace quorate::feature_level {

inline constexpr std::uint32_t oldest = 1;
inline constexpr std::uint32_t newest = 1;

/// Whether this release carries the rules of `level`.
[[nodiscard]] constexpr bool is_known(std::uint32_t level) {
  return level >= oldest && level <= newest;
}

/// Whether a SetSettings may lead from one level to another.
[[nodiscard]] constexpr bool may_follow(std::uint32_t current, std::uint32_t next) {
  return is_known(next) && next >= current;
}

}  // namespace quorate::feature_level
