#include "actors/slow_requests.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "core/txn/request.h"

namespace quorate {
namespace {

/// The list is looked through for what is too old so often, at most.
constexpr std::int64_t between_clearings_ms = 60'000;

/// In the order of the alternatives of Operation.
constexpr std::array<std::string_view, std::variant_size_v<Operation>> names = {
    "refused",     "ping",        "get",          "exists",        "get_children",
    "set",         "create",      "delete",       "multi",         "list_children",
    "get_acl",     "set_acl",     "multi_read",   "count",         "get_ephemerals",
    "sync",        "delete_tree", "add_watch",    "check_watches", "remove_watches",
    "set_watches", "who_am_i",    "authenticate", "reconfig",      "close_session"};

constexpr std::uint64_t bit(std::size_t operation) { return std::uint64_t{1} << operation; }

template <class Wanted, std::size_t index = 0>
constexpr std::size_t index_of() {
  static_assert(index < std::variant_size_v<Operation>);
  if constexpr (std::is_same_v<std::variant_alternative_t<index, Operation>, Wanted>) {
    return index;
  } else {
    return index_of<Wanted, index + 1>();
  }
}

constexpr std::uint64_t writes = bit(index_of<SetData>()) | bit(index_of<Create>()) |
                                 bit(index_of<Delete>()) | bit(index_of<Multi>()) |
                                 bit(index_of<SetAcl>()) | bit(index_of<DeleteTree>()) |
                                 bit(index_of<CloseSession>());

/// For a heap with the fastest at its top.
bool is_slower(const SlowRequest& one, const SlowRequest& other) {
  return one.took_us > other.took_us;
}

}  // namespace

std::string_view name_of_operation(std::uint8_t operation) {
  return operation < names.size() ? names[operation] : "unknown";
}

bool is_write(std::uint8_t operation) { return operation < 64 && (writes & bit(operation)) != 0; }

void SlowRequests::add(const AnsweredRequest& request, const StageClock& stages,
                       std::int64_t wall_ms) {
  const bool is_slow = request.look == Look::slow;
  if (is_slow) {
    slow_.store(slow_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    // All that are kept are slower; but they may be too old.
    if (request.took_us <= floor_us_ && wall_ms - cleared_ms_ < between_clearings_ms) return;
  }
  SlowRequest item;
  item.at_ms = wall_ms;
  item.operation = request.operation;
  item.took_us = request.took_us;
  item.session = request.session;
  item.error = request.error;
  item.trace = request.trace;
  if (is_write(request.operation)) {
    const std::chrono::microseconds received =
        request.answered - std::chrono::microseconds(request.took_us);
    item.stages = stages.stages_of(request.zxid, received, request.answered);
    // Where no milestone fits, the zxid of the reply may be one of others.
    if (item.stages.size() > 1) item.zxid = request.zxid;
  } else {
    item.stages = {{Stage::serve, request.took_us}};
  }
  if (!is_slow) {
    sampled_.add(std::move(item));
    return;
  }
  item.seq = ++seq_;
  tell(item, wall_ms);
  keep(std::move(item), wall_ms);
}

void SlowRequests::tell(const SlowRequest& request, std::int64_t wall_ms) {
  if (std::exchange(told_second_, wall_ms / 1000) != wall_ms / 1000) told_ = 0;
  if (++told_ <= told_per_second) news_.add(request);
}

void SlowRequests::keep(SlowRequest request, std::int64_t wall_ms) {
  const std::lock_guard lock(mutex_);
  if (wall_ms - cleared_ms_ >= between_clearings_ms) forget_old(wall_ms);
  const bool is_full = slowest_.size() >= slowest_max;
  if (!is_full || request.took_us > slowest_.front().took_us) {
    if (is_full) {
      std::pop_heap(slowest_.begin(), slowest_.end(), is_slower);
      slowest_.pop_back();
    }
    slowest_.push_back(std::move(request));
    std::push_heap(slowest_.begin(), slowest_.end(), is_slower);
  }
  floor_us_ = slowest_.size() >= slowest_max ? slowest_.front().took_us : 0;
}

void SlowRequests::forget_old(std::int64_t wall_ms) {
  cleared_ms_ = wall_ms;
  std::erase_if(slowest_, [wall_ms](const SlowRequest& each) {
    return wall_ms - each.at_ms > kept_for.count();
  });
  std::make_heap(slowest_.begin(), slowest_.end(), is_slower);
}

std::vector<SlowRequest> SlowRequests::slowest(std::size_t most, std::int64_t wall_ms) const {
  std::vector<SlowRequest> all;
  {
    const std::lock_guard lock(mutex_);
    std::copy_if(
        slowest_.begin(), slowest_.end(), std::back_inserter(all),
        [wall_ms](const SlowRequest& each) { return wall_ms - each.at_ms <= kept_for.count(); });
  }
  std::sort(all.begin(), all.end(), [](const SlowRequest& one, const SlowRequest& other) {
    return std::pair(other.took_us, other.seq) < std::pair(one.took_us, one.seq);
  });
  all.resize(std::min(most, all.size()));
  return all;
}

}  // namespace quorate
