// What this client watches: who is told of an event, and what a new connection must hear of.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/watcher.h"
#include "core/base/ids.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"

namespace quorate::client {

/// The registrations of one session, by kind and path; they outlive connections. A watch is added
/// when the reply that registered it arrives, so that an event behind that reply finds it.
///
/// Paths are the server's (with the chroot).
class WatchSet {
 public:
  enum class Kind : std::uint8_t { data, exist, child, persistent, persistent_recursive };

  /// A watcher already registered there stays registered once.
  void add(Kind kind, std::string_view path, const Watcher& watcher);

  /// Who is told of `event`, each watcher once; standard watches are consumed.
  [[nodiscard]] std::vector<Watcher> take(const WatchEvent& event);

  /// Forgets what RemoveWatches with these arguments removes at the server, or of it only what
  /// `only` holds. Returns whether there was something.
  bool remove(std::string_view path, WatcherType type, const std::optional<Watcher>& only = {});

  /// Whether, after remove() with these arguments, nothing of `type` would be left at `path`:
  /// only then may the server be told.
  [[nodiscard]] bool would_empty(std::string_view path, WatcherType type,
                                 const std::optional<Watcher>& only) const;

  /// Empties the set. Every watcher with each of its paths, once.
  [[nodiscard]] std::vector<std::pair<std::string, std::vector<Watcher>>> take_all();

  /// What a new connection must be told, in messages of at most `bytes_max` bytes of paths each
  /// (a longer path stands alone), so that none exceeds a frame (ZOOKEEPER-706).
  [[nodiscard]] std::vector<SetWatches> registrations(Zxid relative_zxid,
                                                      std::size_t bytes_max) const;

  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::size_t size() const;  ///< (kind, path) pairs.

 private:
  using Watchers = std::vector<Watcher>;
  using Table = std::map<std::string, Watchers, std::less<>>;

  [[nodiscard]] Table& table(Kind kind) { return tables_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const Table& table(Kind kind) const {
    return tables_[static_cast<std::size_t>(kind)];
  }

  std::array<Table, 5> tables_;
};

}  // namespace quorate::client
