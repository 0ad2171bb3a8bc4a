// Session: looking for a server that writes while one serves that does not.
#include <algorithm>
#include <string>
#include <utility>

#include "client/session.h"

namespace quorate::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds search_pause_min{100};
constexpr milliseconds search_pause_max{60'000};

bool can_write(const Result<Inspection>& inspection) {
  return inspection.ok() && inspection->serving && !inspection->sends_clients_away;
}

}  // namespace

void Session::begin_search(TimePoint now) {
  // Where there is no other, this one says goodbye when it can write.
  if (hosts_.size() < 2) return;
  search_pause_ = search_pause_min;
  search_at_ = now + search_pause_;
}

void Session::search(TimePoint now) {
  effects_.inquire = hosts_.other_than(host_);
  search_pause_ = std::min(search_pause_max, 2 * search_pause_);
  search_at_ = now + search_pause_;
}

void Session::on_inspected(const Host& host, const Result<Inspection>& inspection, TimePoint now) {
  if (phase_ != Phase::serving || state_ != SessionState::read_only || closing_) return;
  if (better_ || !can_write(inspection)) return;
  better_ = host;
  search_at_ = TimePoint::max();
  move_when_idle(now);
}

void Session::move_when_idle(TimePoint now) {
  if (calls_.pending() > 0) return;
  const Host better = *std::exchange(better_, std::nullopt);
  break_connection("left for " + to_string(better) + ", which can write", now);
  dial(better, now);
}

}  // namespace quorate::client
