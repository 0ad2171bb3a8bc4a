#include "client/call_queue.h"

#include <algorithm>
#include <string>
#include <utility>

#include "client/describe.h"

namespace quorate::client {
namespace {

/// "set /a: the connection broke (why)". Whether a write took effect matters to the caller.
Error failure(const Call& call, const Error& error, bool was_sent) {
  const bool reads = std::visit(
      []<class Op>(const Op&) {
        return !(std::is_same_v<Op, Create> || std::is_same_v<Op, Delete> ||
                 std::is_same_v<Op, DeleteTree> || std::is_same_v<Op, SetData> ||
                 std::is_same_v<Op, SetAcl> || std::is_same_v<Op, Multi>);
      },
      call.request.operation);
  std::string text = describe(call.request.operation) + ": " + error.text;
  if (!was_sent) {
    text += "; it was not sent";
  } else if (!reads) {
    text += "; whether it took effect is unknown, read before trying again";
  }
  return {error.code, std::move(text)};
}

void fail(Call& call, const Error& error, bool was_sent, std::vector<Delivery>& out) {
  if (!call.done || call.abandoned) return;
  out.emplace_back(
      Completion{std::move(call.done), {failure(call, error, was_sent), {}}, call.thread});
}

}  // namespace

Status CallQueue::push(Call& call) {
  call.bytes = bytes_of(call.request.operation);
  if (call.source == CallSource::user && bytes_ + call.bytes > bytes_max_) {
    return {ErrorCode::throttled,
            describe(call.request.operation) + ": " + std::to_string(bytes_) + " of " +
                std::to_string(bytes_max_) +
                " bytes wait for the server already (outgoing_bytes_max); it was not sent"};
  }
  bytes_ += call.bytes;
  next_deadline_ = std::min(next_deadline_, call.deadline);
  outgoing_.push_back(std::move(call));
  return {};
}

Call* CallQueue::next_outgoing(std::size_t in_flight_max) {
  if (outgoing_.empty() || pending_.size() >= in_flight_max) return nullptr;
  Call& call = outgoing_.front();
  call.request.xid = last_xid_ + 1;
  return &call;
}

void CallQueue::sent() {
  ++last_xid_;
  pending_.push_back(std::move(outgoing_.front()));
  outgoing_.pop_front();
}

Call CallQueue::drop_outgoing() {
  Call call = std::move(outgoing_.front());
  outgoing_.pop_front();
  release(call);
  return call;
}

Call& CallQueue::send_first(Call call) {
  call.bytes = bytes_of(call.request.operation);
  bytes_ += call.bytes;
  call.request.xid = ++last_xid_;
  return pending_.emplace_back(std::move(call));
}

std::optional<Call> CallQueue::answered(std::int64_t xid) {
  if (pending_.empty() || pending_.front().request.xid != xid) return {};
  Call call = std::move(pending_.front());
  pending_.pop_front();
  release(call);
  return call;
}

void CallQueue::fail_pending(const Error& error, std::vector<Delivery>& out) {
  for (Call& call : pending_) {
    release(call);
    fail(call, error, true, out);
  }
  pending_.clear();
}

void CallQueue::fail_outgoing(const Error& error, std::vector<Delivery>& out) {
  for (Call& call : outgoing_) {
    release(call);
    fail(call, error, false, out);
  }
  outgoing_.clear();
}

void CallQueue::expire(TimePoint now, std::vector<Delivery>& out) {
  if (now < next_deadline_) return;
  const Error error{ErrorCode::operation_timeout, "no answer in time"};
  next_deadline_ = TimePoint::max();
  for (Call& call : pending_) {
    if (call.abandoned) continue;
    if (call.deadline <= now) {
      fail(call, error, true, out);
      call.abandoned = true;
    } else {
      next_deadline_ = std::min(next_deadline_, call.deadline);
    }
  }
  // Deadlines of what waits ascend: the time-out is the same for all.
  while (!outgoing_.empty() && outgoing_.front().deadline <= now) {
    Call call = drop_outgoing();
    fail(call, error, false, out);
  }
  if (!outgoing_.empty()) next_deadline_ = std::min(next_deadline_, outgoing_.front().deadline);
}

}  // namespace quorate::client
