// Who wants to be told what: the watches of this server's connections.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/tree/change.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"

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
/// changed, deleted). A standard watch fires once; persistent and recursive ones stay. One
/// trigger gives a connection at most one event, however its watches overlap.
///
/// Memory: at most 64 bytes per (path, connection) at scale, nothing for paths nobody watches.
class WatchTable {
 public:
  void add_data(ConnectionSerial connection, std::string_view path);
  void add_child(ConnectionSerial connection, std::string_view path);
  void add(ConnectionSerial connection, std::string_view path, WatchMode mode);

  /// Whether there is something that remove() would remove.
  [[nodiscard]] bool contains(ConnectionSerial connection, std::string_view path,
                              WatcherType type) const;
  /// False when there was nothing (no_watcher).
  bool remove(ConnectionSerial connection, std::string_view path, WatcherType type);
  void remove_connection(ConnectionSerial connection);

  /// Appends to `out` what one change tells, consuming standard watches, in the order data table
  /// of the node, child table of the node, child table of the parent; within one, in the order of
  /// connection serials.
  void trigger(const Change& change, std::vector<Notification>& out);

  [[nodiscard]] std::size_t size() const;   ///< (path, connection) pairs over both tables.
  [[nodiscard]] std::size_t paths() const;  ///< Distinct paths.
  [[nodiscard]] std::size_t count_of(ConnectionSerial connection) const;
};

}  // namespace quorate
