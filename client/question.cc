#include "client/question.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "client/describe.h"
#include "client/dialer.h"
#include "client/wake_fd.h"
#include "schema/capnp/client_codec.h"
#include "schema/capnp/frame.h"

namespace quorate::client {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

std::string error_text(int number) { return std::generic_category().message(number); }

/// One server being asked.
class Inquiry {
 public:
  Inquiry(const Host& host, std::span<const char> question, const std::shared_ptr<WakeFd>& wake)
      : dialer_(wake), question_(question) {
    said_.host = host;
    dialer_.start(host);
    advance();
  }
  ~Inquiry() { hang_up(); }
  Inquiry(const Inquiry&) = delete;
  Inquiry& operator=(const Inquiry&) = delete;

  /// Goes on as far as possible without blocking.
  void advance() {
    if (done_) return;
    if (fd_ < 0) dial();
    if (fd_ >= 0 && !done_) receive();
  }

  void give_up(Error error) { finish(std::move(error)); }

  [[nodiscard]] bool is_done() const { return done_; }
  [[nodiscard]] pollfd wanted() const {
    if (fd_ >= 0) return {fd_, POLLIN, 0};
    return {dialer_.fd(), POLLOUT, 0};
  }
  [[nodiscard]] Said take_said() { return std::move(said_); }

 private:
  void finish(Result<ServerMessage> message) {
    said_.message = std::move(message);
    done_ = true;
    hang_up();
  }

  void hang_up() {
    dialer_.cancel();
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  void dial() {
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

  void receive() {
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

  void on_input() {
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

  Dialer dialer_;
  std::span<const char> question_;
  int fd_ = -1;
  bool done_ = false;
  std::vector<std::byte> input_;
  Said said_;
};

bool all_done(const std::deque<Inquiry>& inquiries) {
  return std::all_of(inquiries.begin(), inquiries.end(),
                     [](const Inquiry& inquiry) { return inquiry.is_done(); });
}

void wait_for_some(const std::deque<Inquiry>& inquiries, const WakeFd& wake, milliseconds left) {
  std::vector<pollfd> watched{{wake.fd(), POLLIN, 0}};
  // A negative descriptor, of a name that is being resolved, is ignored by poll.
  for (const Inquiry& inquiry : inquiries)
    if (!inquiry.is_done()) watched.push_back(inquiry.wanted());
  ::poll(watched.data(), watched.size(), static_cast<int>(left.count()));
  if (watched.front().revents != 0) wake.drain();
}

}  // namespace

std::vector<Said> ask(const std::vector<Host>& hosts, std::span<const char> question,
                      milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const auto wake = std::make_shared<WakeFd>();
  std::deque<Inquiry> inquiries;
  for (const Host& host : hosts) inquiries.emplace_back(host, question, wake);
  while (!all_done(inquiries)) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left <= milliseconds{0}) break;
    wait_for_some(inquiries, *wake, left);
    for (Inquiry& inquiry : inquiries) inquiry.advance();
  }
  std::vector<Said> answers;
  for (Inquiry& inquiry : inquiries) {
    if (!inquiry.is_done()) {
      inquiry.give_up({ErrorCode::operation_timeout,
                       "no answer within " + std::to_string(timeout.count()) + " ms"});
    }
    answers.push_back(inquiry.take_said());
  }
  return answers;
}

}  // namespace quorate::client
