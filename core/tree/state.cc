#include "core/tree/state.h"

#include "core/base/check.h"
#include "core/base/hash.h"

namespace quorate {
namespace {

std::uint64_t digest_of(const EnsembleSettings& settings) {
  Hasher hasher;
  hasher.add(std::uint64_t{settings.skip_acl}).add(std::uint64_t{settings.enforce_quota});
  hasher.add(std::uint64_t{settings.extended_types});
  hasher.add(std::uint64_t{settings.multi_ops_max});
  hasher.add(std::uint64_t{settings.delete_tree_max});
  hasher.add(std::uint64_t{settings.feature_level});
  return hasher.digest();
}

}  // namespace

State::State(std::uint64_t table_seed) : tree_(table_seed) {}

std::uint64_t State::digest() const {
  return tree_.digest() + sessions_.digest() + digest_of(settings_);
}

void State::check_invariants() const {
  tree_.check_invariants();
  sessions_.check_invariants();
  for (const SessionId owner : tree_.ephemeral_owners()) {
    check(sessions_.find(owner) != nullptr, "every ephemeral's owner is an open session");
  }
}

}  // namespace quorate
