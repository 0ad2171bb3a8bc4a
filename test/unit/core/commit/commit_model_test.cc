// Goal: whatever the interleaving, each client sees one order: its requests answered one by one,
// each read equal to the tree at the zxid it names, its own writes in their places, every event of
// its watches exactly once and between the right replies.
// Method: random walks over arrivals, commits, syncs, lost leaders, moved and closed connections,
// in every other walk with clients that read late;
// afterwards everything each client was given is compared with a history that applies one txn
// after the other to a plain map.
#include <doctest/doctest.h>

#include <optional>
#include <random>

#include "test/unit/core/commit/commit_fixture.h"
#include "test/unit/core/watch/watch_model.h"

namespace quorate {
namespace {

using namespace quorate::test;

const std::vector<std::string> paths = {"/n0", "/n1", "/n2", "/n0/c", "/n1/c"};

// --- The history ---------------------------------------------------------------------------------

struct PlainNode {
  std::string data;
  int version = 0;
};
using PlainTree = std::map<std::string, PlainNode>;
using PlainChange = std::pair<EventType, std::string>;

/// What happened at one zxid.
struct Moment {
  PlainTree after;
  std::vector<PlainChange> changes;
  ErrorCode error = ErrorCode::ok;
};

class History {
 public:
  explicit History(const std::vector<std::shared_ptr<const Txn>>& txns) {
    for (const auto& txn : txns) add(*txn);
  }

  [[nodiscard]] const Moment& at(Zxid zxid) const { return moments_.at(zxid); }
  [[nodiscard]] const std::map<Zxid, Moment>& moments() const { return moments_; }
  /// The zxid of a connection's write.
  [[nodiscard]] std::optional<Zxid> find(std::uint64_t connection, std::uint64_t sequence) const {
    const auto found = writes_.find({connection, sequence});
    if (found == writes_.end()) return std::nullopt;
    return found->second;
  }

 private:
  using Owner = std::pair<std::uint32_t, std::uint64_t>;

  void add(const Txn& txn) {
    Moment moment;
    moment.after = tree_;
    const Origin& origin = txn.submission.origin;
    const Owner asker{origin.server.value, origin.connection.value};
    moment.error = execute(txn.submission, asker, moment);
    tree_ = moment.after;
    if (origin.server == here) writes_[{origin.connection.value, origin.sequence}] = txn.zxid;
    moments_[txn.zxid] = std::move(moment);
  }

  ErrorCode execute(const Submission& submission, Owner asker, Moment& moment) {
    const std::int64_t session = submission.session.value;
    if (std::holds_alternative<CreateSession>(submission.body)) {
      owners_[session] = asker;
      return ErrorCode::ok;
    }
    if (std::holds_alternative<AttachSession>(submission.body)) {
      if (!owners_.contains(session)) return ErrorCode::session_expired;
      owners_[session] = asker;
      return ErrorCode::ok;
    }
    if (std::holds_alternative<ExpireSession>(submission.body)) {
      return owners_.erase(session) > 0 ? ErrorCode::ok : ErrorCode::session_expired;
    }
    if (asker.second != 0) {
      if (!owners_.contains(session)) return ErrorCode::session_expired;
      if (owners_.at(session) != asker) return ErrorCode::session_moved;
    }
    if (std::holds_alternative<CloseSession>(submission.body)) {
      owners_.erase(session);
      return ErrorCode::ok;
    }
    return write(submission.body, moment);
  }

  static ErrorCode write(const TxnBody& body, Moment& moment) {
    PlainTree& tree = moment.after;
    if (const auto* create = std::get_if<Create>(&body)) {
      const std::string parent{path::parent(create->path)};
      if (parent != "/" && !tree.contains(parent)) return ErrorCode::no_node;
      if (tree.contains(create->path)) return ErrorCode::node_exists;
      tree[create->path] = {std::string(create->data.text()), 0};
      moment.changes.emplace_back(EventType::created, create->path);
    } else if (const auto* remove = std::get_if<Delete>(&body)) {
      if (!tree.contains(remove->path)) return ErrorCode::no_node;
      if (tree.contains(remove->path + "/c")) return ErrorCode::not_empty;
      tree.erase(remove->path);
      moment.changes.emplace_back(EventType::deleted, remove->path);
    } else {
      const auto& set = std::get<SetData>(body);
      const auto found = tree.find(set.path);
      if (found == tree.end()) return ErrorCode::no_node;
      found->second = {std::string(set.data.text()), found->second.version + 1};
      moment.changes.emplace_back(EventType::data_changed, set.path);
    }
    return ErrorCode::ok;
  }

