// A server's commit machine with its leader played by the test: what is submitted waits until the
// test commits it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/commit/commit_machine.h"

namespace quorate::test {

inline constexpr ServerId here{1};
inline constexpr ServerId elsewhere{2};
inline constexpr Incarnation this_life{7};

[[nodiscard]] inline std::string describe(const Stat& stat) {
  return "v" + std::to_string(stat.version);
}

/// What a test wants to compare about a body.
struct DescribeBody {
  std::string operator()(const std::monostate&) const { return ""; }
  std::string operator()(const DataReply& r) const {
    return " " + std::string(r.data.text()) + " " + describe(r.stat);
  }
  std::string operator()(const StatReply& r) const { return " " + describe(r.stat); }
  std::string operator()(const AclReply& r) const { return " " + describe(r.stat); }
  std::string operator()(const CreateReply& r) const { return " " + r.path; }
  std::string operator()(const PathReply& r) const { return " " + r.path; }
  std::string operator()(const CountReply& r) const { return " " + std::to_string(r.count); }
  std::string operator()(const SessionReply&) const { return " session"; }
  std::string operator()(const ChildrenReply& r) const { return joined(r.names); }
  std::string operator()(const PathsReply& r) const { return joined(r.paths); }
  std::string operator()(const MultiReply& r) const {
    std::string text;
    for (const MultiResult& result : r.results) text += " " + std::string(to_string(result.error));
    return text;
  }
  std::string operator()(const MultiReadReply& r) const {
    return " " + std::to_string(r.results.size()) + " results";
  }
  std::string operator()(const IdentitiesReply& r) const {
    std::string text;
    for (const Identity& identity : r.identities) text += " " + identity.scheme + ":" + identity.id;
    return text;
  }
  std::string operator()(const ListReply& r) const {
    std::string text;
    for (const ListedChild& child : r.children) text += " " + child.name;
    return text;
  }
  static std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += " " + text;
    return all;
  }
};

/// "3 ok x v1": xid, error, body.
struct DescribeDelivery {
  std::string operator()(const Reply& reply) const {
    return std::to_string(reply.xid) + " " + std::string(to_string(reply.error)) +
           std::visit(DescribeBody{}, reply.body);
  }
  std::string operator()(const SharedEvent& event) const {
    switch (event->type) {
      case EventType::created:
        return "created " + event->path;
      case EventType::deleted:
        return "deleted " + event->path;
      case EventType::data_changed:
        return "changed " + event->path;
      case EventType::children_changed:
        return "children " + event->path;
      case EventType::none:
        break;
    }
    return "none";
  }
  std::string operator()(const SessionOpened& opened) const {
    return opened.read_only ? "opened for reads" : "opened";
  }
  std::string operator()(const CloseConnection& close) const {
    return "close " + std::string(to_string(close.reason));
  }
};

[[nodiscard]] inline std::string describe(const Delivery& delivery) {
  return std::visit(DescribeDelivery{}, delivery);
}

using Told = std::vector<std::string>;

/// The server under test. Connections and sessions are numbers.
class Server {
 public:
  explicit Server(CommitLimits limits = {}, SessionRules rules = {})
      : machine(State(1), here, this_life, limits, 2, rules) {
    machine.on_serving();
  }

  /// There is a leader again.
  void serve(Clients clients = Clients::welcome) {
    machine.on_serving(clients);
    pull();
    machine.check_invariants();
  }

