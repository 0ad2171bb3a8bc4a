#include "client/admin/http_connection.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <exception>

namespace quorate::admin {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using ErrorOf = boost::system::error_code;

constexpr milliseconds look_every{50};
constexpr std::uint32_t head_bytes_max = 64U << 10;

/// Subject and expiry of what a TLS server showed.
std::optional<PeerCertificate> certificate_of(SSL* ssl) {
  const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(ssl),
                                                          &X509_free);
  if (!shown) return std::nullopt;
  PeerCertificate certificate;
  std::array<char, 256> subject{};
  X509_NAME_oneline(X509_get_subject_name(shown.get()), subject.data(), subject.size());
  certificate.subject = subject.data();
  std::tm expires{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(shown.get()), &expires) == 1) {
    certificate.expires_at_ms = std::int64_t{::timegm(&expires)} * 1000;
  }
  return certificate;
}

}  // namespace

class HttpConnection::Core {
 public:
  explicit Core(HttpOptions options) : options_(std::move(options)) {}
  ~Core() { close(); }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  [[nodiscard]] bool is_open() const { return plain_ || tls_; }
  [[nodiscard]] bool is_finished() const { return !parser_ || parser_->is_done(); }
  [[nodiscard]] bool may_be_kept() const { return parser_ && parser_->keep_alive(); }
  [[nodiscard]] const std::optional<PeerCertificate>& certificate() const { return certificate_; }

  Status open(Clock::time_point deadline) {
    close();
    plain_.emplace(io_);
    Status done = dial(deadline);
    if (done.ok() && options_.url.tls) done = shake_hands(deadline);
    if (!done.ok()) close();
    return done;
  }

  Status send(const HttpRequest& request, Clock::time_point deadline) {
    http::request<http::string_body> message;
    message.method_string(request.method);
    message.target(request.target);
    message.version(11);
    message.set(http::field::host, options_.url.authority());
    message.set(http::field::accept, "application/json, text/event-stream");
    for (const auto& [name, value] : request.headers) message.set(name, value);
    message.body() = request.body;
    message.prepare_payload();
    const ErrorOf error = wait(deadline, [&](auto& stream, auto done) {
      http::async_write(stream, message, std::move(done));
    });
    return outcome(error, "the request could not be sent");
  }

  Result<HttpAnswer> take_head(Clock::time_point deadline, bool bounded) {
    input_.clear();
    parser_.emplace();
    parser_->header_limit(head_bytes_max);
    parser_->body_limit(bounded ? boost::optional<std::uint64_t>(body_bytes_max) : boost::none);
    const ErrorOf error = wait(deadline, [&](auto& stream, auto done) {
      http::async_read_header(stream, input_, *parser_, std::move(done));
    });
    if (error == http::error::body_limit) return too_large();
    if (const Status read = outcome(error, "no answer"); !read.ok()) return read.error();
    HttpAnswer answer;
    answer.status = parser_->get().result_int();
    answer.content_type = std::string(parser_->get()[http::field::content_type]);
    return answer;
  }

  /// Some of the body; empty when none came before the deadline, and the read goes on then.
  Result<std::optional<std::string>> take_some(Clock::time_point deadline) {
    if (is_finished()) return std::optional<std::string>();
    if (!reading_) {
      auto& body = parser_->get().body();
      body.data = chunk_.data();
      body.size = chunk_.size();
      body.more = true;
      reading_ = true;
      read_ended_ = false;
      start([&](auto& stream) {
        http::async_read_some(stream, input_, *parser_, [this](ErrorOf error, std::size_t) {
          read_error_ = error;
          read_ended_ = true;
        });
      });
    }
    if (!run_until(deadline, read_ended_)) {
      if (is_cancelled()) return lost("interrupted");
      return std::optional<std::string>(std::string());
    }
    reading_ = false;
    if (read_error_ == http::error::body_limit) return too_large();
    if (read_error_ && read_error_ != http::error::need_buffer) {
      return outcome(read_error_, "the answer broke off").error();
    }
    return std::optional<std::string>(
        std::string(chunk_.data(), chunk_.size() - parser_->get().body().size));
  }

