#include "core/tree/quota.h"

#include <charconv>

#include "core/tree/path.h"

namespace quorate {
namespace {

constexpr std::string_view quota_root = "/zookeeper/quota";
constexpr std::string_view limits_name = "zookeeper_limits";
constexpr std::string_view stats_name = "zookeeper_stats";

/// "key=number", possibly with '=' behind it.
void read_pair(std::string_view pair, QuotaLimits& limits) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view key = pair.substr(0, equals);
  const std::string_view text = pair.substr(equals + 1);
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_complete = end == text.data() + text.size() || *end == '=';
  if (error != std::errc{} || !is_complete || number < 0) number = -1;
  if (key == "count") limits.count = number;
  if (key == "bytes") limits.bytes = number;
  if (key == "countHardLimit") limits.count_hard = number;
  if (key == "byteHardLimit") limits.bytes_hard = number;
}

std::string_view subject(std::string_view path, std::string_view name) {
  if (!path.starts_with(quota_root)) return {};
  path.remove_prefix(quota_root.size());
  if (path.size() <= name.size() + 1 || !path.ends_with(name)) return {};
  path.remove_suffix(name.size());
  if (path.front() != '/' || path.back() != '/' || path.size() == 1) return {};
  path.remove_suffix(1);
  return path::is_within(path, "/zookeeper") ? std::string_view{} : path;
}

}  // namespace

QuotaLimits parse_quota(std::string_view text) {
  QuotaLimits limits;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(",;");
    read_pair(text.substr(0, end), limits);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return limits;
}

std::string to_string(const QuotaLimits& limits) {
  std::string text =
      "count=" + std::to_string(limits.count) + ",bytes=" + std::to_string(limits.bytes);
  if (limits.bytes_hard < 0 && limits.count_hard < 0) return text;
  text += "=";
  if (limits.bytes_hard >= 0) text += ";byteHardLimit=" + std::to_string(limits.bytes_hard);
  if (limits.count_hard >= 0) text += ";countHardLimit=" + std::to_string(limits.count_hard);
  return text;
}

std::string to_string(const QuotaUsage& usage) {
  return "count=" + std::to_string(usage.count) + ",bytes=" + std::to_string(usage.bytes);
}

std::string_view limited_by(std::string_view path) { return subject(path, limits_name); }
std::string_view counted_by(std::string_view path) { return subject(path, stats_name); }

void QuotaTable::set(std::string_view path, const QuotaLimits& limits) {
  quotas_.insert_or_assign(std::string(path), limits);
}

void QuotaTable::erase(std::string_view path) {
  const auto found = quotas_.find(path);
  if (found != quotas_.end()) quotas_.erase(found);
}

bool QuotaTable::contains(std::string_view path) const { return quotas_.contains(path); }

std::optional<QuotaTable::Quota> QuotaTable::of(std::string_view path) const {
  if (quotas_.empty()) return std::nullopt;
  for (; path.size() > 1; path = path::parent(path)) {
    const auto found = quotas_.find(path);
    if (found != quotas_.end()) return Quota{found->first, found->second};
  }
  return std::nullopt;
}

}  // namespace quorate
