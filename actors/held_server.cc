#include "actors/held_server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "actors/client_wire.h"
#include "actors/four_letter_words/server_texts.h"
#include "schema/capnp/client_codec.h"
#include "storage/files.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;
using Time = std::chrono::steady_clock::time_point;

/// How long a client may take to say what it wants and to read its goodbye, and how many may be
/// about it at once. Closing earlier, with its Hello unread, would make the kernel throw the
/// goodbye away.
constexpr milliseconds goodbye_max{2000};
constexpr std::size_t leaving_max = 256;

milliseconds until(Time when) {
  const auto left = std::chrono::ceil<milliseconds>(when - std::chrono::steady_clock::now());
  return std::max(left, milliseconds{0});
}

std::string answer_of(FourLetterWord word) {
  switch (word) {
    case FourLetterWord::ruok:
      return "imok";
    case FourLetterWord::isro:
      return "null";
    default:
      return std::string(not_serving_text);
  }
}

class HeldServerThread final : public HeldServer {
 public:
  HeldServerThread(UniqueFd socket, UniqueFd stop, const HeldAnswers& answers,
                   milliseconds complain_every, std::function<void()> complain)
      : socket_(std::move(socket)),
        stop_(std::move(stop)),
        complain_every_(complain_every),
        complain_(std::move(complain)),
        words_(answers.words) {
    std::vector<char> frame;
    capnp_codec::encode(Goodbye{ErrorCode::not_serving, answers.goodbye}, frame);
    goodbye_.assign(frame.begin(), frame.end());
    thread_ = std::thread([this] { run(); });
  }

  ~HeldServerThread() override {
    // Cannot fail: the counter is far from its end.
    static_cast<void>(::eventfd_write(stop_.get(), 1));
    thread_.join();
  }

 private:
  struct Leaving {
    UniqueFd fd;
    Time until;
    bool is_told = false;
  };

  void run() {
    Time next_complaint = std::chrono::steady_clock::now();
    for (;;) {
      if (until(next_complaint) == milliseconds{0}) {
        complain_();
        next_complaint = std::chrono::steady_clock::now() + complain_every_;
      }
      std::vector<pollfd> watched{{stop_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}};
      for (const Leaving& client : leaving_) watched.push_back({client.fd.get(), POLLIN, 0});
      milliseconds patience = until(next_complaint);
      if (!leaving_.empty()) patience = std::min(patience, until(leaving_.front().until));
      ::poll(watched.data(), watched.size(), static_cast<int>(patience.count()));
      if (watched[0].revents != 0) return;
      see_off(watched);
      if (watched[1].revents != 0) accept();
    }
  }

  /// Those who have gone, or had their time.
  void see_off(const std::vector<pollfd>& watched) {
    std::size_t place = 2;
    std::erase_if(leaving_, [&](Leaving& client) {
      const bool said_something = watched[place++].revents != 0;
      return (said_something && has_gone(client)) || until(client.until) == milliseconds{0};
    });
  }

  /// Reads what the client says, and answers the first of it.
  [[nodiscard]] bool has_gone(Leaving& client) const {
    std::array<char, 4096> said{};
    const ssize_t got = ::recv(client.fd.get(), said.data(), said.size(), MSG_DONTWAIT);
    if (got < 0) return errno != EAGAIN && errno != EINTR;
    if (got > 0 && !client.is_told) tell(client, {said.data(), static_cast<std::size_t>(got)});
    return got == 0;
  }

  /// A first piece has at least what tells protocols apart, unless somebody wants to be closed.
  void tell(Leaving& client, std::string_view said) const {
    client.is_told = true;
    const std::string answer = answer_to(said.substr(0, protocol_bytes));
    // A fresh socket has room for it.
    if (!answer.empty()) {
      static_cast<void>(::send(client.fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL));
    }
    ::shutdown(client.fd.get(), SHUT_WR);
  }

  [[nodiscard]] std::string answer_to(std::string_view head) const {
    if (head == std::string_view("\0\0\0\0", protocol_bytes)) return goodbye_;
    const auto word = word_of(head);
    if (!word) return {};
    if (!words_.contains(*word)) return std::string(head).append(refused_word_text);
    return answer_of(*word);
  }

  void accept() {
    UniqueFd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client.valid()) {
      // Out of descriptors: the client waits in the queue. Not a reason to spin.
      if (errno == EMFILE || errno == ENFILE) std::this_thread::sleep_for(milliseconds{100});
      return;
    }
    if (leaving_.size() == leaving_max) leaving_.pop_front();
    leaving_.push_back({std::move(client), std::chrono::steady_clock::now() + goodbye_max});
  }

  UniqueFd socket_;
  UniqueFd stop_;
  std::string goodbye_;
  milliseconds complain_every_;
  std::function<void()> complain_;
  FourLetterWords words_;
  std::deque<Leaving> leaving_;  ///< In the order of their times.
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HeldServer>> HeldServer::start(UniqueFd socket, const HeldAnswers& answers,
                                                      milliseconds complain_every,
                                                      std::function<void()> complain) {
  UniqueFd stop(::eventfd(0, EFD_CLOEXEC));
  if (!stop.valid()) return io_error("make", "an eventfd", errno);
  // A client that leaves between poll and accept must not hold up the thread.
  const int flags = ::fcntl(socket.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) < 0) {
    return io_error("configure", "the client port", errno);
  }
  return {std::make_unique<HeldServerThread>(std::move(socket), std::move(stop), answers,
                                             complain_every, std::move(complain))};
}

}  // namespace quorate
