#include "actors/console/transaction_view.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>
#include <variant>

#include "core/base/overloaded.h"
#include "core/tree/path.h"
#include "schema/capnp/record_codec.h"

namespace quorate {
namespace {

constexpr std::size_t chunk_records_min = 64;
constexpr std::size_t chunk_records_max = 1024;
/// Paths that are shown of one multi, and bytes of paths on a page.
constexpr std::size_t paths_max = 100;
constexpr std::size_t page_bytes_max = std::size_t{4} << 20;

/// Reads one page.
class Reading {
 public:
  Reading(const TxnLog& log, const TransactionsWanted& wanted) : log_(log), wanted_(wanted) {}

  Result<TransactionPage> run() {
    if (const Status begun = find_first(); !begun.ok()) return begun.error();
    std::size_t chunk = chunk_records_min;
    for (Zxid upto = wanted_.newest; page_.first; chunk = std::min(2 * chunk, chunk_records_max)) {
      const Result<Zxid> last = last_at(upto);
      if (!last.ok()) return last.error();
      if (*last < *page_.first) break;
      const Zxid begin = begin_of(*last, chunk);
      if (begin >= *last) break;  // Purged meanwhile.
      const Result<bool> goes_on = read_chunk(begin, *last);
      if (!goes_on.ok()) return goes_on.error();
      if (!*goes_on) break;
      upto = begin;
    }
    return std::move(page_);
  }

 private:
  /// The oldest record, if there is one.
  Status find_first() {
    auto reader = log_.reader(log_.base().zxid);
    if (reader.code() == ErrorCode::purged) reader = log_.reader(log_.base().zxid);
    if (!reader.ok()) return reader.error();
    const auto oldest = (*reader)->next();
    if (!oldest.ok()) return oldest.error();
    if (*oldest) page_.first = (*oldest)->zxid;
    return {};
  }

  /// The last record at or before; {0} when it is gone.
  Result<Zxid> last_at(Zxid upto) {
    const auto position = log_.position_at(upto);
    if (position.code() == ErrorCode::purged) return Zxid{};
    if (!position.ok()) return position.error();
    return position->zxid;
  }

  /// In front of about so many records; counters within an epoch are dense.
  [[nodiscard]] Zxid begin_of(Zxid last, std::size_t records) const {
    const std::uint32_t counter = last.counter();
    const auto back = static_cast<std::uint32_t>(std::min<std::size_t>(records, counter));
    return std::max(Zxid::at(last.epoch(), counter - back), log_.base().zxid);
  }

  /// What is behind `begin`, up to `last`. False: the page is full.
  Result<bool> read_chunk(Zxid begin, Zxid last) {
    auto reader = log_.reader(begin);
    if (reader.code() == ErrorCode::purged) return false;
    if (!reader.ok()) return reader.error();
    std::vector<LogRecord> records;
    for (;;) {
      auto record = (*reader)->next();
      if (!record.ok()) return record.error();
      if (!*record || (*record)->zxid > last) break;
      records.push_back(std::move(**record));
    }
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
      const Status looked = look(*record);
      if (!looked.ok()) return looked.error();
      if (!is_full()) continue;
      if (record->zxid > *page_.first) page_.next = Zxid{record->zxid.value - 1};
      return false;
    }
    return true;
  }

  Status look(const LogRecord& record) {
    ++page_.looked_at;
    const auto txn = capnp_codec::decode_txn(record.bytes.bytes());
    if (!txn.ok()) return txn.error();
    if (wanted_.session && txn->submission.session != *wanted_.session) return {};
    if (!wanted_.path.empty() && !touches(*txn, wanted_.path)) return {};
    page_.items.push_back(describe(*txn, record.bytes.size()));
    for (const std::string& path : page_.items.back().paths) shown_bytes_ += path.size();
    return {};
  }

  [[nodiscard]] bool is_full() const {
    return page_.items.size() >= wanted_.limit || page_.looked_at >= wanted_.looked_at_max ||
           shown_bytes_ > page_bytes_max;
  }

  const TxnLog& log_;
  const TransactionsWanted& wanted_;
  TransactionPage page_;
  std::size_t shown_bytes_ = 0;
};

// --- In words ------------------------------------------------------------------------------------

void add(std::string& detail, std::string_view words) {
  if (!detail.empty()) detail += ", ";
  detail += words;
}

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void add_version(std::string& detail, std::int32_t version) {
  if (version != any_version) add(detail, "at version " + std::to_string(version));
}

/// The kind, paths and detail of what is asked.
class Words {
 public:
  explicit Words(ShownTransaction& shown) : shown_(shown) {}

