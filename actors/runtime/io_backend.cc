#include "actors/runtime/io_backend.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <limits>

#include "actors/runtime/actor_system_setup.h"
#include "actors/runtime/io_doorman.h"
#include "actors/runtime/socket_address.h"
#include "core/base/check.h"

namespace quorate {

using caf::io::network::operation;

namespace {

/// Buffers kept for reuse, and the largest that is worth keeping.
constexpr std::size_t buffers_max = 64;
constexpr std::size_t buffer_bytes_max = std::size_t{64} << 10;

/// Deadlines of closing links and rests of doormen are looked at this often while there are any.
constexpr long timer_period_ns = 50'000'000;

}  // namespace

// -- construction -------------------------------------------------------------------------------

IoBackend::Signal::Signal(IoBackend& backend, int fd, void (IoBackend::*on_signal)())
    : event_handler(backend, caf::io::network::invalid_native_socket),
      owner_(backend),
      on_signal_(on_signal) {
  fd_ = fd;
}

void IoBackend::Signal::handle_event(operation) {
  std::uint64_t count = 0;
  // Whatever the read says, the loop looks for itself what there is to do.
  if (::read(fd_, &count, sizeof count) == sizeof count) (owner_.*on_signal_)();
}

IoBackend::IoBackend(caf::actor_system* system)
    : default_multiplexer(system),
      counters_(std::make_shared<IoCounters>()),
      wake_(*this, ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), &IoBackend::on_wake),
      timer_(*this, ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC),
             &IoBackend::on_timer),
      spare_(open_spare()) {
  check(wake_.fd() >= 0 && timer_.fd() >= 0, "the I/O thread gets its two descriptors");
  if (const auto* config = SystemConfig::of(*system); config != nullptr) {
    options_ = config->io_options();
    counters_ = config->io_counters();
  }
  chunk_ = std::make_unique_for_overwrite<char[]>(options_.read_chunk_bytes);
  add(operation::read, wake_.fd(), &wake_);
  add(operation::read, timer_.fd(), &timer_);
  apply_registrations();
}

IoBackend::~IoBackend() {
  for (tasks_.adopt(); tasks_.size() > 0; tasks_.adopt()) {
    caf::scheduler::abstract_coordinator::cleanup_and_release(tasks_.pop());
  }
  // What those actors did on their way out may have opened or left something.
  close_sockets();
}

int IoBackend::open_spare() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

IoBackend* IoBackend::of(caf::actor_system& system) {
  if (!system.has_middleman()) return nullptr;
  return dynamic_cast<IoBackend*>(&system.middleman().backend());
}

// -- links --------------------------------------------------------------------------------------

caf::io::scribe_ptr IoBackend::new_scribe(caf::io::network::native_socket fd) {
  return add_link(UniqueFd{fd}, IpEndpoint(peer_address(fd)), false);
}

caf::io::doorman_ptr IoBackend::new_doorman(caf::io::network::native_socket fd) {
  auto doorman = caf::make_counted<IoDoorman>(*this, UniqueFd{fd});
  doormen_.push_back(doorman);
  return doorman;
}

IoBackend::LinkPtr IoBackend::add_link(UniqueFd fd, IpEndpoint peer, bool accepted) {
  const auto handle = caf::io::connection_handle::from_int(next_handle_++);
  auto link = caf::make_counted<IoLink>(*this, std::move(fd), handle, peer, accepted);
  links_.emplace(handle.id(), link);
  counters_->links_open.set(links_.size());
  if (accepted) counters_->accepted_open.add();
  return link;
}

void IoBackend::remove_link(IoLink& link) {
  links_.erase(link.hdl().id());
  auto& counters = *counters_;
  counters.links_open.set(links_.size());
  if (link.was_accepted()) counters.accepted_open.set(counters.accepted_open.get() - 1);
  switch (link.close_reason()) {
    case CloseReason::none:
      break;
    case CloseReason::peer:
      counters.closed_by_peer.add();
      break;
    case CloseReason::error:
      counters.closed_by_error.add();
      break;
    case CloseReason::output_limit:
      counters.closed_by_output_limit.add();
      break;
    case CloseReason::forced:
      counters.closed_forced.add();
      break;
    case CloseReason::graceful:
      counters.closed_graceful.add();
      break;
    case CloseReason::deadline:
      counters.closed_by_deadline.add();
      break;
  }
}

