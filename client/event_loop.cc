#include "client/event_loop.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/base/check.h"
#include "schema/capnp/client_codec.h"

namespace quorate::client {
namespace {

/// Chunks taken from the socket in a row before other work is looked at.
constexpr int chunks_per_turn = 16;
constexpr std::chrono::milliseconds sleep_max{60'000};

TimePoint now() { return std::chrono::steady_clock::now(); }

bool settled(SessionState state) {
  return state != SessionState::connecting && state != SessionState::suspended;
}

}  // namespace

EventLoop::EventLoop(const Options& options, Endpoints endpoints, std::uint64_t seed)
    : session_(options, std::move(endpoints), seed),
      wake_(std::make_shared<WakeFd>()),
      dialer_(wake_),
      callbacks_max_(options.callbacks_max),
      callbacks_(std::make_unique<CallbackThread>(options.on_state,
                                                  [this] {
                                                    if (congested_) wake_->ring();
                                                  })),
      thread_([this] { run(); }) {}

EventLoop::~EventLoop() {
  check(!callbacks_->is_current(), "a client is not destroyed by its own callback");
  close();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake();
  }
  thread_.join();
  hang_up();
}

// --- Any thread --------------------------------------------------------------------------------

void EventLoop::submit(Operation operation, std::optional<Watcher> watcher, OutcomeCallback done,
                       CallThread thread) {
  const std::lock_guard lock(mutex_);
  session_.submit(std::move(operation), std::move(watcher), std::move(done), thread, now());
  after_submit(thread);
}

void EventLoop::add_credentials(Credentials credentials, OutcomeCallback done, CallThread thread) {
  const std::lock_guard lock(mutex_);
  session_.add_credentials(std::move(credentials), std::move(done), thread, now());
  after_submit(thread);
}

/// A thread that waits for its answer writes itself: that saves waking the loop. Others leave it
/// to the loop, which writes what many of them submitted at once.
void EventLoop::after_submit(CallThread thread) {
  if (thread != CallThread::callback) {
    ++waiters_;
    flush();
  }
  if (stopped_) {
    perform();  // A callback of a client that is being destroyed: refused.
    return;
  }
  if (!session_.output().empty() || session_.has_deliveries() ||
      session_.next_tick() < sleeps_until_ || congested_) {
    wake();
  }
}

void EventLoop::wake() {
  if (!std::exchange(asleep_, false)) return;  // It will look before it sleeps.
  wake_->ring();
}

void EventLoop::close() {
  std::unique_lock lock(mutex_);
  session_.close(now());
  wake();
  if (callbacks_->is_current()) return;
  state_changed_.wait(lock, [this] { return is_final(session_.state()); });
}

bool EventLoop::wait_settled(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return state_changed_.wait_for(lock, timeout, [this] { return settled(session_.state()); });
}

// --- The loop's thread -------------------------------------------------------------------------

void EventLoop::run() {
  std::unique_lock lock(mutex_);
  session_.start(now());
  while (true) {
    perform();
    flush();
    if (session_.has_deliveries()) continue;
    if (stopping_) break;
    sleep(lock);
    if (fd_ < 0) advance_dial(now());
    advance_inquiry(now());
    session_.on_tick(now());
  }
  stopped_ = true;
}

void EventLoop::perform() {
  SessionEffects effects = session_.take_effects();
  if (effects.hang_up) hang_up();
  if (effects.dial) {
    dialer_.start(*effects.dial);
    advance_dial(now());
  }
  if (effects.inquire) inquire(*effects.inquire);
  if (effects.deliveries.empty()) return;
  bool state = false;
  for (const Delivery& delivery : effects.deliveries) {
    state = state || std::holds_alternative<StateChange>(delivery);
    const auto* completion = std::get_if<Completion>(&delivery);
    if (completion != nullptr && completion->thread != CallThread::callback) --waiters_;
  }
  callbacks_->push(std::move(effects.deliveries));
  if (state) state_changed_.notify_all();
}

void EventLoop::hang_up() {
  dialer_.cancel();
  inquiry_.reset();
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void EventLoop::advance_dial(TimePoint at) {
  switch (dialer_.advance()) {
    case Dialer::Progress::idle:
    case Dialer::Progress::pending:
      return;
    case Dialer::Progress::connected:
      fd_ = dialer_.take();
      session_.on_open(at);
      return;
    case Dialer::Progress::failed: {
      const std::string why = dialer_.failure();
      dialer_.cancel();
      session_.on_broken(why, at);
      return;
    }
  }
}

void EventLoop::inquire(const Host& host) {
  std::vector<char> question;
  capnp_codec::encode(Inspect{}, question);
  inquiry_ = std::make_unique<Inquiry>(host, question, wake_);
}

void EventLoop::advance_inquiry(TimePoint at) {
  if (inquiry_ == nullptr) return;
  inquiry_->advance();
  if (!inquiry_->is_done()) return;
  Said said = std::exchange(inquiry_, nullptr)->take_said();
  session_.on_inspected(said.host, wanted<Inspection>(std::move(said.message)), at);
}

void EventLoop::flush() {
  std::vector<char>& output = session_.output();
  while (fd_ >= 0 && !output.empty()) {
    const ssize_t written = ::send(fd_, output.data(), output.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (written < 0) {
      if (errno == EINTR) continue;
      return;  // Full: poll tells. Broken: the next read tells why.
    }
    output.erase(output.begin(), output.begin() + written);
  }
}

void EventLoop::judge_congestion() {
  // Somebody who waits for an answer inside a callback must get it, or nothing ever drains.
  const bool before = congested_;
  congested_ = waiters_ == 0 && callbacks_->backlog() >= callbacks_max_;
  // They may have drained before they could see that they should tell.
  if (congested_ && callbacks_->backlog() == 0) congested_ = false;
  if (congested_ != before) session_.on_read_paused(congested_, now());
}

void EventLoop::sleep(std::unique_lock<std::mutex>& lock) {
  judge_congestion();
  std::array<pollfd, 3> fds{};
  fds[0] = {wake_->fd(), POLLIN, 0};
  // poll() passes over negative descriptors.
  fds[1].fd = fds[2].fd = -1;
  if (fd_ >= 0) {
    const int want_in = congested_ ? 0 : POLLIN;
    const int want_out = session_.output().empty() ? 0 : POLLOUT;
    // Nothing wanted: a broken connection would be told of again and again.
    if (want_in + want_out != 0) fds[1] = {fd_, static_cast<short>(want_in | want_out), 0};
  } else if (dialer_.fd() >= 0) {
    fds[1] = {dialer_.fd(), POLLOUT, 0};
  }
  if (inquiry_ != nullptr) fds[2] = inquiry_->wanted();
  sleeps_until_ = std::min(session_.next_tick(), now() + sleep_max);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(sleeps_until_ - now()).count();
  asleep_ = true;
  lock.unlock();
  ::poll(fds.data(), fds.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
  if (fds[0].revents != 0) wake_->drain();
  lock.lock();
  asleep_ = false;
  sleeps_until_ = TimePoint::max();
  if (fd_ >= 0 && fds[1].fd == fd_ && (fds[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
    receive(lock);
}

void EventLoop::receive(std::unique_lock<std::mutex>& lock) {
  for (int chunk = 0; chunk < chunks_per_turn && fd_ >= 0; ++chunk) {
    lock.unlock();  // Only this thread changes fd_.
    const ssize_t size = ::recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    const int error = errno;
    lock.lock();
    if (size > 0) {
      session_.on_bytes(std::span(buffer_.data(), static_cast<std::size_t>(size)), now());
      perform();
      if (static_cast<std::size_t>(size) < buffer_.size()) return;
      continue;
    }
    if (size < 0 && (error == EAGAIN || error == EINTR)) return;
    session_.on_broken(
        size == 0 ? "the server closed the connection" : std::generic_category().message(error),
        now());
    return;
  }
}

}  // namespace quorate::client
