#include "core/tree/state.h"

#include "core/base/check.h"
#include "core/tree/digest.h"

namespace quorate {
State::State(std::uint64_t table_seed) : tree_(table_seed) {}

std::uint64_t State::digest() const {
  return tree_.digest() + sessions_.digest() + settings_digest(settings_);
}

void State::check_invariants() const {
  tree_.check_invariants();
  sessions_.check_invariants();
  for (const SessionId owner : tree_.ephemeral_owners()) {
    check(sessions_.find(owner) != nullptr, "every ephemeral's owner is an open session");
  }
}

}  // namespace quorate