IoLink* IoBackend::find(caf::io::connection_handle handle) {
  const auto found = links_.find(handle.id());
  return found == links_.end() ? nullptr : found->second.get();
}

void IoBackend::queue_readable(IoLink& link) {
  if (link.queued_readable_) return;
  link.queued_readable_ = true;
  (link.is_peer_link() ? ready_peers_ : ready_clients_).emplace_back(&link);
}

void IoBackend::queue_dirty(IoLink& link) {
  if (link.queued_dirty_) return;
  link.queued_dirty_ = true;
  dirty_.emplace_back(&link);
}

void IoBackend::queue_closing(IoLink& link) {
  closing_.emplace_back(&link);
  arm_timer();
}

void IoBackend::queue_accepting(IoDoorman& doorman) {
  if (doorman.queued_) return;
  doorman.queued_ = true;
  accepting_.emplace_back(&doorman);
}

void IoBackend::pause_accepting(IoDoorman& doorman) {
  counters_->accept_pauses.add();
  paused_.emplace_back(&doorman);
  arm_timer();
}

std::vector<char> IoBackend::borrow_buffer() {
  if (buffers_.empty()) return {};
  auto buffer = std::move(buffers_.back());
  buffers_.pop_back();
  return buffer;
}

void IoBackend::return_buffer(std::vector<char> buffer) {
  if (buffer.capacity() == 0 || buffer.capacity() > buffer_bytes_max) return;
  if (buffers_.size() >= buffers_max) return;
  buffer.clear();
  buffers_.push_back(std::move(buffer));
}

// -- tasks --------------------------------------------------------------------------------------

void IoBackend::exec_later(caf::resumable* task) {
  const auto subtype = task->subtype();
  if (subtype != caf::resumable::io_actor && subtype != caf::resumable::function_object) {
    default_multiplexer::exec_later(task);
    return;
  }
  if (std::this_thread::get_id() == thread_id()) {
    tasks_.push(task);
  } else if (tasks_.push_from_outside(task)) {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then the loop is awake anyway.
    [[maybe_unused]] const auto written = ::write(wake_.fd(), &one, sizeof one);
  }
}

void IoBackend::run_task(caf::resumable* task) {
  counters_->tasks.add();
  switch (task->resume(this, std::numeric_limits<std::size_t>::max())) {
    case caf::resumable::resume_later:
      tasks_.push(task);
      break;
    case caf::resumable::shutdown_execution_unit:
      break;
    case caf::resumable::done:
    case caf::resumable::awaiting_message:
      intrusive_ptr_release(task);
      break;
  }
}

void IoBackend::run_tasks(Clock::time_point until) {
  // A snapshot: what these tasks make ready waits for the next round.
  for (auto left = tasks_.size(); left > 0; --left) {
    run_task(tasks_.pop());
    if (Clock::now() >= until) return;
  }
}

// -- the loop -----------------------------------------------------------------------------------

bool IoBackend::has_work() const {
  return !tasks_.looks_empty() || !ready_peers_.empty() || !ready_clients_.empty() ||
         !accepting_.empty() || !dirty_.empty();
}

void IoBackend::run() {
  while (num_socket_handlers() > 0 && !shut_down_) turn(true);
}

bool IoBackend::try_run_once() {
  const auto before = counters_->tasks.get() + counters_->receives.get() + counters_->sends.get();
  turn(false);
  return before != counters_->tasks.get() + counters_->receives.get() + counters_->sends.get();
}

void IoBackend::run_once() { turn(true); }

void IoBackend::turn(bool may_block) {
  const bool block = may_block && !has_work() && tasks_.fall_asleep();
  counters_->polls.add();
  poll_once(block);
  if (block) tasks_.stay_awake();
  const auto start = Clock::now();
  const auto until = start + options_.turn;
  do {
    tasks_.adopt();
    serve(ready_peers_, Clock::time_point::max());
    run_tasks(until);
    accept_connections();
    serve(ready_clients_, until);
  } while ((!tasks_.looks_empty() || !ready_peers_.empty() || !ready_clients_.empty()) &&
           Clock::now() < until);
  send_dirty();
  apply_registrations();
  counters_->turns.add();
  counters_->busy_ns.add(static_cast<std::uint64_t>((Clock::now() - start).count()));
}

