// The log, newest first, in words.
#include "actors/console/transaction_view.h"

#include <doctest/doctest.h>

#include "schema/capnp/record_codec.h"
#include "test/unit/storage/log_benches.h"

namespace quorate::test {
namespace {

#define QUORATE_LOGS RocksBench, MemoryBench

using Zxids = std::vector<std::string>;

Txn txn_of(Zxid zxid, TxnBody body, std::int64_t session = 7) {
  Txn txn;
  txn.zxid = zxid;
  txn.time_ms = 1'700'000'000'000 + zxid.counter();
  txn.submission.session = SessionId{session};
  txn.submission.origin.server = ServerId{2};
  txn.submission.identities = {{"digest", "anna:secret"}};
  txn.submission.body = std::move(body);
  return txn;
}

Create create_of(std::string path, CreateMode mode = CreateMode::persistent) {
  Create create;
  create.path = std::move(path);
  create.data = Blob(std::string_view("secret"));
  create.acl = {{perms::all, "digest", "anna:secret"}};
  create.mode = mode;
  return create;
}

void append(TxnLog& log, const std::vector<Txn>& txns) {
  std::vector<LogRecord> records;
  for (const Txn& txn : txns) records.push_back({txn.zxid, capnp_codec::encode_txn(txn)});
  REQUIRE(log.append(records).ok());
  REQUIRE(log.sync().ok());
}

/// Records 1 to `last` of an epoch: creates of /n<counter>, by session counter % 10.
void fill(TxnLog& log, std::uint32_t epoch, std::uint32_t last, std::uint32_t first = 1) {
  std::vector<Txn> txns;
  for (std::uint32_t i = first; i <= last; ++i)
    txns.push_back(txn_of(Zxid::at(Epoch{epoch}, i), create_of("/n" + std::to_string(i)), i % 10));
  append(log, txns);
}

TransactionPage read(const TxnLog& log, const TransactionsWanted& wanted) {
  auto page = read_transactions(log, wanted);
  if (!page.ok()) FAIL(page.error().text);
  return std::move(page).value();
}

Zxids zxids(const TransactionPage& page) {
  Zxids all;
  for (const ShownTransaction& item : page.items) all.push_back(to_string(item.zxid));
  return all;
}

TransactionsWanted newest(const TxnLog& log, std::size_t limit = 100) {
  TransactionsWanted wanted;
  wanted.newest = log.last().zxid;
  wanted.limit = limit;
  return wanted;
}

TEST_CASE_TEMPLATE("the log is shown from its end on, over epochs, in pages", Bench, QUORATE_LOGS) {
  Bench bench;
  DurableLog& log = bench.open();
  fill(log, 5, 3);
  fill(log, 7, 2);

  const auto first = read(log, newest(log, 3));
  CHECK(zxids(first) == Zxids{"7.2", "7.1", "5.3"});
  CHECK(first.first == Zxid::at(Epoch{5}, 1));
  CHECK(first.looked_at == 3);
  REQUIRE(first.next);
  TransactionsWanted rest = newest(log, 3);
  rest.newest = *first.next;
  const auto second = read(log, rest);
  CHECK(zxids(second) == Zxids{"5.2", "5.1"});
  CHECK_FALSE(second.next);
}

TEST_CASE_TEMPLATE("an empty log shows nothing", Bench, QUORATE_LOGS) {
  Bench bench;
  const auto page = read(bench.open(), {});
  CHECK(page.items.empty());
  CHECK_FALSE(page.first);
  CHECK_FALSE(page.next);
}

TEST_CASE_TEMPLATE("a page goes over many chunks, and ends where a purge did", Bench,
                   QUORATE_LOGS) {
  Bench bench;
  DurableLog& log = bench.open();
  fill(log, 5, 3000);
  REQUIRE(log.purge_up_to(Zxid::at(Epoch{5}, 500)).ok());

  const auto page = read(log, newest(log, 5000));

  CHECK(page.items.size() == 2500);
  for (std::size_t i = 0; i < page.items.size(); ++i)
    CHECK(page.items[i].zxid == Zxid::at(Epoch{5}, static_cast<std::uint32_t>(3000 - i)));
  CHECK(page.first == Zxid::at(Epoch{5}, 501));
  CHECK_FALSE(page.next);
}

TEST_CASE_TEMPLATE("only so many records are looked at for one page", Bench, QUORATE_LOGS) {
  Bench bench;
  DurableLog& log = bench.open();
  fill(log, 5, 300);
  TransactionsWanted wanted = newest(log);
  wanted.path = "/n10";
  wanted.looked_at_max = 250;

  const auto page = read(log, wanted);
  CHECK(page.items.empty());
  CHECK(page.looked_at == 250);
  REQUIRE(page.next == Zxid::at(Epoch{5}, 50));
  wanted.newest = *page.next;
  const auto rest = read(log, wanted);
  CHECK(zxids(rest) == Zxids{"5.a"});
  CHECK_FALSE(rest.next);
}

TEST_CASE_TEMPLATE("a zxid that no record has stands for the one before it", Bench, QUORATE_LOGS) {
  Bench bench;
  DurableLog& log = bench.open();
  fill(log, 5, 3);
  fill(log, 9, 1);
  TransactionsWanted wanted;
  wanted.newest = Zxid::at(Epoch{5}, ~0U);
  CHECK(zxids(read(log, wanted)) == Zxids{"5.3", "5.2", "5.1"});
  wanted.newest = Zxid::at(Epoch{4}, 1);
  CHECK(read(log, wanted).items.empty());
  wanted.newest = Zxid{~std::uint64_t{0}};
  CHECK(read(log, wanted).items.size() == 4);
}

TEST_CASE_TEMPLATE("a session's transactions are found", Bench, QUORATE_LOGS) {
  Bench bench;
  DurableLog& log = bench.open();
  fill(log, 5, 30);
  TransactionsWanted wanted = newest(log);
  wanted.session = SessionId{4};
  CHECK(zxids(read(log, wanted)) == Zxids{"5.18", "5.e", "5.4"});
}

TEST_CASE("what is in the log is damaged: that is said") {
  MemoryBench bench;
  DurableLog& log = bench.open();
  REQUIRE(log.append(std::vector<LogRecord>{{at(1), Blob(std::string_view("no txn"))}}).ok());
  CHECK_FALSE(read_transactions(log, newest(log)).ok());
}

TEST_CASE("each kind of transaction is told in words, without data and credentials") {
  const Zxid zxid = Zxid::at(Epoch{7}, 0x1f);
  Create lock = create_of("/locks/l-", CreateMode::ephemeral_sequential);
  lock.if_absent = false;
  Create ttl = create_of("/t", CreateMode::ttl);
  ttl.ttl_ms = 500;
  Multi multi{{create_of("/a"), Delete{"/b", 3}, Check{"/c", 1}, RefusedOp{}}};
  const std::vector<std::pair<TxnBody, std::string>> cases = {
      {lock, "create /locks/l-: ephemeral, sequential, 6 bytes"},
      {ttl, "create /t: ttl 500 ms, 6 bytes"},
      {create_of("/k", CreateMode::container), "create /k: container, 6 bytes"},
      {Delete{"/a", 3}, "delete /a: at version 3"},
      {DeleteTree{"/a", 9}, "delete_tree /a: at most 9 nodes"},
      {SetData{"/a", Blob(std::string_view("s")), any_version}, "set /a: 1 byte"},
      {SetAcl{"/a", lock.acl, 2}, "set_acl /a: 1 permission, at version 2"},
      {multi, "multi /a /b /c: 4 operations, 1 refused before"},
      {CreateSession{30'000, {}}, "create_session: timeout 30000 ms"},
      {AttachSession{30'000, {}}, "attach_session: timeout 30000 ms"},
      {Reap{"/k"}, "reap /k: by way of server 2"},
      {SetSettings{{true, true}},
       "set_settings: feature level 1, ACLs are not checked, quotas are enforced"},
      {RefusedWrite{ErrorCode::no_auth}, "refused: no_auth"}};
  for (const auto& [body, expected] : cases) {
    const ShownTransaction shown = describe(txn_of(zxid, body), 99);
    std::string text = shown.kind;
    for (const std::string& path : shown.paths) text += " " + path;
    text += ": " + shown.detail;
    CHECK(text.substr(0, expected.size()) == expected);
    CHECK(text.find("secret") == std::string::npos);
    CHECK(text.ends_with("by way of server 2"));
  }
  CHECK(describe(txn_of(zxid, CloseSession{}), 9).kind == "close_session");
  CHECK(describe(txn_of(zxid, ExpireSession{}), 9).kind == "expire_session");
}

TEST_CASE("of a large multi the first paths are shown") {
  Multi multi;
  for (int i = 0; i < 150; ++i) multi.ops.emplace_back(Delete{"/n" + std::to_string(i)});
  const auto shown = describe(txn_of(at(1), multi), 9);
  CHECK(shown.paths.size() == 100);
  CHECK(shown.detail.starts_with("150 operations, the first 100 paths are shown"));
}

TEST_CASE("what touches a node is found") {
  const auto hits = [](TxnBody body, std::string_view path) {
    return touches(txn_of(at(1), std::move(body)), path);
  };
  CHECK(hits(create_of("/a"), "/a"));
  CHECK_FALSE(hits(create_of("/a"), "/a/b"));
  CHECK_FALSE(hits(create_of("/a"), "/a0000000001"));
  CHECK(hits(create_of("/l-", CreateMode::persistent_sequential), "/l-0000000012"));
  CHECK_FALSE(hits(create_of("/l-", CreateMode::persistent_sequential), "/l-000000001x"));
  CHECK_FALSE(hits(create_of("/l-", CreateMode::persistent_sequential), "/l-12"));
  CHECK(hits(DeleteTree{"/a", 0}, "/a/b/c"));
  CHECK_FALSE(hits(DeleteTree{"/a", 0}, "/ab"));
  CHECK(hits(Multi{{Check{"/x", 1}, Delete{"/y"}}}, "/y"));
  CHECK_FALSE(hits(CloseSession{}, "/"));
}

TEST_CASE("a page of transactions as a document") {
  TransactionPage page;
  page.looked_at = 12;
  page.first = Zxid::at(Epoch{5}, 1);
  page.next = Zxid::at(Epoch{7}, 0x1e);
  page.items.push_back(
      {Zxid::at(Epoch{7}, 0x1f), 1'700, SessionId{0x1a}, "delete", {"/a"}, 80, "at version 3"});
  page.items.push_back({Zxid::at(Epoch{7}, 0x1e), 1'699, {}, "reap", {"/b"}, 70, ""});

  CHECK(transactions_view(page) == Json::parse(R"({
    "more": true, "looked_at": 12, "first": "5.1", "next": "7.1e",
    "items": [
      {"zxid": "7.1f", "at_ms": 1700, "session": "0x1a", "kind": "delete", "paths": ["/a"],
       "bytes": 80, "detail": "at version 3"},
      {"zxid": "7.1e", "at_ms": 1699, "session": null, "kind": "reap", "paths": ["/b"],
       "bytes": 70, "detail": ""}]})"));
  CHECK(transactions_view({}) == Json::parse(R"({
    "more": false, "looked_at": 0, "first": null, "next": null, "items": []})"));
}

}  // namespace
}  // namespace quorate::test
