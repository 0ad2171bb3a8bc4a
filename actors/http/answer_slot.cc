#include "actors/http/answer_slot.h"

namespace quorate {
namespace {

class QueuedStream final : public HttpStream {
 public:
  explicit QueuedStream(std::shared_ptr<StreamQueue> queue) : queue_(std::move(queue)) {}
  QueuedStream(const QueuedStream&) = delete;
  QueuedStream& operator=(const QueuedStream&) = delete;
  ~QueuedStream() override { queue_->finish(); }

  bool send(SharedBytes bytes) override { return queue_->send(std::move(bytes)); }

 private:
  std::shared_ptr<StreamQueue> queue_;
};

class SlotAnswer final : public HttpAnswer {
 public:
  explicit SlotAnswer(std::shared_ptr<AnswerSlot> slot) : slot_(std::move(slot)) {}
  SlotAnswer(const SlotAnswer&) = delete;
  SlotAnswer& operator=(const SlotAnswer&) = delete;
  ~SlotAnswer() override { slot_->put(AnswerSlot::Unanswered{}); }

  void send(HttpResponse response) override { slot_->put(std::move(response)); }
  std::shared_ptr<HttpStream> stream(
      std::string type, std::vector<std::pair<std::string, std::string>> headers) override {
    return slot_->put_stream(std::move(type), std::move(headers));
  }

 private:
  std::shared_ptr<AnswerSlot> slot_;
};

}  // namespace

// ---- StreamQueue

bool StreamQueue::send(SharedBytes bytes) {
  bool accepted = true;
  {
    const std::lock_guard lock(mutex_);
    if (gone_ || state_ != State::open) return false;
    if (bytes == nullptr || bytes->empty()) return true;
    accepted = bytes->size() <= bytes_max_ - unread_bytes_;
    if (accepted) {
      unread_bytes_ += bytes->size();
      queue_.push_back(std::move(bytes));
    } else {
      state_ = State::cut_off;
      queue_.clear();
    }
    // The connection may be stuck in a write: that it is cut off, it is always told.
    if (std::exchange(woken_, true) && accepted) return true;
  }
  wake_();
  return accepted;
}

void StreamQueue::finish() {
  {
    const std::lock_guard lock(mutex_);
    if (gone_ || state_ != State::open) return;
    state_ = State::finished;
    if (std::exchange(woken_, true)) return;
  }
  wake_();
}

StreamQueue::Taken StreamQueue::take(std::size_t pieces_max, std::size_t bytes_max) {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  Taken taken;
  taken.state = state_;
  while (!queue_.empty() && taken.pieces.size() < pieces_max) {
    const bool first = taken.pieces.empty();
    if (!first && taken.bytes + queue_.front()->size() > bytes_max) break;
    taken.bytes += queue_.front()->size();
    taken.pieces.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return taken;
}

void StreamQueue::sent(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  unread_bytes_ -= bytes;
}

bool StreamQueue::is_cut_off() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::cut_off;
}

void StreamQueue::client_gone() {
  const std::lock_guard lock(mutex_);
  gone_ = true;
  queue_.clear();
}

// ---- AnswerSlot

AnswerSlot::AnswerSlot(std::shared_ptr<StreamCount> streams, std::size_t stream_bytes_max,
                       bool is_head, WakeConnection wake)
    : streams_(std::move(streams)),
      stream_bytes_max_(stream_bytes_max),
      is_head_(is_head),
      wake_(std::move(wake)) {}

AnswerSlot::~AnswerSlot() { abandon(); }

std::shared_ptr<HttpAnswer> AnswerSlot::answer_of(std::shared_ptr<AnswerSlot> slot) {
  return std::make_shared<SlotAnswer>(std::move(slot));
}

void AnswerSlot::put(Outcome outcome) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return;
    outcome_ = std::move(outcome);
  }
  wake_();
}

std::shared_ptr<HttpStream> AnswerSlot::put_stream(
    std::string type, std::vector<std::pair<std::string, std::string>> headers) {
  std::shared_ptr<HttpStream> stream;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return nullptr;
    if (is_head_) {
      outcome_ = Stream{std::move(type), std::move(headers), nullptr};
    } else if (streams_->open.fetch_add(1) >= streams_->max) {
      streams_->open.fetch_sub(1);
      outcome_ = TooManyStreams{};
    } else {
      auto queue = std::make_shared<StreamQueue>(stream_bytes_max_, wake_);
      stream = std::make_shared<QueuedStream>(queue);
      outcome_ = Stream{std::move(type), std::move(headers), std::move(queue)};
    }
  }
  wake_();
  return stream;
}

bool AnswerSlot::is_answered() const {
  const std::lock_guard lock(mutex_);
  return outcome_.has_value();
}

std::optional<AnswerSlot::Outcome> AnswerSlot::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(outcome_, std::nullopt);
}

void AnswerSlot::abandon() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  if (!outcome_) return;
  const auto* stream = std::get_if<Stream>(&*outcome_);
  if (stream != nullptr && stream->queue != nullptr) {
    stream->queue->client_gone();
    streams_->open.fetch_sub(1);
  }
  outcome_.reset();
}

}  // namespace quorate