  /// Opens connection `n` with a new session of the same number.
  void connect(std::uint64_t n) {
    shake_hands(n, static_cast<std::int64_t>(n), CreateSession{10'000, {}});
    commit();
    (void)told(n);
  }
  void shake_hands(std::uint64_t n, std::int64_t session, TxnBody body, Zxid last_seen = {},
                   bool reads_suffice = false) {
    machine.on_open(ConnectionSerial{n});
    machine.on_handshake(ConnectionSerial{n}, SessionId{session}, std::move(body), last_seen,
                         reads_suffice);
    pull();
  }

  /// Sends the operations in one batch, with xids that count per connection from 1.
  void send_all(std::uint64_t n, std::vector<Operation> operations) {
    RequestBatch batch;
    batch.connection = ConnectionSerial{n};
    batch.identities = identities[n];
    batch.received = received;
    for (Operation& operation : operations) {
      batch.requests.push_back(Request{++xids[n], deadline_ms, {}, std::move(operation)});
    }
    machine.on_requests(std::move(batch));
    pull();
  }
  template <class... Operations>
  void send(std::uint64_t n, Operations... operations) {
    std::vector<Operation> all;
    (all.emplace_back(std::move(operations)), ...);
    send_all(n, std::move(all));
  }

  /// Commits the next `count` of what waits, in one go.
  void commit(std::size_t count = 1'000'000) {
    std::vector<std::shared_ptr<const Txn>> txns;
    for (; count > 0 && !log.empty(); --count) {
      txns.push_back(stamp(std::move(log.front())));
      log.pop_front();
    }
    machine.on_committed(txns);
    pull();
    machine.check_invariants();
  }

  /// Commits what another server's client (or, connection 0, the leader) wrote.
  void commit_foreign(std::int64_t session, TxnBody body, std::uint64_t connection = 0) {
    const std::shared_ptr<const Txn> txn =
        stamp(Submission{SessionId{session},
                         {elsewhere, Incarnation{1}, ConnectionSerial{connection}, 0},
                         {},
                         std::move(body)});
    machine.on_committed(std::span(&txn, 1));
    pull();
    machine.check_invariants();
  }

  /// The leader answers the oldest sync it was asked.
  void answer_sync(Zxid point) {
    const SyncRequest request = syncs.front();
    syncs.pop_front();
    machine.on_synced(SyncPoint{request, point});
    pull();
    machine.check_invariants();
  }

  /// Everything connection `n` has been given since the last call.
  Told told(std::uint64_t n) {
    take_all();
    Told text;
    for (const Delivery& delivery : given[n]) text.push_back(describe(delivery));
    given[n].clear();
    return text;
  }

  void take_all() {
    for (ConnectionStream stream; machine.take(stream);) {
      auto& to = given[stream.connection.value];
      for (Delivery& delivery : stream.deliveries) to.push_back(std::move(delivery));
      if (stream.wants_word) words_owed.insert(stream.connection.value);
      if (clients_read) give_word(stream.connection.value);
    }
  }

  [[nodiscard]] bool owes_word(std::uint64_t n) const { return words_owed.contains(n); }
  /// Connection `n` has read what it was given, if anybody wants to know.
  void give_word(std::uint64_t n) {
    if (words_owed.erase(n) == 0) return;
    machine.on_drained(ConnectionSerial{n});
    pull();
  }

  [[nodiscard]] Zxid last() const { return machine.state().last_applied(); }

  CommitMachine machine;
  std::deque<Submission> log;
  std::deque<SyncRequest> syncs;
  std::vector<std::shared_ptr<const Txn>> committed;
  std::map<std::uint64_t, SharedIdentities> identities;
  std::map<std::uint64_t, std::vector<Delivery>> given;
  std::map<std::uint64_t, std::int64_t> xids;
  std::set<std::uint64_t> words_owed;
  bool clients_read = true;  ///< At once, whatever they are given.
  std::uint32_t deadline_ms = 0;
  std::chrono::milliseconds received{0};

 private:
  std::shared_ptr<const Txn> stamp(Submission submission) {
    committed.push_back(std::make_shared<const Txn>(
        Txn{Zxid::at(Epoch{1}, ++counter_), 1'000, {}, std::move(submission)}));
    return committed.back();
  }
  void pull() {
    for (Submission& s : machine.output().submissions) log.push_back(std::move(s));
    machine.output().submissions.clear();
    for (const SyncRequest& s : machine.output().syncs) syncs.push_back(s);
    machine.output().syncs.clear();
  }

  std::uint32_t counter_ = 0;
};

[[nodiscard]] inline Create create(std::string path, std::string_view data = "") {
  return Create{std::move(path), Blob(data), open_acl()};
}
[[nodiscard]] inline SetData set(std::string path, std::string_view data) {
  return SetData{std::move(path), Blob(data)};
}
[[nodiscard]] inline GetData get(std::string path) { return GetData{std::move(path)}; }
[[nodiscard]] inline GetData get_and_watch(std::string path) {
  return GetData{std::move(path), true};
}
[[nodiscard]] inline SharedIdentities identities_of(std::vector<Identity> identities) {
  return std::make_shared<const std::vector<Identity>>(std::move(identities));
}

}  // namespace quorate::test
