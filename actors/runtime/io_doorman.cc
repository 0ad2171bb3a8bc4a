#include "actors/runtime/io_doorman.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <caf/io/abstract_broker.hpp>
#include <cerrno>

#include "actors/runtime/io_backend.h"
#include "actors/runtime/socket_address.h"

namespace quorate {

using caf::io::network::operation;

namespace {

void reset_and_close(UniqueFd fd) {
  const linger reset{1, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

}  // namespace

IoDoorman::Socket::Socket(IoBackend& backend, int fd, IoDoorman& doorman)
    : event_handler(backend, caf::io::network::invalid_native_socket), doorman_(doorman) {
  fd_ = fd;
}

void IoDoorman::Socket::handle_event(operation) { doorman_.backend_.queue_accepting(doorman_); }

void IoDoorman::Socket::close() {
  caf::io::network::close_socket(fd_);
  fd_ = caf::io::network::invalid_native_socket;
}

IoDoorman::IoDoorman(IoBackend& backend, UniqueFd fd)
    : doorman(caf::io::network::accept_hdl_from_socket(fd.get())),
      backend_(backend),
      socket_(backend, fd.release(), *this),
      port_(address_port(local_address(socket_.fd()))) {
  const int on = 1;
  ::setsockopt(socket_.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket_.fd(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

std::string IoDoorman::addr() const { return address_text(local_address(socket_.fd())); }

uint16_t IoDoorman::port() const { return port_; }

void IoDoorman::add_to_loop() {
  accepting_ = true;
  if (!resting_) watch(true);
}

void IoDoorman::remove_from_loop() {
  accepting_ = false;
  watch(false);
}

void IoDoorman::graceful_shutdown() { close_now(); }

void IoDoorman::close_now() {
  if (socket_.fd() < 0) return;
  const caf::intrusive_ptr<IoDoorman> guard{this};
  detach(&backend_, false);
  watch(false);
  socket_.close();
  std::erase(backend_.doormen_, guard);
}

void IoDoorman::end_rest() {
  resting_ = false;
  if (accepting_ && socket_.fd() >= 0) watch(true);
}

void IoDoorman::watch(bool on) {
  if (watching_ == on) return;
  watching_ = on;
  if (on) {
    backend_.add(operation::read, socket_.fd(), &socket_);
  } else {
    backend_.del(operation::read, socket_.fd(), &socket_);
  }
  backend_.apply_registrations();
}

void IoDoorman::accept_burst() {
  for (auto left = backend_.options().accepts_per_turn; left > 0; --left) {
    if (!accepting_ || resting_ || !accept_one()) return;
  }
}

bool IoDoorman::is_admitted(const std::string& peer) const {
  const auto asked = backend_.admissions_.find(port_);
  return asked == backend_.admissions_.end() || !asked->second || asked->second(peer);
}

bool IoDoorman::accept_one() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  UniqueFd fd{::accept4(socket_.fd(), reinterpret_cast<sockaddr*>(&address), &size,
                        SOCK_NONBLOCK | SOCK_CLOEXEC)};
  if (!fd.valid()) return on_accept_error(errno);
  const IpEndpoint peer(address);
  auto& counters = backend_.counters();
  if (!is_admitted(peer.text())) {
    counters.refused_by_admission.add();
    reset_and_close(std::move(fd));
    return true;
  }
  counters.accepted.add();
  auto link = backend_.add_link(std::move(fd), peer, true);
  const auto handle = link->hdl();
  parent()->add_scribe(std::move(link));
  if (!doorman::new_connection(&backend_, handle)) remove_from_loop();
  return true;
}

bool IoDoorman::on_accept_error(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      // The socket stays readable, so polling on would spin. The connection that waits longest is
      // told, by a close, to try another server; then accepting rests for a while.
      shed_one();
      resting_ = true;
      watch(false);
      backend_.pause_accepting(*this);
      return false;
    case EAGAIN:
      return false;
    // ECONNABORTED and the network errors that accept passes on concern one connection only.
    default:
      return true;
  }
}

void IoDoorman::shed_one() {
  if (!backend_.spare_.valid()) backend_.spare_.reset(IoBackend::open_spare());
  if (!backend_.spare_.valid()) return;
  backend_.spare_.reset();
  UniqueFd fd{::accept4(socket_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
  if (fd.valid()) {
    backend_.counters().refused_no_descriptor.add();
    reset_and_close(std::move(fd));
  }
  backend_.spare_.reset(IoBackend::open_spare());
}

}  // namespace quorate
