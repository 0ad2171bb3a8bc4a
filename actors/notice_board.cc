#include "actors/notice_board.h"

#include <algorithm>
#include <vector>

namespace quorate {
namespace {

Followers followers_of(const Standing& standing, const Tenure& tenure) {
  Followers followers;
  followers.learners = tenure.learners().size();
  followers.pending_syncs = tenure.pending_syncs();
  for (const auto& [id, learner] : tenure.learners()) {
    if (learner.phase != LearnerPhase::adopted) continue;
    ++(standing.quorum.is_voter(id) ? followers.synced_followers : followers.synced_observers);
  }
  return followers;
}

void count_proposals(const std::vector<Record>& records, std::optional<ProposalSizes>& sizes) {
  for (const Record& record : records) {
    const std::uint64_t bytes = record.bytes.size();
    if (!sizes) sizes = ProposalSizes{bytes, bytes, bytes};
    sizes->last = bytes;
    sizes->min = std::min(sizes->min, bytes);
    sizes->max = std::max(sizes->max, bytes);
  }
}

}  // namespace

void NoticeBoard::post_standing(const Standing& standing, const Effects& effects) {
  post([&](Notice& notice) {
    notice.committed = standing.history.committed();
    notice.logged = standing.logged;
    notice.recovering = standing.promised.recovering_to.has_value();
    notice.mark = standing.marks.last();
    if (effects.doubt) notice.doubt = *effects.doubt;
    if (notice.stance == Stance::leading) count_proposals(effects.log, notice.proposals);
    // Who settles has given up its role, and says so itself only when the journal is done.
    if (!effects.settle && !effects.role) return;
    const Role role = effects.role.value_or(Role{});
    notice.votes = standing.quorum.is_voter(standing.self);
    notice.stance = role.stance;
    notice.leader = role.leader;
    notice.established = role.established;
    if (role.stance == Stance::leading) return;
    notice.followers.reset();
    notice.proposals.reset();
  });
}

void NoticeBoard::post_followers(const Standing& standing, const Tenure* tenure) {
  std::optional<Followers> followers;
  if (tenure != nullptr) followers = followers_of(standing, *tenure);
  post([&](Notice& notice) { notice.followers = followers; });
}

void NoticeBoard::post_link(const Standing& standing, ServerId server, bool up) {
  post([&](Notice& notice) {
    if (up) {
      notice.linked.insert(server);
    } else {
      notice.linked.erase(server);
    }
    notice.quorum_linked = standing.quorum.is_quorum(notice.linked);
  });
}

}  // namespace quorate
