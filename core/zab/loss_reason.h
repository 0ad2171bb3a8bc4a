// Why a server gave up leading or following: one word for each way in which that happens.
#pragma once

#include <cstdint>
#include <string_view>

namespace quorate {

enum class LossReason : std::uint8_t {
  // A learner's.
  leader_silent,   ///< No word of the leader for as long as a silence.
  leader_left,     ///< The leader said itself that it leads no more, or votes for another.
  join_timeout,    ///< Whom it was to follow did not begin to lead in time.
  overrun,         ///< More was proposed than it can hold while its history is on the way.
  contradiction,   ///< What the leader sent does not continue what this server has committed.
  fetch_failed,    ///< The stream of history or of an image ended before its end.
  image_received,  ///< An image of the leader takes the place of its state; it begins anew.
  caught_up,       ///< It has again what it lacked, and comes back as one that is counted.
  // A leader's.
  quorum_silent,      ///< Nothing heard of a quorum for as long as a silence.
  gather_timeout,     ///< No quorum joined in time.
  promise_timeout,    ///< No quorum promised the new epoch in time.
  establish_timeout,  ///< No quorum adopted the new epoch in time.
  drain_timeout,      ///< What was proposed before the next epoch was not committed in time.
  behind,             ///< A server of its quorum has more history.
  handed_over,        ///< To another, which has all that it proposed.
  epochs_exhausted,   ///< There is no higher epoch.
  // Of either.
  link_down,    ///< The link to the leader ended.
  disk_behind,  ///< The disk could not keep up with the others, or with a promise.
  amnesia,      ///< It lacks what it had acknowledged before.
  diverged,     ///< Its state is not that of a quorum.
  slept,        ///< It was stopped for as long as a silence: the others have gone on.
};

/// "leader_silent": for logs, JSON and messages.
[[nodiscard]] std::string_view to_string(LossReason reason);

}  // namespace quorate
