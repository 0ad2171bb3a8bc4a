#include "test/chaos/load/history.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/check.h"

namespace quorate::chaos {

std::int64_t now_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

Result<History> History::open(const std::string& path, std::uint64_t lines_max) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return Error{ErrorCode::io_error, path + ": " + std::strerror(errno)};
  return History(fd, lines_max);
}

History::History(History&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      lines_max_(other.lines_max_),
      lines_(other.lines_.load()) {}

History::~History() {
  if (fd_ >= 0) ::close(fd_);
}

void History::write(const nlohmann::json& line) {
  const std::string text = line.dump() + "\n";
  // One call for the whole line, so that those of other processes do not get into it.
  const ssize_t written = ::write(fd_, text.data(), text.size());
  check(written == static_cast<ssize_t>(text.size()), "a line of the history is written whole");
  ++lines_;
}

}  // namespace quorate::chaos
