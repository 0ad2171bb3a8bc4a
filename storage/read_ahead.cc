#include "storage/read_ahead.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace quorate {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{256} << 10;
constexpr std::size_t chunks_waiting_max = 4;

struct Chunk {
  struct Sizes {
    std::size_t key, value;
  };
  std::string bytes;
  std::vector<Sizes> pairs;

  [[nodiscard]] Status for_each(const PairVisitor& visit) const {
    std::string_view rest = bytes;
    for (const Sizes& sizes : pairs) {
      const std::string_view key = rest.substr(0, sizes.key);
      const std::string_view value = rest.substr(sizes.key, sizes.value);
      rest.remove_prefix(sizes.key + sizes.value);
      if (Status visited = visit(key, value); !visited) return visited;
    }
    return {};
  }
};

/// From the thread that reads to the one that uses; each may end it.
class Belt {
 public:
  /// False: nobody wants more. Waits while it is full.
  bool put(Chunk&& chunk) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return chunks_.size() < chunks_waiting_max || ended_; });
    if (ended_) return false;
    chunks_.push_back(std::move(chunk));
    changed_.notify_all();
    return true;
  }

  /// Nothing: it has ended and is empty.
  std::optional<Chunk> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !chunks_.empty() || ended_; });
    if (chunks_.empty()) return std::nullopt;
    Chunk chunk = std::move(chunks_.front());
    chunks_.pop_front();
    changed_.notify_all();
    return chunk;
  }

  void end() {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Chunk> chunks_;
  bool ended_ = false;
};

/// Fills chunks with what `read` gives, and puts them on the belt.
Status fill(Belt& belt, const std::function<Status(const PairVisitor&)>& read) {
  Chunk chunk;
  const auto gather = [&](std::string_view key, std::string_view value) -> Status {
    chunk.bytes.append(key).append(value);
    chunk.pairs.push_back({key.size(), value.size()});
    if (chunk.bytes.size() < chunk_bytes) return {};
    if (belt.put(std::exchange(chunk, {}))) return {};
    return {ErrorCode::operation_timeout, "nobody reads on"};
  };
  Status done = read(gather);
  if (done && !chunk.pairs.empty()) belt.put(std::move(chunk));
  return done;
}

}  // namespace

Status read_ahead(const std::function<Status(const PairVisitor&)>& read, const PairVisitor& visit) {
  Belt belt;
  Status outcome;
  std::thread reader([&] {
    outcome = fill(belt, read);
    belt.end();
  });
  Status visited;
  while (visited) {
    const std::optional<Chunk> chunk = belt.take();
    if (!chunk) break;
    visited = chunk->for_each(visit);
  }
  belt.end();
  reader.join();
  return visited ? outcome : visited;
}

}  // namespace quorate
