// The seam to the network: what connection and peer logic know of a byte stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace quorate {

enum class CloseMode : std::uint8_t {
  graceful,  ///< What was written goes out first, within a deadline; then the stream ends.
  forced,    ///< At once: unsent bytes are dropped and the peer sees a reset.
};

/// One byte stream, used by exactly one actor on that actor's thread.
///
/// Logic encodes straight into output() and calls flush() once per turn; what was flushed goes
/// out in one system call at the end of the turn. After close(), or once the peer is gone, every
/// call is harmless and output() is a scrap buffer.
class ByteLink {
 public:
  ByteLink() = default;
  ByteLink(const ByteLink&) = delete;
  ByteLink& operator=(const ByteLink&) = delete;
  virtual ~ByteLink() = default;

  /// Append only: the front may already be on its way. The reference is valid for the turn.
  virtual std::vector<char>& output() = 0;

  /// Hands everything appended so far to the network at the end of the turn.
  virtual void flush() = 0;

  /// No more bytes come in until resume(). At most the chunk being handled is still delivered.
  virtual void pause() = 0;
  virtual void resume() = 0;

  /// The owner gets no further message from this link.
  virtual void close(CloseMode mode) = 0;

  /// Appended but not yet accepted by the kernel.
  [[nodiscard]] virtual std::size_t unsent_bytes() const = 0;

  /// The peer's address as text ("192.0.2.7", "2001:db8::1"), empty when unknown.
  [[nodiscard]] virtual std::string remote() const = 0;
  [[nodiscard]] virtual std::uint16_t remote_port() const = 0;

  /// Whole frames decoded from and encoded into this link since the last call; only for counters.
  virtual void count_frames(std::size_t in, std::size_t out) = 0;
};

}  // namespace quorate
