#include "core/zab/digest_court.h"

#include <algorithm>
#include <utility>

namespace quorate {
namespace {

/// Twice what one server keeps: servers lag behind each other.
constexpr std::size_t cases_max = 2 * digest_marks_max;

template <class Report>
bool are_equal(const Report& one, const Report& other) {
  return one.version == other.version && one.digest == other.digest;
}

}  // namespace

void DigestCourt::on_marks(ServerId server, std::span<const DigestMark> marks, Time now) {
  const bool votes = quorum_.is_voter(server);
  for (const DigestMark& mark : marks) {
    Case& at = cases_[mark.zxid];
    at.reports[server] = Report{mark.version, mark.digest, votes, false};
    judge(mark.zxid, at, now);
    if (cases_.size() > cases_max) cases_.erase(cases_.begin());
  }
}

void DigestCourt::forget(ServerId server) {
  for (auto& [zxid, at] : cases_) at.reports.erase(server);
  std::erase_if(cases_, [](const auto& entry) { return entry.second.reports.empty(); });
}

void DigestCourt::on_tick(Time now) {
  for (auto& [zxid, at] : cases_)
    if (at.disputed_since) judge(zxid, at, now);
}

std::vector<Sentence> DigestCourt::take_sentences() { return std::exchange(sentences_, {}); }

void DigestCourt::judge(Zxid zxid, Case& at, Time now) {
  if (const std::optional<Report> right = equal_quorum(at)) {
    at.disputed_since.reset();
    decided_ = std::max(decided_, zxid);
    if (undecided_ && *undecided_ <= decided_) undecided_.reset();
    sentence_others(zxid, at, *right);
    return;
  }
  // A quorum that is equal later on has settled it.
  if (zxid <= decided_ || !is_disputed(at)) {
    at.disputed_since.reset();
    return;
  }
  if (!at.disputed_since) at.disputed_since = now;
  const bool waits = may_be_decided(at) && now - *at.disputed_since < patience_;
  if (!waits && !undecided_) undecided_ = zxid;
}

void DigestCourt::sentence_others(Zxid zxid, Case& at, const Report& right) {
  for (auto& [server, report] : at.reports) {
    const bool is_wrong = report.version == right.version && report.digest != right.digest;
    if (!is_wrong || std::exchange(report.sentenced, true)) continue;
    sentences_.push_back({server, zxid, right.version, report.digest, right.digest});
  }
}

std::optional<DigestCourt::Report> DigestCourt::equal_quorum(const Case& at) const {
  for (const auto& [id, candidate] : at.reports) {
    ServerSet equal;
    for (const auto& [server, report] : at.reports)
      if (report.votes && are_equal(report, candidate)) equal.insert(server);
    if (quorum_.is_quorum(equal)) return candidate;
  }
  return std::nullopt;
}

bool DigestCourt::is_disputed(const Case& at) const {
  for (const auto& [id, one] : at.reports)
    for (const auto& [server, other] : at.reports)
      if (one.votes && other.votes && one.version == other.version && one.digest != other.digest)
        return true;
  return false;
}

bool DigestCourt::may_be_decided(const Case& at) const {
  ServerSet silent = quorum_.voters();
  for (const auto& [server, report] : at.reports) silent.erase(server);
  for (const auto& [id, candidate] : at.reports) {
    ServerSet possible = silent;
    for (const auto& [server, report] : at.reports)
      if (report.votes && are_equal(report, candidate)) possible.insert(server);
    if (quorum_.is_quorum(possible)) return true;
  }
  return false;
}

}  // namespace quorate
