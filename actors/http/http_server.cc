#include "actors/http/http_server.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <unordered_map>

#include "actors/http/http_connection.h"

namespace quorate {
namespace {

using namespace http_detail;

constexpr Clock::duration reload_interval = 2s;
/// Descriptors have run out, or memory: asking again at once would not help.
constexpr Clock::duration accept_pause = 100ms;

/// How often deadlines are looked at: often enough for the shortest of them.
Clock::duration tick_of(const HttpLimits& limits) {
  const auto shortest = std::min(
      {limits.head_max, limits.body_max, limits.idle_max, limits.answer_max, limits.write_max});
  return std::clamp<Clock::duration>(shortest / 8, 5ms, 500ms);
}

class Server final : public HttpServer {
 public:
  Server(const HttpLimits& limits, HttpHandler handler)
      : acceptor_(io_), accept_pause_(io_), tick_(io_), tick_interval_(tick_of(limits)) {
    shared_.limits = limits;
    shared_.handler = std::move(handler);
    shared_.streams = std::make_shared<StreamCount>(limits.streams_max);
    shared_.mailbox = std::make_shared<Mailbox>(io_, [this](ConnectionId id) {
      const auto found = connections_.find(id);
      if (found != connections_.end()) found->second->on_wake();
    });
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  ~Server() override {
    shared_.mailbox->close();
    io_.stop();
    if (thread_.joinable()) thread_.join();
    // The coroutines, which own the connections, end with io_; the others die with the members.
    connections_.clear();
  }

  Status open(UniqueFd socket, const HttpTls* tls) {
    if (tls != nullptr) {
      auto credentials = TlsCredentials::load(
          {tls->certificate_file, tls->key_file, tls->client_ca_file, TlsClientAuth::want});
      if (!credentials) return credentials.error();
      credentials_ = *std::move(credentials);
      on_reload_ = tls->on_reload;
    }
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ErrorOf error;
    if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
      return {ErrorCode::system_error, "the console's socket has no address"};
    acceptor_.assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), socket.get(), error);
    if (error)
      return {ErrorCode::system_error, "the console's socket cannot be used: " + error.message()};
    [[maybe_unused]] const int owned = socket.release();
    asio::co_spawn(io_, accept_all(), asio::detached);
    asio::co_spawn(io_, tick_on(), asio::detached);
    thread_ = std::thread([this] { work(); });
    return {};
  }

  [[nodiscard]] const HttpCounters& counters() const override { return shared_.counters; }
  [[nodiscard]] std::size_t connections() const override { return connection_count_.load(); }
  [[nodiscard]] std::size_t streams() const override { return shared_.streams->open.load(); }
  [[nodiscard]] std::optional<std::int64_t> certificates_end_s() const override {
    if (credentials_ == nullptr) return std::nullopt;
    return credentials_->ends_s();
  }

 private:
  void work() {
    // On Linux a thread has a nice value of its own. Failing costs nothing but some latency.
    constexpr int niceness = 10;
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
    ::pthread_setname_np(::pthread_self(), "http");
    io_.run();
  }

  asio::awaitable<void> accept_all() {
    for (;;) {
      tcp::endpoint remote;
      auto [error, socket] = co_await acceptor_.async_accept(remote, as_result);
      if (!error) {
        admit(std::move(socket), address_of(remote));
      } else if (error != asio::error::connection_aborted) {
        accept_pause_.expires_after(accept_pause);
        [[maybe_unused]] const auto waited = co_await accept_pause_.async_wait(as_result);
      }
    }
  }

  void admit(tcp::socket socket, std::string remote) {
    const auto same = per_address_.find(remote);
    const std::size_t of_address = same == per_address_.end() ? 0 : same->second;
    if (connections_.size() >= shared_.limits.connections_max ||
        of_address >= shared_.limits.connections_per_address_max) {
      shared_.counters.refused_connections.add();
      return;
    }
    ErrorOf ignored;  // The socket works without any of these; reading tells if it is broken.
    socket.non_blocking(true, ignored);
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(tcp::socket::send_buffer_size(send_buffer_bytes), ignored);
    shared_.counters.connections.add();
    ++per_address_[remote];
    const TlsContext tls = credentials_ == nullptr ? nullptr : credentials_->context();
    auto connection = std::make_shared<Connection>(shared_, ++last_id_, std::move(socket),
                                                   std::move(remote), tls);
    connections_.emplace(last_id_, connection);
    connection_count_.store(connections_.size());
    asio::co_spawn(io_, connection->run(),
                   [this, connection](const std::exception_ptr&) { forget(*connection); });
  }

  void forget(const Connection& connection) {
    const auto same = per_address_.find(connection.remote());
    if (same != per_address_.end() && --same->second == 0) per_address_.erase(same);
    connections_.erase(connection.id());
    connection_count_.store(connections_.size());
  }

  asio::awaitable<void> tick_on() {
    Clock::time_point reload_at = Clock::now() + reload_interval;
    for (;;) {
      tick_.expires_after(tick_interval_);
      [[maybe_unused]] const auto waited = co_await tick_.async_wait(as_result);
      const Clock::time_point now = Clock::now();
      for (const auto& [id, connection] : connections_) connection->on_tick(now);
      if (credentials_ == nullptr || now < reload_at) continue;
      reload_at = now + reload_interval;
      const Result<TlsCredentials::Reload> reloaded = credentials_->reload();
      const bool changed = !reloaded || *reloaded == TlsCredentials::Reload::done;
      if (changed && on_reload_) on_reload_(reloaded.status());
    }
  }

  // Before io_: coroutines that end with it still count in here.
  Shared shared_;
  std::unordered_map<std::string, std::size_t> per_address_;
  std::unordered_map<ConnectionId, std::shared_ptr<Connection>> connections_;
  std::atomic<std::size_t> connection_count_{0};
  ConnectionId last_id_ = 0;
  std::unique_ptr<TlsCredentials> credentials_;  ///< Null: plain.
  std::function<void(const Status&)> on_reload_;

  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer accept_pause_;
  asio::steady_timer tick_;
  const Clock::duration tick_interval_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(UniqueFd socket, const HttpLimits& limits,
                                                      const HttpTls* tls, HttpHandler handler) {
  auto server = std::make_unique<Server>(limits, std::move(handler));
  if (Status status = server->open(std::move(socket), tls); !status) return status.error();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace quorate
