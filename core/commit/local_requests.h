// Answers what needs no leader: reads, watches, and what a connection asks about itself.
#pragma once

#include <span>
#include <string_view>

#include "core/base/blob.h"
#include "core/base/ids.h"
#include "core/commit/commit_limits.h"
#include "core/tree/state.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"
#include "core/watch/watch_table.h"

namespace quorate {

/// Who asks.
struct Asker {
  ConnectionSerial connection;
  SessionId session;
  std::span<const Identity> identities;
};

/// Executes one operation as a visitor, filling in `reply.error` and `reply.body`. A read's watch
/// is registered in the same step, under ZooKeeper's conditions: exists registers whether the node
/// is there or not, the others only when they succeed. A path that no node can ever have is
/// refused where it would be watched, with bad_arguments.
class LocalRequest {
 public:
  /// All arguments must outlive this. `members`: see CommitMachine::show_members().
  LocalRequest(const State& state, WatchTable& watches, const CommitLimits& limits,
               const Blob& members, const Asker& asker, Reply& reply)
      : state_(state),
        watches_(watches),
        limits_(limits),
        members_(members),
        asker_(asker),
        reply_(reply) {}

  void operator()(const Refused& refused);
  void operator()(const Ping&) {}
  void operator()(const GetData& get);
  void operator()(const Exists& exists);
  void operator()(const GetChildren& get);
  void operator()(const ListChildren& list);
  void operator()(const GetAcl& get);
  void operator()(const MultiRead& reads);
  void operator()(const CountDescendants& count);
  void operator()(const GetEphemerals& get);
  void operator()(const AddWatch& add);
  void operator()(const CheckWatches& wanted);
  void operator()(const RemoveWatches& remove);
  void operator()(const WhoAmI&);
  /// Already judged by the connection; keeps its place in the order.
  void operator()(const Authenticate&) {}
  void operator()(const Reconfig&);

 private:
  template <class Body>
  bool answer(Result<Body> result);
  /// Puts the members into the reply about /zookeeper/config. Its version is -1, as in ZooKeeper,
  /// where no client sets it.
  void show_members_of(std::string_view path);
  void refuse(ErrorCode error) { reply_.error = error; }
  /// Whether a watch may be registered that `type` addresses; it may if it is there already.
  [[nodiscard]] bool has_room(std::string_view path, WatcherType type) const;

  const State& state_;
  WatchTable& watches_;
  const CommitLimits& limits_;
  const Blob& members_;
  const Asker& asker_;
  Reply& reply_;
};

}  // namespace quorate