  PlainTree tree_;
  std::map<std::int64_t, Owner> owners_;
  std::map<Zxid, Moment> moments_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Zxid> writes_;
};

/// What a read must have been answered, as the fixture describes it, without the xid.
std::string expected_text(const Operation& operation, const PlainTree& tree) {
  const auto describe_node = [&](const std::string& path, bool with_data) -> std::string {
    const auto found = tree.find(path);
    if (found == tree.end()) return "no_node";
    const std::string version = "v" + std::to_string(found->second.version);
    return with_data ? "ok " + found->second.data + " " + version : "ok " + version;
  };
  if (const auto* get = std::get_if<GetData>(&operation)) return describe_node(get->path, true);
  if (const auto* exists = std::get_if<Exists>(&operation)) {
    return describe_node(exists->path, false);
  }
  if (const auto* list = std::get_if<GetChildren>(&operation)) {
    if (!tree.contains(list->path)) return "no_node";
    return tree.contains(list->path + "/c") ? "ok c" : "ok";
  }
  if (const auto* sync = std::get_if<Sync>(&operation)) return "ok " + sync->path;
  if (std::holds_alternative<Create>(operation)) return "invalid_acl";  // Those that stay here.
  return "ok";
}

// --- One client's view ---------------------------------------------------------------------------

struct Sent {
  Operation operation;
  Zxid arrived;                ///< What was applied when it was sent.
  bool at_once = false;        ///< Nothing of the client was pending, and the server served.
  std::uint64_t sequence = 0;  ///< Of a write that reaches the leader.
};

struct Client {
  std::uint64_t serial = 0;
  std::vector<Sent> sent;
  std::uint64_t writes = 1;  ///< The handshake is the first.
  bool gone = false;         ///< It left, so that its stream may end anywhere.
};

class Judge {
 public:
  Judge(const Client& client, const std::vector<Delivery>& given, const History& history)
      : client_(client), given_(given), history_(history) {}

  void judge() {
    for (const Delivery& delivery : given_) {
      REQUIRE_FALSE(closed_);
      if (const auto* reply = std::get_if<Reply>(&delivery)) {
        judge_reply(*reply);
      } else if (const auto* event = std::get_if<SharedEvent>(&delivery)) {
        REQUIRE(last_reply_ < (*event)->zxid);
        REQUIRE(last_event_ <= (*event)->zxid);
        last_event_ = (*event)->zxid;
        events_.emplace_back((*event)->zxid, (*event)->type, (*event)->path);
      } else if (const auto* opened = std::get_if<SessionOpened>(&delivery)) {
        REQUIRE(replies_ == 0);
        last_reply_ = opened->zxid;
      } else {
        closed_ = true;
      }
    }
    const bool is_whole = !client_.gone && !closed_;
    if (is_whole) REQUIRE(replies_ == client_.sent.size());
    judge_events(is_whole);
  }

 private:
  using Event = std::tuple<Zxid, EventType, std::string>;

  void judge_reply(const Reply& reply) {
    REQUIRE(replies_ < client_.sent.size());
    const Sent& sent = client_.sent[replies_];
    REQUIRE(reply.xid == static_cast<std::int64_t>(++replies_));
    REQUIRE(reply.zxid >= last_event_);
    if (sent.sequence != 0) {
      REQUIRE(history_.find(client_.serial, sent.sequence) == reply.zxid);
      REQUIRE(reply.error == history_.at(reply.zxid).error);
      REQUIRE(reply.zxid > last_reply_);  // Nothing before it has seen it.
    } else {
      REQUIRE(reply.zxid >= last_reply_);
      REQUIRE(reply.zxid >= sent.arrived);
      if (sent.at_once) REQUIRE(reply.zxid == sent.arrived);
      const std::string text = describe(Delivery(reply));
      REQUIRE(text.substr(text.find(' ') + 1) ==
              expected_text(sent.operation, history_.at(reply.zxid).after));
      register_watch(sent.operation, reply);
    }
    last_reply_ = reply.zxid;
  }

