#include "core/watch/watch_lists.h"

#include <cstring>
#include <new>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace quorate {
namespace {

WatchList* create(WatchKind kind, std::uint32_t hash, std::string_view path) {
  check(path.size() < (std::size_t{1} << 29), "a watched path is shorter than a frame");
  void* memory = ::operator new(sizeof(WatchList) + path.size());
  auto* list = new (memory) WatchList;
  list->hash = hash;
  list->kind_and_size =
      (static_cast<std::uint32_t>(kind) << 29) | static_cast<std::uint32_t>(path.size());
  std::memcpy(static_cast<void*>(list + 1), path.data(), path.size());
  return list;
}

void destroy(WatchList* list) {
  list->~WatchList();
  ::operator delete(list);
}

}  // namespace

WatchLists::~WatchLists() {
  for (Shard& shard : shards_) {
    for (WatchList* list : shard) destroy(list);
  }
}

WatchLists::Key WatchLists::key(WatchKind kind, std::string_view path) const {
  const std::uint64_t hash = hash64(path, seed_ + static_cast<std::uint64_t>(kind));
  return Key{kind, static_cast<std::uint32_t>(hash), path};
}

WatchList* WatchLists::find(WatchKind kind, std::string_view path) const {
  if (count(kind) == 0) return nullptr;
  const Key wanted = key(kind, path);
  const Shard& shard = shards_[shard_of(wanted.hash)];
  const auto found = shard.find(wanted);
  return found == shard.end() ? nullptr : *found;
}

WatchList& WatchLists::find_or_add(WatchKind kind, std::string_view path) {
  const Key wanted = key(kind, path);
  Shard& shard = shards_[shard_of(wanted.hash)];
  const auto found = shard.find(wanted);
  if (found != shard.end()) return **found;
  WatchList* list = create(kind, wanted.hash, path);
  shard.insert(list);
  ++counts_[static_cast<std::size_t>(kind)];
  return *list;
}

void WatchLists::remove(WatchList* list) {
  const std::size_t erased = shards_[shard_of(list->hash)].erase(list);
  check(erased == 1, "a watch list is in its table");
  --counts_[static_cast<std::size_t>(list->kind())];
  destroy(list);
}

std::size_t WatchLists::size() const {
  std::size_t sum = 0;
  for (const std::size_t count : counts_) sum += count;
  return sum;
}

}  // namespace quorate
