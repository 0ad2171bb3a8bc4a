// What the owner of the state answers the console.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/blob.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/tree/acl.h"
#include "core/tree/quota.h"
#include "core/tree/stat.h"
#include "core/tree/znode.h"
#include "core/watch/watch_lists.h"

namespace quorate {

/// One session, as far as the state knows it.
struct SessionRow {
  SessionId session;
  std::int64_t timeout_ms = 0;
  ConnectionSerial connection;  ///< Here; {0}: it is not connected here.
  ServerId server;              ///< That it was last attached at.
  std::uint32_t ephemerals = 0;
  std::uint32_t watches = 0;
  bool is_local = false;
  friend bool operator==(const SessionRow&, const SessionRow&) = default;
};

/// Those of the ensemble, then the local ones; each in the order of ids. What opened or closed
/// meanwhile may or may not be there.
struct SessionRows {
  std::deque<SessionRow> rows;
};

struct WatchedPath {
  std::string path;
  WatchKind kind = WatchKind::data;
  friend bool operator==(const WatchedPath&, const WatchedPath&) = default;
};

struct SessionAnswer {
  SessionRow row;
  /// Differs when the session was attached anew since: what it was about to be done to has moved.
  std::uint64_t mark = 0;
  std::vector<std::string> ephemerals;  ///< Some; sorted.
  std::vector<WatchedPath> watched;     ///< Some; sorted.
};

/// Watches of one path or one session.
struct WatchesItem {
  std::string name;
  std::array<std::uint64_t, watch_kinds> kinds{};
  std::vector<std::string> some;  ///< A few of its sessions or paths.
  [[nodiscard]] std::uint64_t watches() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : kinds) sum += count;
    return sum;
  }
  friend bool operator==(const WatchesItem&, const WatchesItem&) = default;
};

struct WatchesAnswer {
  std::uint64_t total = 0;    ///< Names that matched.
  std::uint64_t watches = 0;  ///< All of this server.
  std::uint64_t paths = 0;    ///< Once for each kind in which they are watched.
  std::uint64_t watchers = 0;
  std::vector<WatchesItem> items;
};

struct NodeStat {
  Stat stat;
  NodeKind kind = NodeKind::persistent;
  friend bool operator==(const NodeStat&, const NodeStat&) = default;
};

struct NodeQuota {
  std::string path;  ///< At or above the node: the one that is asked.
  QuotaLimits limits;
  QuotaUsage usage;
};

struct NodeAnswer {
  NodeStat stat;
  Acl acl;  ///< Without digests.
  bool is_readable = false;
  Blob data;  ///< Where it may be read.
  std::optional<NodeQuota> quota;
  std::uint64_t watchers = 0;  ///< Watches of its data or existence; a client may have several.
};

struct ChildrenAnswer {
  std::uint64_t total = 0;
  bool has_more = false;
  std::vector<std::pair<std::string, NodeStat>> children;
};

struct FoundAnswer {
  bool has_more = false;  ///< Not everything was looked at.
  std::uint64_t looked_at = 0;
  std::vector<std::string> paths;
};

struct BiggestAnswer {
  struct Item {
    std::string path;
    std::uint64_t nodes = 0;  ///< With itself.
    std::uint64_t bytes = 0;
    friend bool operator==(const Item&, const Item&) = default;
  };
  std::vector<Item> items;
};

struct DoneAnswer {
  std::uint64_t count = 0;  ///< Of watches that were forgotten.
};

struct EditAnswer {
  std::string path;  ///< With the number of a sequential node.
  Zxid zxid;
  std::optional<Stat> stat;  ///< Not of a node that was deleted.
};

/// The state had applied everything up to `applied` when the answer was finished; a question that
/// took several steps tells of no single moment.
struct StateAnswer {
  Zxid applied;
  std::variant<Error, SessionRows, SessionAnswer, WatchesAnswer, NodeAnswer, ChildrenAnswer,
               FoundAnswer, BiggestAnswer, DoneAnswer, EditAnswer>
      body;
};
using StateAnswerPtr = std::shared_ptr<const StateAnswer>;

}  // namespace quorate
