#include "test/unit/actors/console/view_samples.h"

#include <memory>
#include <utility>

#include "actors/console/session_view.h"
#include "actors/console/transaction_view.h"
#include "actors/console/tree_view.h"
#include "actors/console/watch_view.h"

namespace quorate::test {
namespace {

/// What a client may call a node, or put into it.
const std::string hostile = "/\"<script>\\\x01\xff\xc3";

NodeStat sample_stat(NodeKind kind, SessionId owner) {
  NodeStat stat;
  stat.stat.czxid = Zxid::at(Epoch{5}, 1);
  stat.stat.mzxid = Zxid::at(Epoch{7}, 0x1f);
  stat.stat.pzxid = Zxid::at(Epoch{5}, 1);
  stat.stat.ctime_ms = 1'700'000'000'000;
  stat.stat.mtime_ms = 1'700'000'000'001;
  stat.stat.version = 3;
  stat.stat.cversion = 4;
  stat.stat.aversion = 5;
  stat.stat.ephemeral_owner = owner;
  stat.stat.data_length = 4;
  stat.kind = kind;
  return stat;
}

NodeAnswer node_with(Blob data) {
  NodeAnswer node = sample_node();
  node.data = std::move(data);
  return node;
}

void add_nodes(std::vector<ViewSample>& samples) {
  const Zxid applied = Zxid::at(Epoch{7}, 0x20);
  NodeAnswer hidden = sample_node();
  hidden.is_readable = false;
  hidden.data = {};
  hidden.quota.reset();
  samples.push_back({"Node", "plain", node_view("/a", applied, sample_node())});
  samples.push_back({"Node", "hidden", node_view("/a", applied, hidden)});
  samples.push_back({"Node", "null", node_view("/a", applied, node_with(Blob::null()))});
  samples.push_back({"Node", "binary", node_view(hostile, applied, node_with(Blob(hostile)))});
  samples.push_back(
      {"Node", "long",
       node_view("/a", applied, node_with(Blob(std::string(shown_data_max + 1, 'x'))))});
  ChildrenAnswer children{2, true, {}};
  children.children.emplace_back("a", sample_stat(NodeKind::ttl, {}));
  children.children.emplace_back(hostile, sample_stat(NodeKind::ephemeral, SessionId{0xa}));
  samples.push_back({"Children", "two", children_view("/", applied, children)});
  samples.push_back({"Children", "none", children_view("/", applied, {})});
  samples.push_back({"Found", "some", found_view("a", "/", {true, 9, {"/a", hostile}})});
  samples.push_back({"Biggest", "some", biggest_view("/", {{{"/a", 2, 9}, {hostile, 1, 0}}})});
  const EditAnswer set{"", applied, sample_stat(NodeKind::persistent, {}).stat};
  samples.push_back({"NodeChanged", "set", changed_view("/a", set)});
  samples.push_back({"NodeChanged", "deleted", changed_view("/a", {"", applied, {}})});
}

}  // namespace

SessionRows sample_sessions() {
  SessionRows sessions;
  sessions.rows.push_back({SessionId{0xa}, 30'000, ConnectionSerial{1}, ServerId{1}, 2, 3, false});
  sessions.rows.push_back({SessionId{0xb}, 10'000, {}, ServerId{2}, 1, 0, false});
  sessions.rows.push_back({SessionId{0xc}, 4'000, ConnectionSerial{3}, ServerId{1}, 0, 9, true});
  return sessions;
}

ConnectionRows sample_connections() {
  ConnectionRow one;
  one.serial = ConnectionSerial{1};
  one.actor = 17;
  one.address = "10.0.0.5";
  one.port = 4242;
  one.is_native = true;
  one.session = SessionId{0xa};
  one.connected_at_ms = 1'700'000'000'000;
  one.heard_ms_ago = 250;
  one.received = 40;
  one.sent = 41;
  one.outstanding = 1;
  one.replies = 4;
  one.latency_sum_ms = 10;
  one.latency_max_ms = 7;
  one.identities = std::make_shared<const std::vector<Identity>>(
      std::vector<Identity>{{"ip", "10.0.0.5"}, {"digest", "anna:secret"}});
  ConnectionRow other;
  other.serial = ConnectionSerial{3};
  other.actor = 18;
  other.address = "fe80::1";
  other.port = 99;
  other.is_tls = true;
  other.session = SessionId{0xc};
  other.connected_at_ms = 1'700'000'000'500;
  other.received = 4;
  other.sent = 400;
  ConnectionRows connections;
  connections.rows = {one, other};
  return connections;
}

SessionAnswer sample_session() {
  SessionAnswer session;
  session.row = sample_sessions().rows[0];
  session.mark = 0xfeed;
  session.ephemerals = {"/a", hostile};
  session.watched = {{"/a", WatchKind::data}, {hostile, WatchKind::recursive}};
  return session;
}

NodeAnswer sample_node() {
  NodeAnswer node;
  node.stat = sample_stat(NodeKind::persistent, {});
  node.acl = {{perms::all, "world", "anyone"}, {perms::read, "digest", "anna:x"}};
  node.is_readable = true;
  node.data = Blob(std::string_view("text"));
  node.quota = NodeQuota{"/a", {10, -1, 20, -1}, {2, 4}};
  node.watchers = 6;
  return node;
}

WatchesAnswer sample_watches() {
  WatchesAnswer watches;
  watches.total = 7;
  watches.watches = 100;
  watches.paths = 60;
  watches.watchers = 30;
  watches.items.push_back({"/a", {3, 0, 1, 0}, {"0xa", "0xb"}});
  return watches;
}

std::vector<ViewSample> view_samples() {
  std::vector<ViewSample> samples;
  const ConnectionRows connections = sample_connections();
  samples.push_back({"Sessions", "all", sessions_view(sample_sessions(), connections, {}, 1'700)});
  samples.push_back({"Sessions", "none", sessions_view({}, {}, {}, 1'700)});
  samples.push_back(
      {"SessionDetail", "here", session_view(sample_session(), &connections.rows.front())});
  samples.push_back({"SessionDetail", "elsewhere", session_view(sample_session(), nullptr)});
  samples.push_back({"Watches", "by_path", watches_view({}, sample_watches(), 1'700, 12.34)});
  WatchesInquiry by_session;
  by_session.by = WatchesInquiry::By::session;
  samples.push_back({"Watches", "by_session", watches_view(by_session, {}, 1'700, 0)});
  add_nodes(samples);
  TransactionPage page;
  page.looked_at = 2;
  page.first = page.next = Zxid::at(Epoch{5}, 1);
  page.items.push_back({Zxid::at(Epoch{5}, 3), 1'700, SessionId{0xa}, "create", {hostile}, 9, "x"});
  page.items.push_back({Zxid::at(Epoch{5}, 2), 1'700, {}, "reap", {"/a"}, 9, ""});
  samples.push_back({"Transactions", "two", transactions_view(page)});
  samples.push_back({"Transactions", "none", transactions_view({})});
  return samples;
}

}  // namespace quorate::test