  void operator()(const Create& create) {
    name("create", create.path);
    if (is_ephemeral(create.mode)) add(shown_.detail, "ephemeral");
    if (is_sequential(create.mode)) add(shown_.detail, "sequential");
    if (create.mode == CreateMode::container) add(shown_.detail, "container");
    if (has_ttl(create.mode)) add(shown_.detail, "ttl " + std::to_string(create.ttl_ms) + " ms");
    if (create.if_absent) add(shown_.detail, "if absent");
    add(shown_.detail, counted(create.data.size(), "byte"));
  }
  void operator()(const Delete& remove) {
    name("delete", remove.path);
    add_version(shown_.detail, remove.version);
  }
  void operator()(const DeleteTree& remove) {
    name("delete_tree", remove.path);
    if (remove.limit != 0) add(shown_.detail, "at most " + counted(remove.limit, "node"));
  }
  void operator()(const SetData& set) {
    name("set", set.path);
    add(shown_.detail, counted(set.data.size(), "byte"));
    add_version(shown_.detail, set.version);
  }
  void operator()(const SetAcl& set) {
    name("set_acl", set.path);
    add(shown_.detail, counted(set.acl.size(), "permission"));
    add_version(shown_.detail, set.version);
  }
  void operator()(const Multi& multi) {
    std::size_t refused = 0;
    for (const MultiOp& op : multi.ops) {
      std::visit(Overloaded{[&](const RefusedOp&) { ++refused; },
                            [&](const auto& one) { add_path(one.path); }},
                 op);
    }
    shown_.kind = "multi";
    shown_.detail = counted(multi.ops.size(), "operation");
    if (refused > 0) add(shown_.detail, std::to_string(refused) + " refused before");
    if (paths_ > paths_max)
      add(shown_.detail, "the first " + std::to_string(paths_max) + " paths are shown");
  }
  void operator()(const Reap& reap) { name("reap", reap.path); }
  void operator()(const CreateSession& create) { session("create_session", create.timeout_ms); }
  void operator()(const AttachSession& attach) { session("attach_session", attach.timeout_ms); }
  void operator()(const CloseSession&) { shown_.kind = "close_session"; }
  void operator()(const ExpireSession&) { shown_.kind = "expire_session"; }
  void operator()(const SetSettings& set) {
    shown_.kind = "set_settings";
    const EnsembleSettings& settings = set.settings;
    shown_.detail = "feature level " + std::to_string(settings.feature_level);
    if (settings.skip_acl) add(shown_.detail, "ACLs are not checked");
    if (settings.enforce_quota) add(shown_.detail, "quotas are enforced");
  }
  void operator()(const RefusedWrite& refused) {
    shown_.kind = "refused";
    shown_.detail = to_string(refused.error);
  }

 private:
  void name(std::string_view kind, const std::string& path) {
    shown_.kind = kind;
    add_path(path);
  }
  void add_path(const std::string& path) {
    if (++paths_ <= paths_max) shown_.paths.push_back(path);
  }
  void session(std::string_view kind, std::int64_t timeout_ms) {
    shown_.kind = kind;
    shown_.detail = "timeout " + std::to_string(timeout_ms) + " ms";
  }

  ShownTransaction& shown_;
  std::size_t paths_ = 0;
};

bool creates(const Create& create, std::string_view path) {
  if (path == create.path) return true;
  if (!is_sequential(create.mode) || !path.starts_with(create.path)) return false;
  const std::string_view number = path.substr(create.path.size());
  return number.size() >= 10 && std::all_of(number.begin(), number.end(),
                                            [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Whether what is asked is about a path.
struct Touches {
  std::string_view path;

  bool operator()(const Create& create) const { return creates(create, path); }
  bool operator()(const DeleteTree& remove) const { return path::is_within(path, remove.path); }
  bool operator()(const Multi& multi) const {
    return std::any_of(multi.ops.begin(), multi.ops.end(),
                       [&](const MultiOp& op) { return std::visit(*this, op); });
  }
  template <class Operation>
  bool operator()(const Operation& operation) const {
    if constexpr (requires { operation.path; }) {
      return operation.path == path;
    } else {
      return false;
    }
  }
};

}  // namespace

Result<TransactionPage> read_transactions(const TxnLog& log, const TransactionsWanted& wanted) {
  return Reading(log, wanted).run();
}

ShownTransaction describe(const Txn& txn, std::size_t bytes) {
  ShownTransaction shown;
  shown.zxid = txn.zxid;
  shown.at_ms = txn.time_ms;
  shown.session = txn.submission.session;
  shown.bytes = bytes;
  std::visit(Words(shown), txn.submission.body);
  add(shown.detail, "by way of server " + std::to_string(txn.submission.origin.server.value));
  return shown;
}

bool touches(const Txn& txn, std::string_view path) {
  return std::visit(Touches{path}, txn.submission.body);
}

Json transactions_view(const TransactionPage& page) {
  Json items = Json::array();
  for (const ShownTransaction& item : page.items) {
    const bool is_somebodys = item.session != SessionId{};
    items.push_back({{"zxid", to_string(item.zxid)},
                     {"at_ms", item.at_ms},
                     {"session", is_somebodys ? Json(to_string(item.session)) : Json(nullptr)},
                     {"kind", item.kind},
                     {"paths", item.paths},
                     {"bytes", item.bytes},
                     {"detail", item.detail}});
  }
  return {{"more", page.next.has_value()},
          {"looked_at", page.looked_at},
          {"first", page.first ? Json(to_string(*page.first)) : Json(nullptr)},
          {"next", page.next ? Json(to_string(*page.next)) : Json(nullptr)},
          {"items", std::move(items)}};
}

}  // namespace quorate