  void close() {
    ErrorOf ignored;  // A socket that cannot be closed is left to the system.
    if (tls_) beast::get_lowest_layer(*tls_).socket().close(ignored);
    if (plain_) plain_->socket().close(ignored);
    // What was begun refers to what goes now: let it end.
    io_.restart();
    io_.run();
    reading_ = false;
    parser_.reset();
    tls_.reset();
    plain_.reset();
    context_.reset();
  }

  [[nodiscard]] bool is_cancelled() const { return options_.cancelled && options_.cancelled(); }

 private:
  using Plain = beast::tcp_stream;
  using Tls = beast::ssl_stream<Plain>;

  [[nodiscard]] std::string where() const { return options_.url.text() + ": "; }

  Error lost(const std::string& text) {
    close();
    return {ErrorCode::connection_loss, where() + text};
  }

  Error too_large() {
    close();
    return {ErrorCode::reply_too_large, where() + "the answer is larger than 64 MiB"};
  }

  Status outcome(const ErrorOf& error, const std::string& what) {
    if (!error) return {};
    const bool timed_out = error == beast::error::timeout;
    const std::string reason = is_cancelled() ? "interrupted" : what + ": " + error.message();
    close();
    if (timed_out) return {ErrorCode::operation_timeout, where() + what + " in time"};
    return {ErrorCode::connection_loss, where() + reason};
  }

  template <class Begin>
  void start(Begin begin) {
    io_.restart();
    if (tls_) {
      begin(*tls_);
    } else {
      begin(*plain_);
    }
  }

  /// Whether `done` became true before the deadline and before anybody wanted an end.
  bool run_until(Clock::time_point deadline, const bool& done) {
    io_.restart();
    while (!done) {
      if (is_cancelled() || Clock::now() >= deadline) return false;
      io_.run_one_until(std::min(deadline, Clock::now() + look_every));
      if (io_.stopped()) io_.restart();
    }
    return true;
  }

  /// Begins something on the stream and waits for its end.
  template <class Begin>
  ErrorOf wait(Clock::time_point deadline, Begin begin) {
    bool ended = false;
    ErrorOf error;
    start([&](auto& stream) {
      begin(stream, [&](ErrorOf result, auto&&...) {
        error = result;
        ended = true;
      });
    });
    return finish(deadline, ended, error);
  }

  /// What is still going on refers to the caller's frame: it ends before this does.
  ErrorOf finish(Clock::time_point deadline, const bool& ended, const ErrorOf& error) {
    if (run_until(deadline, ended)) return error;
    ErrorOf ignored;  // See close().
    resolver_.cancel();
    if (tls_) beast::get_lowest_layer(*tls_).socket().close(ignored);
    if (plain_) plain_->socket().close(ignored);
    io_.restart();
    while (!ended && io_.run_one() != 0) {
    }
    return beast::error::timeout;
  }

  Status dial(Clock::time_point deadline) {
    using Resolver = asio::ip::tcp::resolver;
    bool ended = false;
    ErrorOf error;
    Resolver::results_type found;
    io_.restart();
    resolver_.async_resolve(options_.url.host, std::to_string(options_.url.port),
                            [&](ErrorOf result, Resolver::results_type hosts) {
                              error = result;
                              found = std::move(hosts);
                              ended = true;
                            });
    const ErrorOf resolved = finish(deadline, ended, error);
    if (resolved) return outcome(resolved, "the name is not known");
    const ErrorOf connected = wait(deadline, [&](auto& stream, auto done) {
      beast::get_lowest_layer(stream).async_connect(found, std::move(done));
    });
    return outcome(connected, "no connection");
  }

  Status shake_hands(Clock::time_point deadline) {
    if (const Status loaded = load_credentials(); !loaded.ok()) return loaded;
    tls_.emplace(std::move(*plain_), *context_);
    plain_.reset();
    ErrorOf address;
    asio::ip::make_address(options_.url.host, address);
    // An address is no name of a server.
    if (address && SSL_set_tlsext_host_name(tls_->native_handle(), options_.url.host.c_str()) != 1)
      return {ErrorCode::bad_arguments, options_.url.host + " cannot be named in TLS"};
    tls_->set_verify_mode(asio::ssl::verify_peer);
    tls_->set_verify_callback(asio::ssl::host_name_verification(options_.url.host));
    bool ended = false;
    ErrorOf error;
    io_.restart();
    tls_->async_handshake(asio::ssl::stream_base::client, [&](ErrorOf result) {
      error = result;
      ended = true;
    });
    const ErrorOf shaken = finish(deadline, ended, error);
    certificate_ = certificate_of(tls_->native_handle());
    const long verdict = SSL_get_verify_result(tls_->native_handle());
    if (shaken && shaken != beast::error::timeout && verdict != X509_V_OK) {
      return lost(std::string("its certificate is not trusted: ") +
                  X509_verify_cert_error_string(verdict) + "; --ca names whose are");
    }
    return outcome(shaken, "no TLS");
  }

