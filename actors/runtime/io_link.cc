#include "actors/runtime/io_link.h"

#include <sys/socket.h>

#include <array>
#include <caf/io/abstract_broker.hpp>
#include <caf/make_message.hpp>
#include <cerrno>

#include "actors/runtime/io_backend.h"

namespace quorate {

using caf::io::network::operation;

namespace {

/// The sent front of a buffer is cut off once it is this long: a peer that reads slowly but
/// steadily must not make the buffer grow by what it has already taken.
constexpr std::size_t cut_sent_bytes = std::size_t{64} << 10;

}  // namespace

// -- the socket -------------------------------------------------------------------------------

// The base is given no descriptor, because it would set options that the socket already has.
IoLink::Socket::Socket(caf::io::network::default_multiplexer& backend, int fd, IoLink& link)
    : event_handler(backend, caf::io::network::invalid_native_socket), link_(link) {
  fd_ = fd;
}

void IoLink::Socket::handle_event(operation op) {
  // Only queued: nothing may be closed while the kernel's list of events is being walked, since a
  // later event of the list may belong to what was closed.
  if (op != operation::write) link_.backend_.queue_readable(link_);
  if (op != operation::read) link_.backend_.queue_dirty(link_);
  if (op == operation::propagate_error) {
    // The backend takes the socket off epoll after this call.
    link_.watching_read_ = false;
    link_.watching_write_ = false;
  }
}

void IoLink::Socket::close() {
  caf::io::network::close_socket(fd_);
  fd_ = caf::io::network::invalid_native_socket;
}

// -- construction, and what CAF asks of a scribe ------------------------------------------------

IoLink::IoLink(IoBackend& backend, UniqueFd fd, caf::io::connection_handle handle, IpEndpoint peer,
               bool accepted)
    : scribe(handle),
      backend_(backend),
      socket_(backend, fd.release(), *this),
      output_limit_(backend.options().output_limit_bytes),
      peer_(peer),
      accepted_(accepted) {}

IoLink::~IoLink() = default;

void IoLink::configure_read(caf::io::receive_policy::config) { add_to_loop(); }

void IoLink::ack_writes(bool enable) { ack_writes_ = enable; }

void IoLink::notify_below(std::size_t bytes) { notify_below_ = bytes; }

std::vector<char>& IoLink::wr_buf() {
  if (output_.capacity() == 0) output_ = backend_.borrow_buffer();
  return output_;
}

void IoLink::flush() {
  if (state_ == State::closed) {
    output_.clear();
    return;
  }
  if (unsent_bytes() == 0) return;
  // While the kernel's buffer is full there is nothing to try, only the limit to watch.
  if (!watching_write_ || unsent_bytes() > output_limit_) backend_.queue_dirty(*this);
}

std::string IoLink::addr() const { return peer_.text(); }

uint16_t IoLink::port() const { return peer_.port(); }

void IoLink::add_to_loop() {
  if (state_ != State::open || reading_) return;
  reading_ = true;
  if (!watching_read_) watch(operation::read, true);
}

// The registration is withdrawn only when an event comes in spite of the pause: pausing and
// resuming between two events costs no system call.
void IoLink::remove_from_loop() { reading_ = false; }

void IoLink::count_frames(std::size_t in, std::size_t out) {
  frames_in.add(in);
  frames_out.add(out);
  backend_.counters().frames_in.add(in);
  backend_.counters().frames_out.add(out);
}

// -- reading ------------------------------------------------------------------------------------

void IoLink::serve_readable() {
  const bool discarding = state_ == State::draining || state_ == State::lingering;
  if (state_ == State::closed || eof_) return;
  if (!discarding && !reading_) {
    watch(operation::read, false);
    return;
  }
  backend_.counters().receives.add();
  const auto capacity = backend_.options().read_chunk_bytes;
  const ssize_t size = ::recv(socket_.fd(), backend_.chunk_buffer(), capacity, MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (discarding) {
    discard(size);
  } else if (size < 0) {
    end(CloseReason::error);
  } else if (size == 0) {
    eof_ = true;
    tell_owner();
    drain(CloseReason::peer);
  } else {
    deliver(static_cast<std::size_t>(size));
    // A full chunk says that there is more: asking epoll again would be a wasted call.
    if (static_cast<std::size_t>(size) == capacity && reading_) backend_.queue_readable(*this);
  }
}

void IoLink::deliver(std::size_t size) {
  bytes_in.add(size);
  backend_.counters().bytes_in.add(size);
  // Copying what came is cheaper than keeping a vector of full size, which would have to be
  // filled with zeros for each chunk; the vector is on loan, so that idle links hold none.
  chunk_ = backend_.borrow_buffer();
  chunk_.assign(backend_.chunk_buffer(), backend_.chunk_buffer() + size);
  if (!consume(&backend_, chunk_.data(), size) && state_ == State::open) remove_from_loop();
  backend_.return_buffer(std::move(chunk_));
  chunk_ = {};
}

void IoLink::discard(ssize_t size) {
  if (size > 0) return;
  eof_ = true;
  watch(operation::read, false);
  if (size < 0) {
    close_now(reason_ == CloseReason::none ? CloseReason::error : reason_);
  } else if (state_ == State::lingering) {
    close_now(reason_);
  }
}

// -- writing ------------------------------------------------------------------------------------

void IoLink::send_output() {
  if (state_ == State::closed || unsent_bytes() == 0) return continue_close();
  const auto before = unsent_bytes();
  backend_.counters().sends.add();
  const ssize_t size =
      ::send(socket_.fd(), output_.data() + sent_, before, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (size < 0 && errno != EAGAIN && errno != EINTR) {
    end(CloseReason::error);
    return;
  }
  if (size > 0) {
    sent_ += static_cast<std::size_t>(size);
    bytes_out.add(static_cast<std::uint64_t>(size));
    backend_.counters().bytes_out.add(static_cast<std::uint64_t>(size));
  }
  if (unsent_bytes() == 0) {
    backend_.return_buffer(std::move(output_));
    output_ = {};
    sent_ = 0;
    watch(operation::write, false);
  } else {
    if (sent_ >= cut_sent_bytes && sent_ >= output_.size() / 2) {
      output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(sent_));
      sent_ = 0;
    }
    watch(operation::write, true);
  }
  if (state_ == State::open && unsent_bytes() > output_limit_) {
    end(CloseReason::output_limit);
    return;
  }
  output_sent(before);
  continue_close();
}

void IoLink::output_sent(std::size_t before) {
  const auto left = unsent_bytes();
  // Also when one call has taken it all.
  if (before > notify_below_) notify_armed_ = notify_below_ > 0;
  const bool fell = notify_armed_ && left <= notify_below_;
  if (fell) notify_armed_ = false;
  if (state_ == State::open && (fell || ack_writes_)) {
    data_transferred(&backend_, before - left, left);
  }
}

// -- closing ------------------------------------------------------------------------------------

void IoLink::graceful_shutdown() {
  detach(&backend_, false);
  if (state_ != State::open) return;
  // A client that is turned away before anything was read or written has nothing to wait for.
  if (!watching_read_ && bytes_in.get() == 0 && unsent_bytes() == 0) {
    close_now(CloseReason::graceful);
  } else {
    drain(CloseReason::graceful);
  }
}

/// From here on the link has no broker; it ends by itself.
void IoLink::drain(CloseReason reason) {
  if (state_ != State::open) return;
  state_ = State::draining;
  reason_ = reason;
  deadline_ = Clock::now() + backend_.options().graceful_close;
  backend_.queue_closing(*this);
  if (unsent_bytes() == 0) {
    continue_close();
  } else {
    backend_.queue_dirty(*this);
  }
}

void IoLink::continue_close() {
  if (state_ != State::draining || unsent_bytes() > 0) return;
  if (eof_) {
    close_now(reason_);
    return;
  }
  state_ = State::lingering;
  ::shutdown(socket_.fd(), SHUT_WR);
  watch(operation::read, true);
}

/// The network or a limit ends the link, not its broker.
void IoLink::end(CloseReason reason) {
  if (state_ == State::open) tell_owner();
  close_now(reason);
}

/// The broker learns of the end by an ordinary message, behind what is already in its mailbox, and
/// not by a call in the middle of ours.
void IoLink::tell_owner() {
  const caf::strong_actor_ptr owner = parent_;
  detach(&backend_, false);
  if (!owner) return;
  owner->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {},
                                           caf::io::connection_closed_msg{hdl()}),
                 &backend_);
}

void IoLink::close_now(CloseReason reason) {
  if (state_ == State::closed) return;
  const caf::intrusive_ptr<IoLink> guard{this};
  detach(&backend_, false);
  if (reason == CloseReason::forced || reason == CloseReason::output_limit ||
      reason == CloseReason::deadline) {
    const linger reset{1, 0};
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  state_ = State::closed;
  reason_ = reason;
  watch(operation::read, false);
  watch(operation::write, false);
  socket_.close();
  output_ = {};
  sent_ = 0;
  backend_.remove_link(*this);
}

void IoLink::watch(operation op, bool on) {
  bool& watching = op == operation::read ? watching_read_ : watching_write_;
  if (watching == on) return;
  watching = on;
  if (on) {
    backend_.add(op, socket_.fd(), &socket_);
  } else {
    backend_.del(op, socket_.fd(), &socket_);
  }
  // At once: a registration that is still pending when the socket closes would never be undone,
  // and the descriptor would leak.
  backend_.apply_registrations();
}

}  // namespace quorate
