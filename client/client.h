// The client of a Quorate ensemble: one session, its requests and its watches.
//
//   auto client = Client::open({.endpoints = "10.0.0.1:2181,10.0.0.2:2181/app"});
//   if (!client.ok()) return report(client.error());
//   auto created = (*client)->create({.path = "/lock", .mode = CreateMode::ephemeral});
//
// Every operation exists twice. Without a callback it waits and returns a Result; with one it
// returns at once, and the callback gets the Result on the client's callback thread. Callbacks of
// one client run one at a time, in the order of the requests, watch events among them: an event
// comes before any reply that already shows the change. A callback may call anything, synchronous
// operations included, except the destructor; while it runs, nothing else is called.
//
// Errors: Error::code says what happened, Error::text names operation, path and cause. Besides
// what the server answers, every operation can end with
//   connection_loss    sent, but the connection broke: a write may or may not have taken effect;
//   operation_timeout  as that, or never sent (the text says which) within operation_timeout;
//   session_expired    the session ended, or the client is closed;
//   throttled          refused here, since outgoing_bytes_max is held already; or the server let it
//                      wait too long. Not executed;
//   request_too_large  the request does not fit into a frame of the server. Not sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/options.h"
#include "client/outcome.h"
#include "client/session_state.h"
#include "client/watcher.h"
#include "core/base/result.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"

namespace quorate::client {

template <class T>
using Callback = std::function<void(Result<T>)>;

/// Safe to use from any thread.
///
/// The session is kept over broken connections: another server of the list is tried at once, and
/// all of them again, with pauses of at most a second, until one answers or says that the session
/// has expired. What was sent fails with connection_loss, what was not is sent then; identities
/// and watches come first on every new connection.
class Client {
 public:
  /// Starts to connect and returns; requests may follow at once. Error bad_arguments for
  /// endpoints or limits that make no sense.
  [[nodiscard]] static Result<std::unique_ptr<Client>> open(const Options& options);

  /// close(), then waits until every outstanding callback has run. REQUIRES: not called by a
  /// callback of this client.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Waits for the state connected or read_only. Error connection_loss with the last failure when
  /// that takes longer, session_expired or auth_failed when it will never come.
  Status wait_connected(std::chrono::milliseconds timeout);

  /// Ends the session after what was submitted before: its ephemerals are deleted. Without a
  /// connection it is left to expire. Waits for the answer, except in a callback.
  void close();

  [[nodiscard]] SessionState state() const;
  /// The session, to be gone on with elsewhere (Options::resume). Session {0} before `connected`.
  [[nodiscard]] SessionTicket ticket() const;
  /// As the server granted it.
  [[nodiscard]] std::chrono::milliseconds session_timeout() const;
  /// Who serves this client now, or served it last.
  [[nodiscard]] ServerId server() const;
  /// Why the last connection broke or could not be made: "10.0.0.1:2181: connection refused".
  [[nodiscard]] std::string last_failure() const;

  // --- Writes ---------------------------------------------------------------------------------

  /// Creates a node. An empty ACL stands for world:anyone with all permissions. Errors: no_node
  /// (the parent), node_exists (not with if_absent), no_children_for_ephemerals, no_auth,
  /// invalid_acl, quota_exceeded, bad_arguments.
  Result<CreateReply> create(Create request);
  void create(Create request, Callback<CreateReply> done);

  /// Deletes a node without children. Returns the zxid of the deletion. Errors: no_node,
  /// bad_version, not_empty, no_auth.
  Result<Zxid> remove(Delete request);
  void remove(Delete request, Callback<Zxid> done);

  /// Deletes a node and all below it at once; returns how many. Error too_many_nodes when there
  /// are more than `limit` (0: the server's limit); remove_tree() in tree_walk.h goes step by
  /// step.
  Result<std::uint64_t> remove_tree(DeleteTree request);
  void remove_tree(DeleteTree request, Callback<std::uint64_t> done);

  /// Replaces the data. Errors: no_node, bad_version, no_auth, quota_exceeded.
  Result<Stat> set(SetData request);
  void set(SetData request, Callback<Stat> done);

  /// Replaces the ACL; `version` is the node's aversion. Errors: no_node, bad_version, no_auth,
  /// invalid_acl.
  Result<Stat> set_acl(SetAcl request);
  void set_acl(SetAcl request, Callback<Stat> done);

  /// All or nothing (see MultiBuilder). When it is refused the error has the code of the first
  /// operation that failed and names it; submit() gives the results of each.
  Result<MultiReply> multi(Multi request);
  void multi(Multi request, Callback<MultiReply> done);

