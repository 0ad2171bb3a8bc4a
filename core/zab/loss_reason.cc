#include "core/zab/loss_reason.h"

namespace quorate {

std::string_view to_string(LossReason reason) {
  switch (reason) {
    case LossReason::leader_silent:
      return "leader_silent";
    case LossReason::leader_left:
      return "leader_left";
    case LossReason::join_timeout:
      return "join_timeout";
    case LossReason::overrun:
      return "overrun";
    case LossReason::contradiction:
      return "contradiction";
    case LossReason::fetch_failed:
      return "fetch_failed";
    case LossReason::image_received:
      return "image_received";
    case LossReason::caught_up:
      return "caught_up";
    case LossReason::quorum_silent:
      return "quorum_silent";
    case LossReason::gather_timeout:
      return "gather_timeout";
    case LossReason::promise_timeout:
      return "promise_timeout";
    case LossReason::establish_timeout:
      return "establish_timeout";
    case LossReason::drain_timeout:
      return "drain_timeout";
    case LossReason::behind:
      return "behind";
    case LossReason::handed_over:
      return "handed_over";
    case LossReason::epochs_exhausted:
      return "epochs_exhausted";
    case LossReason::link_down:
      return "link_down";
    case LossReason::disk_behind:
      return "disk_behind";
    case LossReason::amnesia:
      return "amnesia";
    case LossReason::diverged:
      return "diverged";
    case LossReason::slept:
      return "slept";
  }
  return "unknown";
}

}  // namespace quorate
