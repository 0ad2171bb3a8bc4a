// Who wants to be told what: the watches of this server's connections.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/flat_map.h"
#include "core/base/ids.h"
#include "core/tree/change.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"
#include "core/watch/watch_lists.h"

namespace quorate {

/// An event on its way to one connection; whether it may READ is judged by the owner, with the
/// ACL that came with the change.
struct Notification {
  ConnectionSerial connection;
  EventType type = EventType::none;
  std::shared_ptr<const std::string> path;  ///< Shared by all watchers of one change.
  std::shared_ptr<const Acl> acl;
};

/// Watches per path and connection. Not replicated; dies with the connection.
///
/// Two tables, as in ZooKeeper: `data` (created, deleted, data changed) and `child` (children
/// changed, deleted). A standard watch is in one of them and fires once; a persistent one is in
/// both, a recursive one in `data` for its path and all below; these stay. One trigger gives a
/// connection at most one event per path, however its watches overlap.
///
/// A watch is a (path, connection, kind), where the kind is standard data, standard child,
/// persistent or persistent recursive. Memory at scale: at most 32 bytes per watch where many
/// connections share a path, up to 72 and the path itself where each has its own
/// (measured by watch_memory_test); nothing for paths nobody watches. A change costs one look-up
/// per table it concerns, none when no such watch exists anywhere; ancestors are looked at only
/// while there are recursive watches.
class WatchTable {
 public:
  /// `seed` keys the table of paths (hash flooding).
  explicit WatchTable(std::uint64_t seed = 0) : lists_(seed) {}

  // Adding what is there already changes nothing. REQUIRES: path.size() < 2^29.
  void add_data(ConnectionSerial connection, std::string_view path);
  void add_child(ConnectionSerial connection, std::string_view path);
  void add(ConnectionSerial connection, std::string_view path, WatchMode mode);

  /// Whether there is something that remove() would remove. `data` and `children` address
  /// standard watches only, `any` all kinds.
  [[nodiscard]] bool contains(ConnectionSerial connection, std::string_view path,
                              WatcherType type) const;
  /// False when there was nothing (no_watcher).
  bool remove(ConnectionSerial connection, std::string_view path, WatcherType type);
  /// Costs what the connection watches, not what others do.
  void remove_connection(ConnectionSerial connection);
  /// Removes up to `most` watches of the connection, any; returns how many.
  std::size_t remove_some(ConnectionSerial connection, std::size_t most);

  /// Appends to `out` what one change tells, consuming standard watches, in the order data table
  /// of the node, child table of the node, child table of the parent; within one, in the order of
  /// connection serials.
  void trigger(const Change& change, std::vector<Notification>& out) {
    if (size_ != 0) tell(change, out);
  }

  [[nodiscard]] std::size_t size() const { return size_; }           ///< Watches.
  [[nodiscard]] std::size_t paths() const { return lists_.size(); }  ///< Once per kind.
  [[nodiscard]] std::size_t watchers() const { return connections_.size(); }
  [[nodiscard]] std::size_t count_of(ConnectionSerial connection) const;
  using KindCounts = std::array<std::uint32_t, watch_kinds>;
  [[nodiscard]] KindCounts counts_of(ConnectionSerial connection) const;
  /// Who watches the path in this way, until the next change.
  [[nodiscard]] std::span<const ConnectionSerial> watchers_of(WatchKind kind,
                                                              std::string_view path) const;
  /// Visits what the connection watches until `visit` returns false. Their order means nothing.
  void each_watch_of(ConnectionSerial connection,
                     const std::function<bool(std::string_view path, WatchKind kind)>& visit) const;
  /// The lengths of the paths that the connection watches, together.
  [[nodiscard]] std::size_t path_bytes_of(ConnectionSerial connection) const;

  /// The data table, in parts of about equal size: each path once, whatever kinds of watches are
  /// on it, with all who have one of them there, in the order of serials. The order of paths means
  /// nothing. Nothing may change meanwhile, but between two parts.
  static constexpr std::size_t parts = WatchLists::shards;
  using DataPathVisitor =
      std::function<void(std::string_view path, std::span<const ConnectionSerial> watchers)>;
  /// Every path once, with the number of its watches by kind; likewise in parts.
  using PathCounts = std::array<std::uint64_t, watch_kinds>;
  using PathVisitor = std::function<void(std::string_view path, const PathCounts& counts)>;
  /// REQUIRES: part < parts.
  void each_path(std::size_t part, const PathVisitor& visit) const;
  /// REQUIRES: part < parts.
  void each_data_path(std::size_t part, const DataPathVisitor& visit) const;

  /// Verifies that lists and connections name each other. Costs the whole table.
  void check_invariants() const;

 private:
  struct Watched {
    FlatSet<WatchList*> lists;
    std::size_t path_bytes = 0;
    KindCounts kinds{};
  };
  using Serials = std::vector<ConnectionSerial>;

  void insert(ConnectionSerial connection, std::string_view path, WatchKind kind);
  bool erase(ConnectionSerial connection, std::string_view path, WatchKind kind);
  void forget(ConnectionSerial connection, WatchList* list);

  void tell(const Change& change, std::vector<Notification>& out);
  void gather(WatchKind kind, std::string_view path, Serials& into);
  void gather_ancestors(std::string_view path, Serials& into);
  void consume(WatchList* list);

  WatchLists lists_;
  FlatMap<ConnectionSerial, Watched> connections_;  ///< Those that watch anything.
  std::size_t size_ = 0;
  Serials told_;     ///< Of one change; kept for its capacity.
  Serials telling_;  ///< Of one table; likewise.
};

}  // namespace quorate