  /// Answered when this server has applied everything that was proposed before. A read after it
  /// sees every write that had been acknowledged to anybody when it was called.
  Result<Zxid> sync(std::string path = "/");
  void sync(std::string path, Callback<Zxid> done);

  /// Error reconfig_disabled where membership cannot be changed.
  Result<Zxid> reconfig(Reconfig request);
  void reconfig(Reconfig request, Callback<Zxid> done);

  // --- Reads ----------------------------------------------------------------------------------
  // A watcher is told once of the next change, on whichever server; the request's own `watch`
  // field is set accordingly.

  /// Data and stat. Errors: no_node, no_auth, reply_too_large. The watcher hears of data_changed
  /// and deleted.
  Result<DataReply> get(GetData request, std::optional<Watcher> watcher = {});
  void get(GetData request, std::optional<Watcher> watcher, Callback<DataReply> done);

  /// The stat, or nothing when there is no such node. The watcher hears of created, data_changed
  /// and deleted, also for a node that does not exist yet.
  Result<std::optional<Stat>> exists(Exists request, std::optional<Watcher> watcher = {});
  void exists(Exists request, std::optional<Watcher> watcher, Callback<std::optional<Stat>> done);

  /// The ACL; password hashes are hidden from whoever may not set it.
  Result<AclReply> get_acl(GetAcl request);
  void get_acl(GetAcl request, Callback<AclReply> done);

  /// All children. Error reply_too_large when they don't fit into a frame: then list() pages
  /// (ChildCursor). The watcher hears of children_changed and deleted.
  Result<ChildrenReply> children(GetChildren request, std::optional<Watcher> watcher = {});
  void children(GetChildren request, std::optional<Watcher> watcher, Callback<ChildrenReply> done);

  /// One page of children by name.
  Result<ListReply> list(ListChildren request, std::optional<Watcher> watcher = {});
  void list(ListChildren request, std::optional<Watcher> watcher, Callback<ListReply> done);

  /// The number of all nodes below.
  Result<std::uint64_t> count_descendants(CountDescendants request);
  void count_descendants(CountDescendants request, Callback<std::uint64_t> done);

  /// The paths of this session's ephemeral nodes that start with the prefix.
  Result<std::vector<std::string>> ephemerals(GetEphemerals request);
  void ephemerals(GetEphemerals request, Callback<std::vector<std::string>> done);

  /// Several reads of the same state; each succeeds or fails on its own.
  Result<MultiReadReply> multi_read(MultiRead request);
  void multi_read(MultiRead request, Callback<MultiReadReply> done);

  // --- Watches that stay ----------------------------------------------------------------------

  /// Tells `watcher` of every change of the path (persistent) or of it and all below (recursive;
  /// these are not told of children_changed), until removed or until the session ends. Survives
  /// broken connections, but what changed while there was none is not told afterwards: read again
  /// when the state returns from suspended to connected.
  Result<Zxid> add_watch(AddWatch request, Watcher watcher);
  void add_watch(AddWatch request, Watcher watcher, Callback<Zxid> done);

  /// Whether the server holds such a watch of this client. Error no_watcher.
  Result<Zxid> check_watches(CheckWatches request);
  void check_watches(CheckWatches request, Callback<Zxid> done);

  /// Removes watches of this client at the path, or of them only `watcher`. Error no_watcher.
  Result<Zxid> remove_watches(RemoveWatches request, std::optional<Watcher> watcher = {});
  void remove_watches(RemoveWatches request, std::optional<Watcher> watcher, Callback<Zxid> done);

  // --- The session ----------------------------------------------------------------------------

  /// Proves an identity, now and on every later connection before anything else. A refusal ends
  /// the session for this client: error auth_failed, state auth_failed.
  Status authenticate(Credentials credentials);
  void authenticate(Credentials credentials, std::function<void(Status)> done);

  /// The identities of this connection: schemes and names.
  Result<std::vector<Identity>> who_am_i();
  void who_am_i(Callback<std::vector<Identity>> done);

  /// One round trip through the server, in order with everything else.
  Result<Zxid> ping();
  void ping(Callback<Zxid> done);

  // --- Untyped --------------------------------------------------------------------------------

  /// Any operation, its answer as it came. Not for Authenticate, SetWatches and CloseSession,
  /// which belong to the session: they are answered bad_arguments.
  void submit(Operation operation, std::optional<Watcher> watcher, OutcomeCallback done);
  Outcome run(Operation operation, std::optional<Watcher> watcher = {});

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);

  template <class T>
  Result<T> ask(Operation operation, std::optional<Watcher> watcher = {});
  template <class T>
  void ask(Operation operation, std::optional<Watcher> watcher, Callback<T> done);

  std::unique_ptr<State> state_;
};

}  // namespace quorate::client
