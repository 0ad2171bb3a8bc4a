#include "bench/net/frame_stream.h"

#include <sys/socket.h>

#include <cerrno>

namespace quorate::bench {
namespace {

bool is_transient(int failure) {
  return failure == EAGAIN || failure == EWOULDBLOCK || failure == EINTR;
}

Error lost(std::string_view what) {
  return {ErrorCode::connection_loss, system_failure(what).text};
}

}  // namespace

Status FrameStream::flush() {
  while (has_unsent()) {
    const ssize_t count = ::send(fd_.get(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (count < 0 && is_transient(errno)) return {};
    if (count < 0) return lost("send");
    sent_ += static_cast<std::size_t>(count);
  }
  out_.clear();
  sent_ = 0;
  return {};
}

Result<std::size_t> FrameStream::read_into(std::span<std::byte> space) {
  const ssize_t count = ::recv(fd_.get(), space.data(), space.size(), 0);
  if (count > 0) return static_cast<std::size_t>(count);
  if (count == 0) return {ErrorCode::connection_loss, "the other side closed the connection"};
  if (is_transient(errno)) return std::size_t{0};
  return lost("recv");
}

}  // namespace quorate::bench
