// TLS between a byte stream and what is said on it.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "actors/runtime/byte_link.h"
#include "actors/tls/tls_credentials.h"

namespace quorate {

/// A link whose peer may speak TLS, or not: the first byte tells. Bytes of the network come in by
/// on_bytes(), and go on, in the clear, to whoever uses this link.
///
///   unknown --first byte 0x16--> shaking --handshake--> tls
///   unknown --any other--> plain
///
/// unknown, plain   Everything passes as it is.
/// shaking          Nothing passes; a peer that fails gets its alert and is closed.
/// tls              Everything passes, encrypted. One record holds as much as it can of a turn.
class TlsLink final : public ByteLink {
 public:
  /// `outer` outlives it.
  TlsLink(ByteLink& outer, TlsContext context);

  /// `on_plain(span)` takes what the peer said, in the clear; not called for nothing. False: the
  /// peer broke the rules; the link is closed.
  template <class OnPlain>
  bool on_bytes(std::span<const char> bytes, OnPlain&& on_plain) {
    if (state_ == State::unknown && !bytes.empty()) decide(bytes.front());
    if (state_ == State::plain) {
      on_plain(bytes);
      return true;
    }
    return decrypt(bytes, on_plain);
  }

  [[nodiscard]] bool is_secure() const { return state_ == State::tls; }
  [[nodiscard]] bool is_plain() const { return state_ == State::plain; }
  /// The subject of the peer's certificate as RFC 2253 has it, which was verified; empty: it showed
  /// none.
  [[nodiscard]] std::string subject() const;

  std::vector<char>& output() override;
  void flush() override;
  void pause() override { outer_.pause(); }
  void resume() override { outer_.resume(); }
  void close(CloseMode mode) override;
  [[nodiscard]] std::size_t unsent_bytes() const override;
  [[nodiscard]] std::string remote() const override { return outer_.remote(); }
  [[nodiscard]] std::uint16_t remote_port() const override { return outer_.remote_port(); }
  void count_frames(std::size_t in, std::size_t out) override { outer_.count_frames(in, out); }

 private:
  enum class State : std::uint8_t { unknown, plain, shaking, tls, closed };

  void decide(char first);
  bool decrypt(std::span<const char> bytes,
               const std::function<void(std::span<const char>)>& on_plain);
  bool shake();
  /// Moves what the library wants to send to the outer link.
  void drain();
  bool fail();

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  ByteLink& outer_;
  TlsContext context_;
  State state_ = State::unknown;
  std::unique_ptr<SSL, Free> ssl_;  ///< As soon as the peer speaks TLS.
  BIO* in_ = nullptr;               ///< Belong to ssl_.
  BIO* out_ = nullptr;
  std::vector<char> plain_;  ///< To be encrypted at the next flush.
};

}  // namespace quorate