  void register_watch(const Operation& operation, const Reply& reply) {
    const bool ok = reply.error == ErrorCode::ok;
    if (const auto* get = std::get_if<GetData>(&operation); get != nullptr && get->watch && ok) {
      watches_.emplace(reply.zxid, WatchModel::Watch{0, get->path, WatchKind::data});
    } else if (const auto* exists = std::get_if<Exists>(&operation);
               exists != nullptr && exists->watch) {
      watches_.emplace(reply.zxid, WatchModel::Watch{0, exists->path, WatchKind::data});
    } else if (const auto* list = std::get_if<GetChildren>(&operation);
               list != nullptr && list->watch && ok) {
      watches_.emplace(reply.zxid, WatchModel::Watch{0, list->path, WatchKind::child});
    } else if (const auto* add = std::get_if<AddWatch>(&operation)) {
      const auto kind =
          add->mode == WatchMode::persistent ? WatchKind::persistent : WatchKind::recursive;
      watches_.emplace(reply.zxid, WatchModel::Watch{0, add->path, kind});
    }
  }

  void judge_events(bool is_whole) {
    WatchModel model;
    std::vector<Event> expected;
    for (const auto& [zxid, moment] : history_.moments()) {
      for (const auto& [type, path] : moment.changes) {
        for (const auto& [who, what, about] : model.trigger(type, path)) {
          expected.emplace_back(zxid, what, about);
        }
      }
      const auto [begin, end] = watches_.equal_range(zxid);
      for (auto it = begin; it != end; ++it) model.watches.insert(it->second);
    }
    if (!is_whole && expected.size() > events_.size()) expected.resize(events_.size());
    REQUIRE(events_ == expected);
  }

  const Client& client_;
  const std::vector<Delivery>& given_;
  const History& history_;
  std::size_t replies_ = 0;
  Zxid last_reply_;
  Zxid last_event_;
  bool closed_ = false;
  std::vector<Event> events_;
  std::multimap<Zxid, WatchModel::Watch> watches_;
};

// --- The walk ------------------------------------------------------------------------------------

class Walk {
 public:
  explicit Walk(std::uint32_t seed) : random_(seed), server_(limits_of(seed)) {
    server_.clients_read = seed % 2 == 0;
    for (int i = 0; i < 4; ++i) connect();
  }

  void step() {
    const auto dice = below(100);
    if (!server_.clients_read && below(4) == 0) read();
    if (dice < 50) {
      send();
    } else if (dice < 75) {
      server_.commit(1 + below(3));
    } else if (dice < 83) {
      server_.commit_foreign(0, std::get<TxnBody>(random_write()));
    } else if (dice < 93) {
      if (!server_.syncs.empty()) server_.answer_sync(Zxid{server_.last().value + promised()});
    } else if (dice < 95) {
      connect();
    } else if (dice < 97) {
      disconnect();
    } else if (dice < 98) {
      server_.commit_foreign(1 + static_cast<std::int64_t>(below(sessions_)), ExpireSession{});
    } else if (server_.machine.is_serving()) {
      lose_leader();
    } else {
      server_.machine.on_serving();
      server_.send_all(0, {});  // Fetches what was sent on.
    }
    server_.machine.check_invariants();
  }

  void finish() {
    server_.machine.on_serving();
    server_.send_all(0, {});
    server_.clients_read = true;
    do {
      while (!server_.words_owed.empty()) read();
      while (!server_.syncs.empty()) server_.answer_sync(server_.last());
      server_.commit();
      server_.take_all();
    } while (!server_.words_owed.empty() || !server_.syncs.empty() || !server_.log.empty());
    const History history(server_.committed);
    for (const Client& client : clients_) {
      CAPTURE(client.serial);
      Judge(client, server_.given[client.serial], history).judge();
    }
  }

 private:
  /// A few replies with data or names stall who does not read them.
  static CommitLimits limits_of(std::uint32_t seed) {
    CommitLimits limits;
    if (seed % 2 != 0) limits.unread_bytes_max = 64;
    return limits;
  }

  /// One client reads what it was given.
  void read() {
    server_.take_all();
    if (server_.words_owed.empty()) return;
    server_.give_word(*std::next(server_.words_owed.begin(),
                                 static_cast<std::ptrdiff_t>(below(server_.words_owed.size()))));
    server_.machine.check_invariants();
  }

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  std::string random_path() { return paths[below(paths.size())]; }
  /// How far beyond what is applied the leader may have proposed.
  std::uint64_t promised() { return below(server_.log.size() + 1); }

