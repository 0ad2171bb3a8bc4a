#include "actors/tls/tls_link.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>
#include <utility>

#include "core/base/check.h"

namespace quorate {
namespace {

/// How a record of a handshake begins.
constexpr char handshake_record = 0x16;
/// The most that one record holds.
constexpr std::size_t record_bytes_max = 16384;

}  // namespace

TlsLink::TlsLink(ByteLink& outer, TlsContext context)
    : outer_(outer), context_(std::move(context)) {}

void TlsLink::decide(char first) {
  if (first != handshake_record) {
    state_ = State::plain;
    return;
  }
  state_ = State::shaking;
  ssl_.reset(SSL_new(context_.get()));
  in_ = BIO_new(BIO_s_mem());
  out_ = BIO_new(BIO_s_mem());
  check(ssl_ != nullptr && in_ != nullptr && out_ != nullptr, "there is memory for a connection");
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_accept_state(ssl_.get());
}

bool TlsLink::decrypt(std::span<const char> bytes,
                      const std::function<void(std::span<const char>)>& on_plain) {
  if (state_ == State::closed) return false;
  if (!bytes.empty() && BIO_write(in_, bytes.data(), static_cast<int>(bytes.size())) !=
                            static_cast<int>(bytes.size())) {
    return fail();
  }
  if (state_ == State::shaking && !shake()) return state_ != State::closed;
  std::array<char, record_bytes_max> record;
  while (state_ == State::tls) {
    ERR_clear_error();
    const int size = SSL_read(ssl_.get(), record.data(), static_cast<int>(record.size()));
    if (size <= 0) {
      if (SSL_get_error(ssl_.get(), size) != SSL_ERROR_WANT_READ) return fail();
      break;
    }
    on_plain(std::span<const char>(record).first(static_cast<std::size_t>(size)));
  }
  if (state_ != State::closed) drain();  // What the library has to say by itself.
  return state_ != State::closed;
}

/// False: not yet, or never.
bool TlsLink::shake() {
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_.get());
  const bool goes_on = done == 1 || SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ;
  if (!goes_on) return fail();
  drain();
  if (done == 1) state_ = State::tls;
  return done == 1;
}

bool TlsLink::fail() {
  ERR_clear_error();
  drain();  // The alert that says why.
  state_ = State::closed;
  outer_.close(CloseMode::graceful);
  return false;
}

void TlsLink::drain() {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out_, &bytes);
  if (size <= 0) return;
  outer_.output().insert(outer_.output().end(), bytes, bytes + size);
  (void)BIO_reset(out_);
  outer_.flush();
}

std::string TlsLink::subject() const {
  return ssl_ == nullptr ? std::string() : peer_subject(ssl_.get());
}

std::vector<char>& TlsLink::output() {
  const bool passes = state_ == State::unknown || state_ == State::plain;
  return passes ? outer_.output() : plain_;
}

void TlsLink::flush() {
  if (state_ == State::unknown || state_ == State::plain) return outer_.flush();
  if (state_ == State::tls && !plain_.empty()) {
    ERR_clear_error();
    // Memory takes all there is.
    const int written = SSL_write(ssl_.get(), plain_.data(), static_cast<int>(plain_.size()));
    if (written != static_cast<int>(plain_.size())) {
      fail();
      return;
    }
    drain();
  }
  plain_.clear();
}

void TlsLink::close(CloseMode mode) {
  if (state_ == State::tls && mode == CloseMode::graceful) {
    flush();
    if (state_ != State::tls) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    drain();
  }
  state_ = State::closed;
  outer_.close(mode);
}

std::size_t TlsLink::unsent_bytes() const { return outer_.unsent_bytes() + plain_.size(); }

}  // namespace quorate
