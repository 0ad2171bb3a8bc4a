#include "actors/notice_board.h"

namespace quorate {

void NoticeBoard::post_standing(const Standing& standing, const Effects& effects) {
  post([&](Notice& notice) {
    notice.committed = standing.history.committed();
    notice.logged = standing.logged;
    notice.recovering = standing.promised.recovering_to.has_value();
    notice.mark = standing.marks.last();
    if (effects.doubt) notice.doubt = *effects.doubt;
    // Who settles has given up its role, and says so itself only when the journal is done.
    if (!effects.settle && !effects.role) return;
    const Role role = effects.role.value_or(Role{});
    notice.votes = standing.quorum.is_voter(standing.self);
    notice.stance = role.stance;
    notice.leader = role.leader;
    notice.established = role.established;
  });
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
