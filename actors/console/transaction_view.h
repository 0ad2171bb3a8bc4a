// The transaction log, newest first, as the console shows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/console/json.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/txn/txn.h"
#include "storage/txn_log.h"

namespace quorate {

struct TransactionsWanted {
  Zxid newest;       ///< This one and those before it; what was applied, at most.
  std::string path;  ///< Only what touches this node; empty: all.
  std::optional<SessionId> session;
  std::size_t limit = 100;
  std::size_t looked_at_max = 20'000;
};

/// One txn in words, without data and credentials.
struct ShownTransaction {
  Zxid zxid;
  std::int64_t at_ms = 0;
  SessionId session;  ///< {0}: nobody's.
  std::string kind;
  std::vector<std::string> paths;  ///< The first of them.
  std::size_t bytes = 0;
  std::string detail;
  friend bool operator==(const ShownTransaction&, const ShownTransaction&) = default;
};

struct TransactionPage {
  std::vector<ShownTransaction> items;  ///< Newest first.
  std::size_t looked_at = 0;
  std::optional<Zxid> first;  ///< The oldest that the log still has.
  std::optional<Zxid> next;   ///< To go on with; none: there are no older ones.
};

/// On any thread, beside the journal. A log reads forwards alone, so this one reads chunks of it
/// from the end on. Errors: `damaged`, `io_error`; `cut` when a new leader took away what was being
/// read: ask again. What is purged meanwhile is simply not there any more.
[[nodiscard]] Result<TransactionPage> read_transactions(const TxnLog& log,
                                                        const TransactionsWanted& wanted);

/// `bytes`: of its record.
[[nodiscard]] ShownTransaction describe(const Txn& txn, std::size_t bytes);
/// Whether the txn is about the node at `path`. A sequential create knows its name but for the
/// number; a recursive delete is about all below its path.
[[nodiscard]] bool touches(const Txn& txn, std::string_view path);

/// The schema Transactions of console/openapi.yaml, and `next`: what `zxid` to go on with.
[[nodiscard]] Json transactions_view(const TransactionPage& page);

}  // namespace quorate
