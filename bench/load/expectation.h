// What a reply must say. A benchmark that counts wrong answers measures nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/node_set.h"
#include "bench/net/wire.h"
#include "core/base/result.h"
#include "core/tree/stat.h"
#include "core/txn/reply.h"
#include "schema/client_messages.h"

namespace quorate::bench {

/// A request whose reply hasn't come.
struct PendingRequest {
  std::int64_t xid = 0;
  std::uint32_t node = 0;
  std::int32_t version = 0;  ///< The node's, once this request is executed.
  bool is_write = false;
  std::int64_t due_ns = 0;  ///< When it was, or should have been, sent.
};

/// Text for people.
[[nodiscard]] std::string to_text(const Stat& stat);

/// Decodes a frame that must be a reply with this xid and no error. Errors name what came instead.
[[nodiscard]] Result<Reply> expect_reply(Wire& wire, std::span<const std::byte> frame,
                                         std::int64_t xid);

/// Never ok: says what a frame is that nothing asked for.
[[nodiscard]] Status expect_silence(Wire& wire, std::span<const std::byte> frame);

/// Decodes a frame that must be an event of `path`'s data.
[[nodiscard]] Result<WatchEvent> expect_data_event(Wire& wire, std::span<const std::byte> frame,
                                                   std::string_view path);

/// Decodes a frame that must be `welcome`.
[[nodiscard]] Result<Welcome> expect_welcome(Wire& wire, std::span<const std::byte> frame);

/// What one connection knows of the nodes it works on, and what it makes of a reply.
///
/// A node that is written has one writer, which alone reads it: then the order of a connection
/// fixes data and stat of every answer. Nodes that nobody writes may be read by all.
class Expectation {
 public:
  /// `stats`: of every node, as set-up left them. `is_static`: nobody writes; then a reply that
  /// equals, but for xid and zxid, one that was decoded and found right is right without decoding.
  Expectation(const NodeSet& nodes, std::vector<Stat> stats, bool is_static);

  /// The version that the node has, or will have when all requests that were issued are executed.
  [[nodiscard]] std::int32_t issued_version(std::uint32_t node) const {
    return issued_versions_[node];
  }
  /// Notes that a write is issued, and returns the version it makes.
  std::int32_t issue_write(std::uint32_t node) { return ++issued_versions_[node]; }

  /// Judges the answer to the oldest request of a connection. `zxid` is the last one that this
  /// connection was told, and moves on. Error data_inconsistency: what was expected, what came.
  Status judge(Wire& wire, std::span<const std::byte> frame, const PendingRequest& pending,
               Zxid& zxid);

 private:
  Status judge_reply(const Reply& reply, const PendingRequest& pending, Zxid zxid);
  Status judge_read(const DataReply& reply, const PendingRequest& pending) const;
  Status judge_write(const StatReply& reply, Zxid zxid, const PendingRequest& pending);
  [[nodiscard]] bool is_known(std::span<const std::byte> frame, const PendingRequest& pending,
                              Zxid& zxid) const;
  void remember(std::span<const std::byte> frame, std::uint32_t node, const Reply& reply);

  const NodeSet& nodes_;
  std::vector<Stat> stats_;  ///< As the last reply about the node told them.
  std::vector<std::int32_t> issued_versions_;
  std::vector<std::vector<std::byte>> known_;  ///< Right replies, by node; empty: none yet.
};

}  // namespace quorate::bench
