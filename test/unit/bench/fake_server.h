// A coordination server in one thread of the test, small but right, which can be told to lie.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/net/frame_stream.h"
#include "bench/net/poller.h"
#include "bench/net/socket.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"

namespace quorate::bench {

/// What goes wrong, once, at the `fault_at`th request of the kind concerned.
enum class Fault : std::uint8_t {
  none,
  wrong_data,           ///< A read returns a changed byte.
  short_data,           ///< A read returns one byte too few.
  stale_stat,           ///< A read returns the stat of another version.
  wrong_mzxid,          ///< A write reports a stat with another mzxid.
  wrong_version,        ///< A write reports a version too many.
  wrong_body,           ///< A read is answered with a stat alone.
  wrong_xid,            ///< A reply carries the next request's xid.
  swapped_replies,      ///< Two replies change places.
  lost_reply,           ///< A reply is never sent.
  repeated_reply,       ///< A reply is sent twice.
  error_reply,          ///< A request is refused.
  zxid_goes_back,       ///< A reply tells of an earlier zxid than the one before.
  write_without_zxid,   ///< A write reports the zxid of the write before.
  unwanted_event,       ///< An event comes that nobody asked for.
  goodbye,              ///< The server says goodbye.
  hang_up,              ///< The server closes the connection.
  garbage,              ///< A frame that is no message.
  no_session,           ///< Hello is answered goodbye.
  event_of_other_path,  ///< A watch tells of another node.
  event_of_other_zxid,  ///< A watch tells of another zxid.
  repeated_event,       ///< A watch that fires once tells twice.
  stall,                ///< The server does nothing for 200 ms.
  kept_ephemeral,       ///< An ephemeral outlives its session.
  stalled_ping,         ///< The server does nothing for 200 ms when pinged.
};

class FakeServer {
 public:
  /// Listens on a free port of 127.0.0.1 and serves until it is destroyed.
  explicit FakeServer(Fault fault = Fault::none, std::uint64_t fault_at = 20);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] Address address() const;
  /// Asked when nobody talks to it any more.
  [[nodiscard]] std::size_t nodes() const { return nodes_.size(); }
  [[nodiscard]] std::size_t sessions() const { return open_sessions_; }
  [[nodiscard]] bool fault_was_planted() const { return planted_; }

 private:
  struct Node {
    Blob data;
    Stat stat;
  };
  struct Connection {
    explicit Connection(Fd fd) : stream(std::move(fd)) {}
    FrameStream stream;
    SessionId session;
    bool is_greeted = false;
    bool ends = false;
    std::vector<std::string> data_watches;
    std::vector<char> held_back;  ///< A reply that goes out behind the next one.
  };

  void run();
  void accept_one();
  void serve(int fd);
  Status on_frame(Connection& connection, std::span<const std::byte> frame);
  void on_request(Connection& connection, const Request& request);
  /// Whether this is the moment for `fault`; counts the moments.
  bool is_due(Fault fault);
  /// Faults that concern any reply; true when the reply has been dealt with.
  bool spoil(Connection& connection, Reply& reply);
  void send(Connection& connection, const Reply& reply);
  void notify(const std::string& path, Zxid zxid);

  Reply execute(Connection& connection, const Request& request);
  void set_all(const Multi& multi, Reply& reply);
  void create(const Create& create, SessionId session, Reply& reply);
  void close_session(Connection& connection);
  void set(const SetData& set, Reply& reply);
  void get(Connection& connection, const GetData& get, Reply& reply);

  Fault fault_;
  std::uint64_t fault_at_;
  std::uint64_t moments_ = 0;
  std::atomic<bool> planted_{false};
  std::atomic<std::size_t> open_sessions_{0};
  std::int64_t last_session_ = 0;
  Fd listener_;
  std::unique_ptr<Poller> poller_;
  ReadBuffer buffer_;
  std::map<int, std::unique_ptr<Connection>> connections_;
  std::map<std::string, Node> nodes_;
  Zxid zxid_ = Zxid::at(Epoch{1}, 0);
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace quorate::bench
