#include "core/tree/acl_table.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace quorate {
namespace {

std::uint32_t world_perms_of(const Acl& acl) {
  if (acl.empty()) return perms::all;
  std::uint32_t granted = 0;
  for (const AclEntry& entry : acl) {
    if (entry.scheme == "world" && entry.id == "anyone") granted |= entry.perms;
  }
  return granted;
}

}  // namespace

std::uint64_t digest_of(const Acl& acl) {
  Hasher hasher;
  hasher.add(std::uint64_t{acl.size()});
  for (const AclEntry& entry : acl) {
    hasher.add(std::uint64_t{entry.perms});
    hasher.add(std::uint64_t{entry.scheme.size()}).add(entry.scheme);
    hasher.add(std::uint64_t{entry.id.size()}).add(entry.id);
  }
  return hasher.digest();
}

std::size_t AclTable::ContentHash::operator()(const Acl* acl) const noexcept {
  std::size_t hash = acl->size();
  for (const AclEntry& entry : *acl) hash = hash64(entry.id, hash + entry.perms);
  return hash;
}

std::uint32_t AclTable::acquire(const Acl& acl) {
  const auto known = ids_.find(&acl);
  if (known != ids_.end()) {
    ++entries_[known->second].uses;
    return known->second;
  }
  const std::uint32_t id = take_free_id();
  fill(id, acl);
  entries_[id].uses = 1;
  note_change(id);
  return id;
}

std::uint32_t AclTable::take_free_id() {
  if (free_ids_.empty()) {
    if (entries_.empty()) entries_.emplace_back();  // Id 0 is never used.
    entries_.emplace_back();
    return static_cast<std::uint32_t>(entries_.size() - 1);
  }
  const std::uint32_t id = *free_ids_.begin();
  free_ids_.erase(free_ids_.begin());
  return id;
}

void AclTable::fill(std::uint32_t id, const Acl& acl) {
  Entry& entry = entries_[id];
  // What the image has there is often what comes back.
  const bool is_sealed = entry.sealed && *entry.sealed == acl;
  entry.acl = is_sealed ? entry.sealed : std::make_shared<const Acl>(acl);
  entry.digest = digest_of(acl);
  entry.world_perms = world_perms_of(acl);
  ids_.emplace(entry.acl.get(), id);
}

void AclTable::acquire(std::uint32_t id) {
  check(contains(id), "only an ACL in use is used again");
  ++entries_[id].uses;
}

void AclTable::release(std::uint32_t id) {
  check(contains(id) && entries_[id].uses > 0, "only an ACL in use is released");
  if (--entries_[id].uses == 0) free(id);
}

void AclTable::free(std::uint32_t id) {
  Entry& entry = entries_[id];
  ids_.erase(entry.acl.get());
  entry.acl.reset();
  free_ids_.insert(id);
  note_change(id);
}

/// Both sides may be absent; equal content needs no record.
void AclTable::note_change(std::uint32_t id) {
  const Entry& entry = entries_[id];
  const bool same =
      entry.acl && entry.sealed ? *entry.acl == *entry.sealed : entry.acl == entry.sealed;
  if (same) {
    unsealed_.erase(id);
  } else {
    unsealed_.insert(id);
  }
}

bool AclTable::contains(std::uint32_t id) const {
  return id < entries_.size() && entries_[id].acl != nullptr;
}

const std::shared_ptr<const Acl>& AclTable::get(std::uint32_t id) const {
  check(contains(id), "only an ACL in use is read");
  return entries_[id].acl;
}

std::uint64_t AclTable::digest(std::uint32_t id) const {
  check(contains(id), "only an ACL in use is read");
  return entries_[id].digest;
}

std::uint64_t AclTable::uses(std::uint32_t id) const {
  check(contains(id), "only an ACL in use is read");
  return entries_[id].uses;
}

bool AclTable::is_allowed(std::uint32_t id, std::uint32_t wanted,
                          std::span<const Identity> identities) const {
  check(contains(id), "only an ACL in use is read");
  const Entry& entry = entries_[id];
  return (entry.world_perms & wanted) != 0 || quorate::is_allowed(*entry.acl, wanted, identities);
}

std::vector<std::pair<std::uint32_t, std::shared_ptr<const Acl>>> AclTable::seal() {
  std::vector<std::pair<std::uint32_t, std::shared_ptr<const Acl>>> sealed;
  sealed.reserve(unsealed_.size());
  for (const std::uint32_t id : unsealed_) {
    Entry& entry = entries_[id];
    sealed.emplace_back(id, entry.acl);
    entry.sealed = entry.acl;
  }
  unsealed_.clear();
  return sealed;
}

bool AclTable::load(std::uint32_t id, const Acl& acl) {
  if (id == 0 || id > id_max || contains(id) || ids_.contains(&acl)) return false;
  for (auto next = static_cast<std::uint32_t>(entries_.size()); next <= id; ++next) {
    if (next != 0) free_ids_.insert(next);
    entries_.emplace_back();
  }
  free_ids_.erase(id);
  fill(id, acl);
  entries_[id].sealed = entries_[id].acl;
  return true;
}

void AclTable::finish_load() {
  for (std::uint32_t id = 1; id < entries_.size(); ++id) {
    if (contains(id) && entries_[id].uses == 0) free(id);
  }
}

void AclTable::clear() { *this = AclTable{}; }

}  // namespace quorate