/// One chunk for each ready link, but at least for one; the rest keeps its place.
void IoBackend::serve(std::vector<LinkPtr>& ready, Clock::time_point until) {
  if (ready.empty()) return;
  serving_.swap(ready);
  std::size_t served = 0;
  while (served < serving_.size()) {
    const LinkPtr link = std::move(serving_[served++]);
    link->queued_readable_ = false;
    link->serve_readable();
    if (until != Clock::time_point::max() && Clock::now() >= until) break;
  }
  // What was not reached goes before what became ready meanwhile.
  serving_.erase(serving_.begin(), serving_.begin() + static_cast<std::ptrdiff_t>(served));
  if (!serving_.empty()) {
    serving_.insert(serving_.end(), ready.begin(), ready.end());
    ready.swap(serving_);
  }
  serving_.clear();
}

void IoBackend::accept_connections() {
  if (accepting_.empty()) return;
  std::vector<DoormanPtr> doormen;
  doormen.swap(accepting_);
  for (const auto& doorman : doormen) {
    doorman->queued_ = false;
    doorman->accept_burst();
  }
}

void IoBackend::send_dirty() {
  // By index: sending may make other links dirty (a broker that is told about its output), which
  // the check does not see. NOLINTNEXTLINE(modernize-loop-convert)
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    const LinkPtr link = std::move(dirty_[i]);
    link->queued_dirty_ = false;
    link->send_output();
  }
  dirty_.clear();
}

// -- time and the end ---------------------------------------------------------------------------

void IoBackend::arm_timer() {
  if (std::exchange(timer_armed_, true)) return;
  const itimerspec period{{0, timer_period_ns}, {0, timer_period_ns}};
  ::timerfd_settime(timer_.fd(), 0, &period, nullptr);
}

void IoBackend::on_timer() {
  const auto now = Clock::now();
  // This runs while events are being walked, so nothing is closed here: the deadline is enforced
  // by a task of the same turn.
  post([this, now] {
    auto closing = std::move(closing_);
    closing_.clear();
    for (auto& link : closing) {
      if (link->state_ == IoLink::State::closed) continue;
      if (link->is_past_deadline(now)) {
        link->close_now(CloseReason::deadline);
      } else {
        closing_.push_back(std::move(link));
      }
    }
    auto paused = std::move(paused_);
    paused_.clear();
    for (const auto& doorman : paused) doorman->end_rest();
    if (!closing_.empty() || !paused_.empty()) return;
    timer_armed_ = false;
    const itimerspec off{};
    ::timerfd_settime(timer_.fd(), 0, &off, nullptr);
  });
}

caf::io::network::multiplexer::supervisor_ptr IoBackend::make_supervisor() {
  struct Supervisor final : supervisor {
    Supervisor(IoBackend& backend, supervisor_ptr base)
        : backend_(backend), base_(std::move(base)) {}
    ~Supervisor() override {
      // Ours last: once it has run, nothing can wake the loop any more.
      base_.reset();
      backend_.dispatch([&backend = backend_] { backend.shut_down(); });
    }
    IoBackend& backend_;
    supervisor_ptr base_;
  };
  return std::make_unique<Supervisor>(*this, default_multiplexer::make_supervisor());
}

void IoBackend::shut_down() {
  shut_down_ = true;
  close_sockets();
  del(operation::read, wake_.fd(), &wake_);
  del(operation::read, timer_.fd(), &timer_);
  apply_registrations();
}

void IoBackend::close_sockets() {
  while (!doormen_.empty()) doormen_.back()->close_now();
  while (!links_.empty()) {
    const LinkPtr link = links_.begin()->second;
    link->close_now(CloseReason::forced);
  }
  ready_peers_.clear();
  ready_clients_.clear();
  accepting_.clear();
  closing_.clear();
  paused_.clear();
}

}  // namespace quorate
