// Quotas: how much may lie below a path. Kept as znodes, as in ZooKeeper.
//
// `/zookeeper/quota<path>/zookeeper_limits` holds the limits and makes the quota;
// `/zookeeper/quota<path>/zookeeper_stats` shows the usage: what is read there is computed from
// the tree, so that it is right on every server at every zxid, without any record of its own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace quorate {

/// Count and bytes that may lie at and below a path; -1: no limit.
struct QuotaLimits {
  std::int64_t count = -1;  ///< Soft: exceeding it is only reported.
  std::int64_t bytes = -1;
  std::int64_t count_hard = -1;  ///< Enforced when the ensemble's settings say so.
  std::int64_t bytes_hard = -1;
  friend bool operator==(const QuotaLimits&, const QuotaLimits&) = default;
};

/// The znode itself and all below it; bytes of data only.
struct QuotaUsage {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const QuotaUsage&, const QuotaUsage&) = default;
};

/// Reads both forms: "count=5,bytes=-1" and "count=5,bytes=-1=;byteHardLimit=10;countHardLimit=8"
/// (the stray '=' is there for parsers before 3.7). What cannot be read is no limit.
[[nodiscard]] QuotaLimits parse_quota(std::string_view text);
/// The first form, or the second where a hard limit is set.
[[nodiscard]] std::string to_string(const QuotaLimits& limits);
/// "count=2,bytes=17", as zookeeper_stats shows it.
[[nodiscard]] std::string to_string(const QuotaUsage& usage);

/// The path that a zookeeper_limits znode limits; empty when `path` isn't one, and for the root
/// and what lies below /zookeeper, which have no quota.
[[nodiscard]] std::string_view limited_by(std::string_view path);
/// The same of a zookeeper_stats znode.
[[nodiscard]] std::string_view counted_by(std::string_view path);

/// The quotas in force, by the path they limit.
class QuotaTable {
 public:
  struct Quota {
    std::string_view path;
    QuotaLimits limits;
  };

  void set(std::string_view path, const QuotaLimits& limits);
  void erase(std::string_view path);
  [[nodiscard]] bool contains(std::string_view path) const;
  /// The quota of the longest prefix of `path`; only that one is asked.
  [[nodiscard]] std::optional<Quota> of(std::string_view path) const;
  [[nodiscard]] const std::map<std::string, QuotaLimits, std::less<>>& all() const {
    return quotas_;
  }

 private:
  std::map<std::string, QuotaLimits, std::less<>> quotas_;
};

}  // namespace quorate