  std::variant<TxnBody, Operation> random_write(bool as_operation = false) {
    const std::string data = std::to_string(++writes_);
    const auto pick = [&](auto operation) -> std::variant<TxnBody, Operation> {
      if (as_operation) return Operation(std::move(operation));
      return TxnBody(std::move(operation));
    };
    switch (below(4)) {
      case 0:
        return pick(create(random_path(), data));
      case 1:
        return pick(Delete{random_path()});
      default:
        return pick(set(random_path(), data));
    }
  }

  Operation random_operation() {
    const bool watch = below(2) == 0;
    switch (below(14)) {
      case 0:
      case 1:
        return GetData{random_path(), watch};
      case 2:
        return Exists{random_path(), watch};
      case 3:
        return GetChildren{random_path(), watch};
      case 4:
        return Sync{random_path()};
      case 5:
        return Ping{};
      case 6:
        return AddWatch{random_path(), WatchMode::persistent};
      case 7:
        return AddWatch{"/", WatchMode::persistent_recursive};
      case 8:
        return Create{random_path(), {}, {}};  // Without an ACL: refused here.
      case 9:
        return below(20) == 0 ? Operation(CloseSession{}) : Operation(Ping{});
      default:
        return std::get<Operation>(random_write(true));
    }
  }

  static bool reaches_leader(const Operation& operation) {
    if (const auto* create = std::get_if<Create>(&operation)) return !create->acl.empty();
    return std::holds_alternative<SetData>(operation) ||
           std::holds_alternative<Delete>(operation) ||
           std::holds_alternative<CloseSession>(operation);
  }

  void send() {
    Client& client = clients_[below(clients_.size())];
    if (client.gone) return;
    server_.take_all();
    bool idle = server_.machine.is_serving() && replies_of(client) == client.sent.size() &&
                has_session(client) && server_.clients_read;
    std::vector<Operation> operations;
    for (auto count = 1 + below(5); count > 0; --count) {
      operations.push_back(random_operation());
      Sent sent{operations.back(), server_.last(), idle, 0};
      if (reaches_leader(operations.back())) sent.sequence = ++client.writes;
      // The rest of the batch waits behind a write or a sync.
      if (sent.sequence != 0 || std::holds_alternative<Sync>(operations.back())) {
        sent.at_once = false;
        idle = false;
      }
      client.sent.push_back(std::move(sent));
    }
    server_.send_all(client.serial, std::move(operations));
  }

  std::size_t replies_of(const Client& client) {
    std::size_t replies = 0;
    for (const Delivery& delivery : server_.given[client.serial]) {
      replies += std::holds_alternative<Reply>(delivery) ? 1 : 0;
    }
    return replies;
  }
  bool has_session(const Client& client) {
    const auto& given = server_.given[client.serial];
    return !given.empty() && std::holds_alternative<SessionOpened>(given.front()) &&
           !std::holds_alternative<CloseConnection>(given.back());
  }

  void connect() {
    const std::uint64_t serial = ++serials_;
    clients_.push_back(Client{serial, {}, 1, false});
    if (below(3) == 0 && sessions_ > 0) {
      const auto session = 1 + static_cast<std::int64_t>(below(sessions_));
      server_.shake_hands(serial, session, AttachSession{5'000, {}});
    } else {
      const auto session = static_cast<std::int64_t>(++sessions_);
      server_.shake_hands(serial, session, CreateSession{5'000, {}});
    }
  }

  void disconnect() {
    Client& client = clients_[below(clients_.size())];
    server_.take_all();
    client.gone = true;
    server_.machine.on_closed(ConnectionSerial{client.serial});
  }

  /// What was on its way is lost, or is committed by the next leader.
  void lose_leader() {
    server_.machine.on_leader_lost();
    server_.syncs.clear();
    server_.log.resize(below(server_.log.size() + 1));
  }

  std::mt19937 random_;
  Server server_;
  std::vector<Client> clients_;
  std::uint64_t serials_ = 0;
  std::uint64_t sessions_ = 0;
  int writes_ = 0;
};

TEST_CASE("every client sees one order, whatever the interleaving") {
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Walk walk(seed);
    for (int i = 0; i < 250; ++i) walk.step();
    walk.finish();
  }
}

}  // namespace
}  // namespace quorate
