#include "core/commit/connection_order.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/check.h"
#include "core/commit/request_kind.h"

namespace quorate {
namespace {

/// A queue that has been longer gives its memory back when it is empty.
constexpr std::size_t entries_kept = 32;

bool must_be_sent(const ConnectionOrder::Held& held) {
  const auto* request = std::get_if<HeldRequest>(&held);
  return request == nullptr || kind_of(request->request.operation) != RequestKind::local;
}

}  // namespace

std::uint64_t ConnectionOrder::await_write(std::int64_t xid, AwaitedWrite::Kind kind) {
  entries_.emplace_back(AwaitedWrite{++last_write_, xid, kind});
  ++writes_in_flight_;
  return last_write_;
}

std::uint64_t ConnectionOrder::await_sync(std::int64_t xid, std::string path) {
  entries_.emplace_back(AwaitedSync{++last_sync_, xid, std::move(path), {}});
  return last_sync_;
}

void ConnectionOrder::hold(Held held) {
  entries_.emplace_back(std::make_unique<Held>(std::move(held)));
}

void ConnectionOrder::pop_front() {
  check(!empty(), "only what is queued is done");
  if (std::holds_alternative<AwaitedWrite>(front())) --writes_in_flight_;
  front() = AwaitedWrite{};  // Frees what it held.
  ++head_;
  if (empty()) {
    entries_.clear();
    if (entries_.capacity() > entries_kept) entries_.shrink_to_fit();
    head_ = 0;
  } else if (head_ >= entries_kept && head_ * 2 >= entries_.size()) {
    // Never empty under steady pipelining: the gone half is dropped, each entry moves once.
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

std::vector<ConnectionOrder::Entry> ConnectionOrder::take_all() {
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
  writes_in_flight_ = 0;
  return std::exchange(entries_, {});
}

AwaitedSync* ConnectionOrder::find_sync(std::uint64_t sequence) {
  for (std::size_t i = head_; i < entries_.size(); ++i) {
    auto* sync = std::get_if<AwaitedSync>(&entries_[i]);
    if (sync != nullptr && sync->sequence == sequence) return sync;
  }
  return nullptr;
}

std::size_t ConnectionOrder::first_unsent() const {
  const auto found = std::find_if(entries_.begin() + static_cast<std::ptrdiff_t>(head_),
                                  entries_.end(), [](const Entry& entry) {
                                    const auto* held = std::get_if<std::unique_ptr<Held>>(&entry);
                                    return held != nullptr && must_be_sent(**held);
                                  });
  return static_cast<std::size_t>(found - entries_.begin());
}

std::vector<ConnectionOrder::Entry> ConnectionOrder::take_unsent() {
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(first_unsent());
  std::vector<Entry> taken(std::make_move_iterator(first), std::make_move_iterator(entries_.end()));
  entries_.erase(first, entries_.end());
  return taken;
}

void ConnectionOrder::check_invariants() const {
  check(head_ <= entries_.size(), "the head is in the queue");
  std::uint64_t write = last_write_ - writes_in_flight_;
  std::uint64_t sync = 0;
  for (std::size_t i = head_; i < entries_.size(); ++i) {
    if (const auto* awaited = std::get_if<AwaitedWrite>(&entries_[i])) {
      check(awaited->sequence == ++write, "awaited writes have dense sequences");
    } else if (const auto* asked = std::get_if<AwaitedSync>(&entries_[i])) {
      check(asked->sequence > sync && asked->sequence <= last_sync_,
            "awaited syncs have ascending sequences");
      sync = asked->sequence;
    }
  }
  for (std::size_t i = first_unsent(); i < entries_.size(); ++i) {
    check(std::holds_alternative<std::unique_ptr<Held>>(entries_[i]),
          "behind what was not sent on, nothing is awaited");
  }
  check(write == last_write_, "the last awaited write is the last sequence given out");
}

}  // namespace quorate
