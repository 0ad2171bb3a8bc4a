// The table from watched paths to their watchers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/flat_map.h"
#include "core/watch/serial_list.h"

namespace quorate {

/// How a path is watched. A connection may watch one path in each way at once.
enum class WatchKind : std::uint8_t { data = 0, child, persistent, recursive };
inline constexpr std::size_t watch_kinds = 4;

/// The watchers of one path in one way. The path's bytes lie behind the struct, so that the list
/// of a path with one watcher is one allocation.
struct WatchList {
  SerialList watchers;
  std::uint32_t hash = 0;
  std::uint32_t kind_and_size = 0;

  [[nodiscard]] WatchKind kind() const { return static_cast<WatchKind>(kind_and_size >> 29); }
  [[nodiscard]] std::string_view path() const {
    return {reinterpret_cast<const char*>(this + 1), kind_and_size & 0x1fffffffU};
  }
};

/// All WatchLists by kind and path. Split into many small tables, so that none takes long to grow.
class WatchLists {
 public:
  /// `seed` keys the hash, so that clients cannot choose colliding paths.
  explicit WatchLists(std::uint64_t seed) : seed_(seed) {}
  WatchLists(const WatchLists&) = delete;
  WatchLists& operator=(const WatchLists&) = delete;
  WatchLists(WatchLists&&) noexcept = default;
  WatchLists& operator=(WatchLists&&) = delete;
  ~WatchLists();

  [[nodiscard]] WatchList* find(WatchKind kind, std::string_view path) const;
  /// REQUIRES: path.size() < 2^29.
  WatchList& find_or_add(WatchKind kind, std::string_view path);
  /// Removes and frees the list, whoever is in it.
  void remove(WatchList* list);

  /// The lists are in so many parts.
  static constexpr std::size_t shards = 2048;
  /// `visit(const WatchList&)` for each list of a part; it changes nothing.
  template <class Visit>
  void each(std::size_t shard, Visit&& visit) const {
    for (const WatchList* list : shards_[shard]) visit(*list);
  }

  [[nodiscard]] std::size_t size() const;
  /// How many paths are watched in this way: the question that spares all others.
  [[nodiscard]] std::size_t count(WatchKind kind) const {
    return counts_[static_cast<std::size_t>(kind)];
  }

 private:
  struct Key {
    WatchKind kind;
    std::uint32_t hash;
    std::string_view path;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Key& key) const noexcept { return key.hash; }
    std::size_t operator()(const WatchList* list) const noexcept { return list->hash; }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const WatchList* a, const WatchList* b) const noexcept { return a == b; }
    bool operator()(const Key& key, const WatchList* list) const noexcept {
      return key.hash == list->hash && key.kind == list->kind() && key.path == list->path();
    }
    bool operator()(const WatchList* list, const Key& key) const noexcept {
      return (*this)(key, list);
    }
  };
  using Shard = FlatSet<WatchList*, Hash, Equal>;

  [[nodiscard]] Key key(WatchKind kind, std::string_view path) const;
  static std::size_t shard_of(std::uint32_t hash) { return hash >> 21; }

  std::uint64_t seed_;
  std::array<std::size_t, watch_kinds> counts_{};
  std::array<Shard, shards> shards_;
};

}  // namespace quorate
