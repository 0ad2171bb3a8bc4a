// What the console shows of sessions, watches and nodes.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "actors/console/session_view.h"
#include "actors/console/tree_view.h"
#include "actors/console/watch_view.h"
#include "test/unit/actors/console/view_samples.h"

namespace quorate::test {
namespace {

using Sort = SessionsWanted::Sort;
using Names = std::vector<std::string>;

const Zxid applied = Zxid::at(Epoch{7}, 0x20);

Names listed(const SessionsWanted& wanted) {
  Names names;
  const Json page = sessions_view(sample_sessions(), sample_connections(), wanted, 1);
  for (const Json& item : page["items"]) names.push_back(item["session"]);
  return names;
}

Names sorted(Sort sort, std::optional<bool> is_descending = std::nullopt) {
  SessionsWanted wanted;
  wanted.sort = sort;
  wanted.is_descending = is_descending;
  return listed(wanted);
}

TEST_CASE("a page of sessions, joined with their connections") {
  CHECK(sessions_view(sample_sessions(), sample_connections(), {}, 1'700) == Json::parse(R"({
    "at_ms": 1700, "total": 3, "offset": 0,
    "items": [
      {"session": "0xa", "local": false, "timeout_ms": 30000, "here": true, "server": 1,
       "ephemerals": 2, "watches": 3, "address": "10.0.0.5:4242", "protocol": "native",
       "tls": false, "connected_at_ms": 1700000000000, "heard_ms_ago": 250, "received": 40,
       "sent": 41, "outstanding": 1, "latency_avg_ms": 2.5, "latency_max_ms": 7,
       "identities": ["ip:10.0.0.5", "digest:anna"], "actor": 17},
      {"session": "0xb", "local": false, "timeout_ms": 10000, "here": false, "server": 2,
       "ephemerals": 1, "watches": null},
      {"session": "0xc", "local": true, "timeout_ms": 4000, "here": true, "server": 1,
       "ephemerals": 0, "watches": 9, "address": "[fe80::1]:99", "protocol": "zookeeper",
       "tls": true, "connected_at_ms": 1700000000500, "heard_ms_ago": null, "received": 4,
       "sent": 400, "outstanding": 0, "latency_avg_ms": null, "latency_max_ms": null,
       "identities": [], "actor": 18}]})"));
}

TEST_CASE("sessions are sorted by what was asked for, those elsewhere last where nobody knows") {
  CHECK(sorted(Sort::session) == Names{"0xa", "0xb", "0xc"});
  CHECK(sorted(Sort::session, true) == Names{"0xc", "0xb", "0xa"});
  CHECK(sorted(Sort::address) == Names{"0xa", "0xc", "0xb"});
  CHECK(sorted(Sort::address, true) == Names{"0xc", "0xa", "0xb"});
  CHECK(sorted(Sort::heard) == Names{"0xa", "0xc", "0xb"});
  CHECK(sorted(Sort::heard, true) == Names{"0xc", "0xa", "0xb"});
  CHECK(sorted(Sort::ephemerals) == Names{"0xa", "0xb", "0xc"});
  CHECK(sorted(Sort::ephemerals, false) == Names{"0xc", "0xb", "0xa"});
  CHECK(sorted(Sort::watches) == Names{"0xc", "0xa", "0xb"});
  CHECK(sorted(Sort::received) == Names{"0xa", "0xc", "0xb"});
  CHECK(sorted(Sort::sent) == Names{"0xc", "0xa", "0xb"});
}

TEST_CASE("sessions are searched and paged") {
  SessionsWanted wanted;
  wanted.search = "10.0.0.5:42";
  CHECK(listed(wanted) == Names{"0xa"});
  wanted.search = "digest:anna";
  CHECK(listed(wanted) == Names{"0xa"});
  wanted.search = "secret";
  CHECK(listed(wanted).empty());
  wanted.search = "0xb";
  CHECK(listed(wanted) == Names{"0xb"});
  wanted.search = "";
  wanted.here_only = true;
  CHECK(listed(wanted) == Names{"0xa", "0xc"});
  wanted.offset = 1;
  CHECK(listed(wanted) == Names{"0xc"});
  wanted.offset = 5;
  CHECK(listed(wanted).empty());
  wanted = {};
  wanted.limit = 2;
  CHECK(listed(wanted) == Names{"0xa", "0xb"});
}

TEST_CASE("a connection is found by its serial") {
  const ConnectionRows connections = sample_connections();
  CHECK(find_connection(connections, ConnectionSerial{3}) == &connections.rows[1]);
  CHECK(find_connection(connections, ConnectionSerial{2}) == nullptr);
  CHECK(find_connection(connections, {}) == nullptr);
}

TEST_CASE("one session, with paths as they are") {
  const Json session = session_view(sample_session(), nullptr);

  CHECK(session["etag"] == "000000000000feed");
  CHECK(session["watched_paths"][0] == Json({{"path", "/a"}, {"kind", "data"}}));
  CHECK(session["watched_paths"][1]["kind"] == "recursive");
  CHECK(to_text(session["ephemeral_paths"]) == R"(["/a","/\"<script>\\\u0001)"
                                               "\xef\xbf\xbd\xef\xbf\xbd"
                                               R"("])");
}

TEST_CASE("a page of watches") {
  CHECK(watches_view({}, sample_watches(), 1'700, 12.34) == Json::parse(R"({
    "at_ms": 1700, "by": "path", "total": 7, "offset": 0, "watches": 100, "paths": 60,
    "sessions": 30, "fired_per_s": 12.3,
    "items": [{"name": "/a", "watches": 4, "data": 3, "child": 0, "persistent": 1,
               "recursive": 0, "some": ["0xa", "0xb"]}]})"));
}

TEST_CASE("a node that may be read") {
  CHECK(node_view("/a", applied, sample_node()) == Json::parse(R"({
    "path": "/a", "zxid": "7.20",
    "stat": {"czxid": "5.1", "mzxid": "7.1f", "pzxid": "5.1", "ctime_ms": 1700000000000,
             "mtime_ms": 1700000000001, "version": 3, "cversion": 4, "aversion": 5,
             "ephemeral_owner": null, "data_bytes": 4, "children": 0, "kind": "persistent"},
    "acl": [{"perms": "cdrwa", "scheme": "world", "id": "anyone"},
            {"perms": "r", "scheme": "digest", "id": "anna"}],
    "readable": true, "data": "text", "truncated": false,
    "quota": {"path": "/a", "nodes": 2, "bytes": 4, "nodes_soft": 10, "bytes_soft": null,
              "nodes_hard": 20, "bytes_hard": null},
    "watchers": 6})"));
}

TEST_CASE("a node that may not be read has no data") {
  NodeAnswer node = sample_node();
  node.is_readable = false;
  const Json json = node_view("/a", applied, node);
  CHECK(json["readable"] == false);
  CHECK_FALSE(json.contains("data"));
}

TEST_CASE("data is text, base64 or null, and is cut where it is long") {
  CHECK(data_json(Blob(std::string_view("\xc3\xa4\n"))) == "\xc3\xa4\n");
  CHECK(data_json(Blob()) == "");
  CHECK(data_json(Blob::null()) == nullptr);
  CHECK(data_json(Blob(std::string_view("\xff\x00", 2))) == Json({{"base64", "/wA="}}));
  CHECK(data_json(Blob(std::string_view("\xff")))["base64"] == "/w==");
  CHECK(data_json(Blob(std::string_view("\xff\xfe\xfd")))["base64"] == "//79");

  const std::string text(shown_data_max - 1, 'x');
  CHECK(data_json(Blob(text + "\xc3\xa4")) == text);  // Not half a character.
  CHECK(data_json(Blob(text + "yz")) == text + "y");
  const std::string binary(shown_data_max + 9, '\xff');
  CHECK(data_json(Blob(binary))["base64"].get<std::string>().size() ==
        (shown_data_max + 2) / 3 * 4);
}

TEST_CASE("lists of nodes") {
  ChildrenAnswer children{3, true, {}};
  children.children.emplace_back("b", sample_node().stat);
  const Json page = children_view("/a", applied, children);
  CHECK(page["items"][0]["name"] == "b");
  CHECK(page["items"][0]["stat"]["kind"] == "persistent");
  CHECK(page["total"] == 3);
  CHECK(page["more"] == true);

  CHECK(found_view("a", "/", {true, 9, {"/a"}}) ==
        Json::parse(R"({"text": "a", "under": "/", "more": true, "looked_at": 9,
                        "paths": ["/a"]})"));
  CHECK(biggest_view("/", {{{"/a", 2, 9}}}) ==
        Json::parse(R"({"path": "/", "items": [{"path": "/a", "nodes": 2, "bytes": 9}]})"));
  CHECK(biggest_view("/", {})["items"] == Json::array());
}

TEST_CASE("what an edit has changed") {
  CHECK(changed_view("/a", {"", applied, {}}) == Json::parse(R"({"path": "/a", "zxid": "7.20"})"));
  const Json created = changed_view("/a-", {"/a-0000000001", applied, sample_node().stat.stat});
  CHECK(created["path"] == "/a-0000000001");
  CHECK(created["stat"]["version"] == 3);
}

}  // namespace
}  // namespace quorate::test
