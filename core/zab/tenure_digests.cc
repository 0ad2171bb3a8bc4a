// What a leader does about the digests that servers report.
#include <utility>

#include "core/zab/tenure.h"

namespace quorate {

Effects Tenure::on_marks(const std::vector<DigestMark>& marks, Time now) {
  Effects effects;
  court_.on_marks(standing_.self, marks, now);
  hold_court(effects);
  return effects;
}

void Tenure::on_marks_of(ServerId from, const LearnerRecord& learner,
                         const std::vector<DigestMark>& marks, Effects& effects, Time now) {
  if (marks.empty() || learner.phase != LearnerPhase::adopted) return;
  // Nobody can have applied what was not committed here first.
  if (marks.back().zxid > standing_.history.committed()) {
    effects.drop.push_back(from);
    return;
  }
  court_.on_marks(from, marks, now);
  hold_court(effects);
}

bool Tenure::can_spare(ServerId server) const {
  if (!standing_.quorum.is_voter(server)) return true;
  // Who came blank is not counted in this epoch, but in the next, as one that has adopted this one.
  ServerSet others{standing_.self};
  for (const auto& [id, learner] : learners_) {
    const bool will_count = learner.counts || learner.promise.current == Epoch{};
    if (learner.phase == LearnerPhase::adopted && will_count && !learner.diverged)
      others.insert(id);
  }
  others.erase(server);
  return standing_.quorum.is_quorum(others);
}

void Tenure::forget_marks_of(ServerId server) {
  court_.forget(server);
  std::erase_if(sentences_, [server](const Sentence& each) { return each.server == server; });
}

bool Tenure::carry_out(const Sentence& sentence, Effects& effects) {
  if (!can_spare(sentence.server)) return false;
  if (sentence.server == standing_.self) {
    // Others have what is right, one of them leads better.
    effects.diverged = Divergence{sentence.zxid, sentence.digest, sentence.expected};
    lost_ = LossReason::diverged;
    return true;
  }
  const auto learner = learners_.find(sentence.server);
  if (learner == learners_.end()) return true;
  learner->second.diverged = true;
  effects.send.push_back(
      {sentence.server, Diverged{epoch_, sentence.zxid, sentence.expected, sentence.version}});
  return true;
}

void Tenure::hold_court(Effects& effects) {
  append_all(sentences_, court_.take_sentences());
  std::erase_if(sentences_, [&](const Sentence& each) { return carry_out(each, effects); });
  if (lost_ || std::exchange(doubt_said_, is_in_doubt()) == is_in_doubt()) return;
  // At once: until they know, followers take writes.
  ping(effects);
  if (is_in_doubt()) return;
  for (auto& [id, learner] : learners_)
    if (learner.phase == LearnerPhase::promised) plan(id, effects);
}

}  // namespace quorate