  Status load_credentials() {
    const auto refused = [](const std::string& file, const ErrorOf& error) {
      return Status(ErrorCode::bad_arguments, file + ": " + error.message());
    };
    context_.emplace(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context_->native_handle(), TLS1_2_VERSION);
    ErrorOf error;
    if (options_.ca_file.empty()) {
      context_->set_default_verify_paths(error);
      if (error) return refused("the system's certificates", error);
    } else {
      context_->load_verify_file(options_.ca_file, error);
      if (error) return refused(options_.ca_file, error);
    }
    if (options_.certificate_file.empty()) return {};
    context_->use_certificate_chain_file(options_.certificate_file, error);
    if (error) return refused(options_.certificate_file, error);
    const std::string& key =
        options_.key_file.empty() ? options_.certificate_file : options_.key_file;
    context_->use_private_key_file(key, asio::ssl::context::pem, error);
    if (error) return refused(key, error);
    return {};
  }

  HttpOptions options_;
  asio::io_context io_{1};
  asio::ip::tcp::resolver resolver_{io_};
  std::optional<asio::ssl::context> context_;
  std::optional<Plain> plain_;
  std::optional<Tls> tls_;
  beast::flat_buffer input_;
  std::optional<http::response_parser<http::buffer_body>> parser_;
  std::array<char, std::size_t{64} << 10> chunk_{};
  bool reading_ = false;
  bool read_ended_ = false;
  ErrorOf read_error_;
  std::optional<PeerCertificate> certificate_;
};

HttpConnection::HttpConnection(HttpOptions options)
    : core_(std::make_unique<Core>(std::move(options))) {}
HttpConnection::~HttpConnection() = default;

const std::optional<PeerCertificate>& HttpConnection::peer_certificate() const {
  return core_->certificate();
}

Result<HttpAnswer> HttpConnection::begin(const HttpRequest& request, milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  try {
    if (const Status opened = core_->open(deadline); !opened.ok()) return opened.error();
    if (const Status sent = core_->send(request, deadline); !sent.ok()) return sent.error();
    return core_->take_head(deadline, false);
  } catch (const std::exception& error) {
    return Error{ErrorCode::system_error, error.what()};
  }
}

Result<std::optional<std::string>> HttpConnection::read_some(milliseconds wait) {
  try {
    return core_->take_some(Clock::now() + wait);
  } catch (const std::exception& error) {
    return Error{ErrorCode::system_error, error.what()};
  }
}

Result<HttpAnswer> HttpConnection::exchange(const HttpRequest& request, milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  try {
    bool reused = core_->is_open() && core_->may_be_kept() && request.method == "GET";
    Result<HttpAnswer> answer = Error{};
    for (;;) {
      Status ready = reused ? Status{} : core_->open(deadline);
      if (ready.ok()) ready = core_->send(request, deadline);
      answer = ready.ok() ? core_->take_head(deadline, true) : Result<HttpAnswer>(ready.error());
      // Not a word on a connection that was kept: the server had closed it.
      if (answer.ok() || !reused || answer.code() != ErrorCode::connection_loss) break;
      if (core_->is_cancelled()) break;
      reused = false;
    }
    if (!answer.ok()) return answer;
    while (!core_->is_finished()) {
      auto more = core_->take_some(deadline);
      if (!more.ok()) return more.error();
      if (*more) answer->body += **more;
      if (core_->is_finished() || Clock::now() < deadline) continue;
      core_->close();
      return Error{ErrorCode::operation_timeout, "the answer did not come whole in time"};
    }
    return answer;
  } catch (const std::exception& error) {
    return Error{ErrorCode::system_error, error.what()};
  }
}

}  // namespace quorate::admin
