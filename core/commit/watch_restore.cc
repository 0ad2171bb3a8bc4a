#include "core/commit/watch_restore.h"

#include <array>
#include <optional>
#include <string>

#include "core/tree/path.h"

namespace quorate {
namespace {

class Restorer {
 public:
  Restorer(Zxid since, const State& state, WatchTable& watches, const Asker& asker)
      : since_(since), state_(state), watches_(watches), asker_(asker) {}

  void restore_data(const std::string& path) {
    const std::optional<Stat> stat = stat_of(path);
    if (!stat) return tell(EventType::deleted, path);
    if (stat->mzxid > since_) return tell(EventType::data_changed, path);
    watches_.add_data(asker_.connection, path);
  }

  void restore_exist(const std::string& path) {
    if (stat_of(path)) return tell(EventType::created, path);
    if (path::validate(path).ok()) watches_.add_data(asker_.connection, path);
  }

  void restore_child(const std::string& path) {
    const std::optional<Stat> stat = stat_of(path);
    if (!stat) return tell(EventType::deleted, path);
    if (stat->pzxid > since_) return tell(EventType::children_changed, path);
    watches_.add_child(asker_.connection, path);
  }

  void restore(const std::string& path, WatchMode mode) {
    if (path::validate(path).ok()) watches_.add(asker_.connection, path, mode);
  }

  std::vector<WatchEvent> take() { return std::move(events_); }

 private:
  /// Whether and when a node changed is asked in the server's own name; what the client may know
  /// of the answer is decided by tell().
  [[nodiscard]] std::optional<Stat> stat_of(const std::string& path) const {
    static const std::array<Identity, 1> server = {Identity{"super", ""}};
    const Result<StatReply> reply = state_.exists(path, server);
    if (!reply.ok()) return std::nullopt;
    return reply->stat;
  }

  void tell(EventType type, const std::string& path) {
    if (!state_.may_read(path, asker_.identities)) return;
    events_.push_back(WatchEvent{type, path, Zxid{}});
  }

  Zxid since_;
  const State& state_;
  WatchTable& watches_;
  const Asker& asker_;
  std::vector<WatchEvent> events_;
};

bool has_room(const SetWatches& wanted, const WatchTable& watches, const CommitLimits& limits,
              ConnectionSerial connection) {
  std::size_t count = watches.count_of(connection);
  std::size_t bytes = watches.path_bytes_of(connection);
  for (const auto* list : {&wanted.data, &wanted.exist, &wanted.child, &wanted.persistent,
                           &wanted.persistent_recursive}) {
    count += list->size();
    for (const std::string& path : *list) bytes += path.size();
  }
  return count <= limits.watches_max && bytes <= limits.watch_path_bytes_max;
}

}  // namespace

Result<std::vector<WatchEvent>> restore_watches(const SetWatches& wanted, const State& state,
                                                WatchTable& watches, const CommitLimits& limits,
                                                const Asker& asker) {
  if (!has_room(wanted, watches, limits, asker.connection)) return ErrorCode::quota_exceeded;
  Restorer restorer(wanted.relative_zxid, state, watches, asker);
  for (const std::string& path : wanted.data) restorer.restore_data(path);
  for (const std::string& path : wanted.exist) restorer.restore_exist(path);
  for (const std::string& path : wanted.child) restorer.restore_child(path);
  for (const std::string& path : wanted.persistent) {
    restorer.restore(path, WatchMode::persistent);
  }
  for (const std::string& path : wanted.persistent_recursive) {
    restorer.restore(path, WatchMode::persistent_recursive);
  }
  return restorer.take();
}

}  // namespace quorate
