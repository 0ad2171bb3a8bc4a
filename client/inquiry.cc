#include "client/inquiry.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "client/describe.h"
#include "schema/capnp/client_codec.h"
#include "schema/capnp/frame.h"

namespace quorate::client {
namespace {

std::string error_text(int number) { return std::generic_category().message(number); }

}  // namespace

Inquiry::Inquiry(const Host& host, std::span<const char> question,
                 const std::shared_ptr<WakeFd>& wake)
    : dialer_(wake), question_(question.begin(), question.end()) {
  said_.host = host;
  dialer_.start(host);
  advance();
}

Inquiry::~Inquiry() { hang_up(); }

void Inquiry::advance() {
  if (done_) return;
  if (fd_ < 0) dial();
  if (fd_ >= 0 && !done_) receive();
}

pollfd Inquiry::wanted() const {
  if (fd_ >= 0) return {fd_, POLLIN, 0};
  return {dialer_.fd(), POLLOUT, 0};
}

void Inquiry::finish(Result<ServerMessage> message) {
  said_.message = std::move(message);
  done_ = true;
  hang_up();
}

void Inquiry::hang_up() {
  dialer_.cancel();
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void Inquiry::dial() {
  switch (dialer_.advance()) {
    case Dialer::Progress::idle:
    case Dialer::Progress::pending:
      return;
    case Dialer::Progress::failed:
      return finish(Error{ErrorCode::connection_loss, dialer_.failure()});
    case Dialer::Progress::connected:
      fd_ = dialer_.take();
  }
  // A fresh socket has room for it.
  if (::send(fd_, question_.data(), question_.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    finish(Error{ErrorCode::connection_loss, error_text(errno)});
}

void Inquiry::receive() {
  std::array<std::byte, 4096> chunk{};
  while (!done_) {
    const ssize_t size = ::recv(fd_, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size < 0) return finish(Error{ErrorCode::connection_loss, error_text(errno)});
    if (size == 0)
      return finish(Error{ErrorCode::connection_loss, "the server closed the connection"});
    input_.insert(input_.end(), chunk.begin(), chunk.begin() + size);
    on_input();
  }
}

void Inquiry::on_input() {
  const auto size = capnp_codec::frame_size(input_, {});
  if (!size.ok()) return finish(Error{ErrorCode::marshalling_error, "not a Quorate server"});
  if (*size == 0 || *size > input_.size()) return;
  auto message = capnp_codec::decode_server(std::span(input_).first(*size));
  if (!message.ok()) return finish(Error{ErrorCode::marshalling_error, "not a Quorate server"});
  said_.alive = true;
  if (const auto* goodbye = std::get_if<Goodbye>(&*message)) {
    return finish(
        Error{goodbye->error, goodbye->text.empty() ? explain(goodbye->error) : goodbye->text});
  }
  finish(std::move(*message));
}

}  // namespace quorate::client
