// Where a connection and those who answer its request meet: they are on different threads, and
// either may go first. Knows nothing of sockets.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "actors/http/http_message.h"

namespace quorate {

/// Wakes the connection, from any thread; after the server's end it does nothing.
using WakeConnection = std::function<void()>;

/// What is to be sent on a stream.
class StreamQueue {
 public:
  StreamQueue(std::size_t bytes_max, WakeConnection wake)
      : bytes_max_(bytes_max), wake_(std::move(wake)) {}

  // Of those who send.
  bool send(SharedBytes bytes);
  void finish();

  // Of the connection.
  enum class State : std::uint8_t { open, finished, cut_off };
  struct Taken {
    std::vector<SharedBytes> pieces;  ///< They count as unread until sent().
    std::size_t bytes = 0;
    State state = State::open;
  };
  /// Of several pieces no more than `bytes_max` in all.
  [[nodiscard]] Taken take(std::size_t pieces_max, std::size_t bytes_max);
  void sent(std::size_t bytes);
  [[nodiscard]] bool is_cut_off() const;
  /// Nothing more will be sent.
  void client_gone();

 private:
  const std::size_t bytes_max_;
  const WakeConnection wake_;
  mutable std::mutex mutex_;
  std::deque<SharedBytes> queue_;
  std::size_t unread_bytes_ = 0;
  State state_ = State::open;
  bool gone_ = false;
  bool woken_ = false;  ///< Since the last take().
};

/// How many streams there are, in all threads' eyes.
struct StreamCount {
  explicit StreamCount(std::size_t most) : max(most) {}
  const std::size_t max;
  std::atomic<std::size_t> open{0};
};

/// The answer to one request.
class AnswerSlot {
 public:
  struct Stream {
    std::string type;
    std::vector<std::pair<std::string, std::string>> headers;
    std::shared_ptr<StreamQueue> queue;  ///< Null: the request was HEAD.
  };
  struct TooManyStreams {};
  struct Unanswered {};
  using Outcome = std::variant<HttpResponse, Stream, TooManyStreams, Unanswered>;

  AnswerSlot(std::shared_ptr<StreamCount> streams, std::size_t stream_bytes_max, bool is_head,
             WakeConnection wake);
  AnswerSlot(const AnswerSlot&) = delete;
  AnswerSlot& operator=(const AnswerSlot&) = delete;
  /// A stream that was not taken is over.
  ~AnswerSlot();

  /// What the handler is given. Once.
  [[nodiscard]] static std::shared_ptr<HttpAnswer> answer_of(std::shared_ptr<AnswerSlot> slot);

  // Of those who answer; only the first counts.
  void put(Outcome outcome);
  [[nodiscard]] std::shared_ptr<HttpStream> put_stream(
      std::string type, std::vector<std::pair<std::string, std::string>> headers);

  // Of the connection.
  [[nodiscard]] bool is_answered() const;
  [[nodiscard]] std::optional<Outcome> take();
  /// The client has gone or was told that it took too long.
  void abandon();

 private:
  const std::shared_ptr<StreamCount> streams_;
  const std::size_t stream_bytes_max_;
  const bool is_head_;
  const WakeConnection wake_;
  mutable std::mutex mutex_;
  std::optional<Outcome> outcome_;
  bool closed_ = false;  ///< Answered or abandoned.
};

}  // namespace quorate
