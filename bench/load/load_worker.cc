#include "bench/load/load_worker.h"

#include <algorithm>
#include <string>

namespace quorate::bench {
namespace {

constexpr Nanoseconds patience = 10 * ns_per_s;

/// A number below `bound` from 32 random bits, without a division.
std::uint32_t below(std::uint32_t bound, std::uint64_t random) {
  return static_cast<std::uint32_t>(((random >> 32) * bound) >> 32);
}

}  // namespace

LoadWorker::LoadWorker(const LoadOptions& options, const NodeSet& nodes,
                       const std::vector<Stat>& stats, std::size_t first, std::size_t step,
                       std::atomic<bool>& failed)
    : options_(options),
      nodes_(nodes),
      first_(first),
      step_(step),
      failed_(failed),
      get_(RequestTemplate::get_data(nodes, options.servers.front().protocol)),
      set_(RequestTemplate::set_data(nodes, options.servers.front().protocol)),
      random_(options.seed * 1'000'003 + first) {
  if (options.target == Target::bare) {
    canned_ = std::make_unique<CannedFrames>(nodes);
  } else {
    expectation_ = std::make_unique<Expectation>(nodes, stats, options.read_share >= 1);
  }
}

Status LoadWorker::open() {
  Result<Poller> poller = Poller::make();
  if (!poller) return poller.status();
  poller_ = std::make_unique<Poller>(std::move(*poller));
  OpenOptions open;
  open.servers = options_.servers;
  open.count = (options_.connections - first_ + step_ - 1) / step_;
  Result<OpenedSessions> opened = open_sessions(*poller_, buffer_, open);
  if (!opened) return opened.status();
  sessions_ = std::move(opened->sessions);
  for (std::size_t at = 0; at < sessions_.size(); ++at) {
    lanes_.push_back(Lane{first_ + at * step_, 0, PendingRing(options_.depth)});
  }
  const bool may_lag = options_.target == Target::quorate && options_.servers.size() > 1;
  return may_lag ? sync_all() : Status{};
}

Status LoadWorker::sync_all() {
  std::vector<std::int64_t> xids;
  for (const auto& session : sessions_) {
    xids.push_back(session->append(Sync{options_.prefix}));
    if (Status status = flush(*poller_, *session); !status) return status;
  }
  std::size_t answered = 0;
  while (answered < sessions_.size()) {
    const auto ready = poller_->wait(patience);
    if (ready.empty()) return {ErrorCode::operation_timeout, "no answer to sync within 10 s"};
    for (const epoll_event& event : ready) {
      Session& session = *sessions_[event.data.u64];
      const Status status =
          session.stream.receive(buffer_, [&](std::span<const std::byte> frame, Nanoseconds) {
            ++answered;
            const Result<Reply> reply =
                expect_reply(session.stream.wire(), frame, xids[session.tag]);
            if (reply) session.zxid = reply->zxid;
            return reply.status();
          });
      if (!status) return status;
    }
  }
  return {};
}

Status LoadWorker::run(const LoadTimes& times) {
  times_ = &times;
  for (std::size_t at = 0; at < sessions_.size(); ++at) {
    if (Status status = refill(at, now_ns()); !status) return status;
  }
  while (now_ns() < window_end() && !failed_.load(std::memory_order_relaxed)) {
    if (Status status = step(idle_time(now_ns())); !status) return status;
  }
  if (failed_.load(std::memory_order_relaxed)) return {};
  if (Status status = drain(); !status) return status;
  return close_sessions(*poller_, buffer_, sessions_);
}

Status LoadWorker::step(Nanoseconds wait) {
  for (const epoll_event& event : poller_->wait(wait)) {
    if (Status status = on_ready(event.data.u64); !status) return status;
  }
  if (!is_open_loop() || !issuing_) return {};
  const Nanoseconds now = now_ns();
  for (std::size_t at = 0; at < lanes_.size(); ++at) {
    if (due_of(lanes_[at]) > now || lanes_[at].pending.size() >= options_.depth) continue;
    if (Status status = refill(at, now); !status) return status;
  }
  return {};
}

Status LoadWorker::on_ready(std::size_t at) {
  const Status status = sessions_[at]->stream.receive(
      buffer_,
      [&](std::span<const std::byte> frame, Nanoseconds now) { return on_frame(at, frame, now); });
  if (!status) return status;
  // The clock is read again: judging the replies took time that is not the server's.
  return refill(at, now_ns());
}

Status LoadWorker::on_frame(std::size_t at, std::span<const std::byte> frame, Nanoseconds now) {
  Lane& lane = lanes_[at];
  const auto complain = [&](const Status& status) -> Status {
    return {status.code(),
            "connection " + std::to_string(lane.number) + ": " + status.error().text};
  };
  if (lane.pending.empty()) return complain(expect_silence(sessions_[at]->stream.wire(), frame));
  const PendingRequest& pending = lane.pending.front();
  if (Status status = judge(*sessions_[at], frame, pending); !status) return complain(status);
  count(pending, now);
  lane.pending.pop_front();
  return {};
}

Status LoadWorker::judge(Session& session, std::span<const std::byte> frame,
                         const PendingRequest& pending) {
  if (expectation_ != nullptr)
    return expectation_->judge(session.stream.wire(), frame, pending, session.zxid);
  const CannedReply& canned = pending.is_write ? canned_->stat : canned_->data;
  if (canned.matches(frame, pending.xid)) return {};
  return {ErrorCode::data_inconsistency, "expected the canned reply to xid " +
                                             std::to_string(pending.xid) + ", got " +
                                             std::to_string(frame.size()) + " other bytes"};
}

void LoadWorker::count(const PendingRequest& answered, Nanoseconds now) {
  auto& counter = answered.is_write ? writes_ : reads_;
  // One writer: no need for an atomic addition.
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  const Nanoseconds at = is_open_loop() ? answered.due_ns : now;
  if (at < times_->window_begin || at >= window_end()) return;
  const auto latency = static_cast<std::uint64_t>(std::max<Nanoseconds>(0, now - answered.due_ns));
  (answered.is_write ? write_ns_ : read_ns_).record(latency);
}

Nanoseconds LoadWorker::due_of(const Lane& lane) const {
  // Request i of the run is due i intervals after the start; connections take them in turn.
  const auto place = static_cast<double>(lane.issued) * static_cast<double>(options_.connections) +
                     static_cast<double>(lane.number);
  return times_->start + static_cast<Nanoseconds>(place * (ns_per_s / options_.rate));
}

std::uint32_t LoadWorker::pick_node(const Lane& lane) {
  if (options_.read_share >= 1) return below(nodes_.count(), random_());
  // A node has one connection that writes it, so that its data is known at any moment.
  const auto connections = static_cast<std::uint32_t>(options_.connections);
  const auto number = static_cast<std::uint32_t>(lane.number);
  const std::uint32_t own = (nodes_.count() - number + connections - 1) / connections;
  return number + below(own, random_()) * connections;
}

void LoadWorker::issue(std::size_t at, Nanoseconds due) {
  Lane& lane = lanes_[at];
  Session& session = *sessions_[at];
  PendingRequest request;
  request.xid = session.next_xid++;
  request.node = pick_node(lane);
  request.is_write = options_.read_share < 1 &&
                     static_cast<double>(random_() >> 11) * 0x1p-53 >= options_.read_share;
  request.due_ns = due;
  if (expectation_ != nullptr) {
    request.version = request.is_write ? expectation_->issue_write(request.node)
                                       : expectation_->issued_version(request.node);
  }
  const RequestTemplate& asked = request.is_write ? set_ : get_;
  asked.append(request.xid, request.node, request.version, session.stream.out());
  session.stream.wire().note_sent(request.xid, asked.opcode());
  lane.pending.push_back(request);
  ++lane.issued;
}

Status LoadWorker::refill(std::size_t at, Nanoseconds now) {
  Lane& lane = lanes_[at];
  while (issuing_ && lane.pending.size() < options_.depth) {
    const Nanoseconds due = is_open_loop() ? due_of(lane) : now;
    if (due > now || due >= window_end()) break;
    issue(at, due);
  }
  return flush(*poller_, *sessions_[at]);
}

Nanoseconds LoadWorker::idle_time(Nanoseconds now) const {
  Nanoseconds until = std::min(window_end(), now + ns_per_s / 10);
  if (is_open_loop()) {
    for (const Lane& lane : lanes_) {
      if (lane.pending.size() < options_.depth) until = std::min(until, due_of(lane));
    }
  }
  return std::max<Nanoseconds>(0, until - now);
}

Status LoadWorker::drain() {
  // What was due within the window but had no room in the pipeline is still sent, and counts.
  issuing_ = is_open_loop();
  const auto is_done = [&](const Lane& lane) {
    return lane.pending.empty() && (!issuing_ || due_of(lane) >= window_end());
  };
  const Nanoseconds deadline = now_ns() + static_cast<Nanoseconds>(options_.patience_s * ns_per_s);
  while (!std::all_of(lanes_.begin(), lanes_.end(), is_done)) {
    if (now_ns() > deadline) {
      std::size_t unanswered = 0;
      for (const Lane& lane : lanes_) unanswered += lane.pending.size();
      return {ErrorCode::operation_timeout,
              "unanswered at the end of the run: " + std::to_string(unanswered) + " requests"};
    }
    if (Status status = step(ns_per_s / 10); !status) return status;
  }
  issuing_ = false;
  return {};
}

}  // namespace quorate::bench
