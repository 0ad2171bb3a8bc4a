// One end of a connection that speaks frames: bytes to send, whole frames received.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "bench/measure/clock.h"
#include "bench/net/fd.h"
#include "bench/net/socket.h"
#include "bench/net/wire.h"
#include "core/base/result.h"

namespace quorate::bench {

/// Room for one read, shared by all connections of a thread; aligned as frames want it.
class ReadBuffer {
 public:
  ReadBuffer() : words_(std::make_unique<std::uint64_t[]>(size / 8)) {}
  [[nodiscard]] std::span<std::byte> bytes() {
    return {reinterpret_cast<std::byte*>(words_.get()), size};
  }

 private:
  static constexpr std::size_t size = std::size_t{256} << 10;
  std::unique_ptr<std::uint64_t[]> words_;
};

class FrameStream {
 public:
  explicit FrameStream(Fd fd, Protocol protocol = Protocol::quorate)
      : fd_(std::move(fd)), wire_(protocol) {}

  [[nodiscard]] int fd() const { return fd_.get(); }

  [[nodiscard]] Wire& wire() { return wire_; }

  /// Append frames here, then flush().
  [[nodiscard]] std::vector<char>& out() { return out_; }

  /// Sends as much as the socket takes. Error connection_loss.
  Status flush();
  [[nodiscard]] bool has_unsent() const { return sent_ < out_.size(); }

  /// Reads once and hands every whole frame to `on_frame(span<const std::byte>, Nanoseconds)`,
  /// which returns a Status; the time is the one at which the read returned. Ends with the first
  /// error of `on_frame`. Error connection_loss at the end of the stream, marshalling_error for
  /// what is no frame.
  template <class OnFrame>
  Status receive(ReadBuffer& buffer, OnFrame&& on_frame);

 private:
  /// Bytes read; 0: nothing there now.
  [[nodiscard]] Result<std::size_t> read_into(std::span<std::byte> space);
  /// Hands over whole frames of `bytes` and returns how many bytes they took.
  template <class OnFrame>
  Result<std::size_t> cut(std::span<const std::byte> bytes, Nanoseconds at, OnFrame&& on_frame);

  Fd fd_;
  Wire wire_;
  std::vector<char> out_;
  std::size_t sent_ = 0;
  std::vector<std::byte> partial_;  ///< The beginning of a frame whose end hasn't come.
};

template <class OnFrame>
Status FrameStream::receive(ReadBuffer& buffer, OnFrame&& on_frame) {
  const Result<std::size_t> read = read_into(buffer.bytes());
  if (!read) return read.status();
  const Nanoseconds at = now_ns();
  std::span<const std::byte> bytes = buffer.bytes().first(*read);
  if (partial_.empty()) {
    const Result<std::size_t> used = cut(bytes, at, on_frame);
    if (!used) return used.status();
    bytes = bytes.subspan(*used);
    partial_.assign(bytes.begin(), bytes.end());
    return {};
  }
  partial_.insert(partial_.end(), bytes.begin(), bytes.end());
  const Result<std::size_t> used = cut(partial_, at, on_frame);
  if (!used) return used.status();
  partial_.erase(partial_.begin(), partial_.begin() + static_cast<std::ptrdiff_t>(*used));
  return {};
}

template <class OnFrame>
Result<std::size_t> FrameStream::cut(std::span<const std::byte> bytes, Nanoseconds at,
                                     OnFrame&& on_frame) {
  std::size_t used = 0;
  while (true) {
    const std::span<const std::byte> rest = bytes.subspan(used);
    const Result<std::size_t> size = wire_.frame_size(rest);
    if (!size) return size.error();
    if (*size == 0 || *size > rest.size()) return used;
    if (Status status = on_frame(rest.first(*size), at); !status) return status.error();
    used += *size;
  }
}

}  // namespace quorate::bench
