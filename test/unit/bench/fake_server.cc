#include "test/unit/bench/fake_server.h"

#include <algorithm>
#include <chrono>
#include <variant>

#include "core/base/check.h"
#include "schema/capnp/client_codec.h"

namespace quorate::bench {
namespace {

constexpr std::size_t frame_bytes_max = 1 << 20;
constexpr std::chrono::milliseconds stall_time{200};

Fd listener() {
  const Result<Address> any = resolve("127.0.0.1:0");
  Result<Fd> fd = listen_on(*any);
  check(fd.ok(), "a free port of the loopback can be listened on");
  return std::move(*fd);
}

}  // namespace

FakeServer::FakeServer(Fault fault, std::uint64_t fault_at)
    : fault_(fault), fault_at_(fault_at), listener_(listener()) {
  Result<Poller> poller = Poller::make();
  check(poller.ok(), "a poller can be made");
  poller_ = std::make_unique<Poller>(std::move(*poller));
  check(poller_->add(listener_.get(), 0, EPOLLIN).ok(), "a listener can be polled");
  thread_ = std::thread([this] { run(); });
}

FakeServer::~FakeServer() {
  stop_ = true;
  thread_.join();
}

Address FakeServer::address() const {
  const Result<std::uint16_t> port = local_port(listener_.get());
  return *resolve("127.0.0.1:" + std::to_string(*port));
}

void FakeServer::run() {
  while (!stop_) {
    for (const epoll_event& event : poller_->wait(ns_per_ms)) {
      if (event.data.u64 == 0) {
        accept_one();
      } else {
        serve(static_cast<int>(event.data.u64));
      }
    }
  }
}

void FakeServer::accept_one() {
  Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK));
  if (!fd.valid()) return;
  const int number = fd.get();
  check(poller_->add(number, static_cast<std::uint64_t>(number), EPOLLIN).ok(), "polled");
  connections_[number] = std::make_unique<Connection>(std::move(fd));
}

void FakeServer::serve(int fd) {
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  Connection& connection = *found->second;
  Status status = connection.stream.receive(
      buffer_,
      [&](std::span<const std::byte> frame, Nanoseconds) { return on_frame(connection, frame); });
  if (status) status = connection.stream.flush();
  // What the socket did not take waits for the next request, or for room.
  const bool waits = connection.stream.has_unsent();
  if (status) {
    poller_->change(fd, static_cast<std::uint64_t>(fd), waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
  if (status && !(connection.ends && !waits)) return;
  poller_->remove(fd);
  connections_.erase(found);
}

Status FakeServer::on_frame(Connection& connection, std::span<const std::byte> frame) {
  if (connection.ends) return {};  // What comes behind the end is not read.
  const Result<ClientMessage> message = capnp_codec::decode_client(frame);
  if (!message) return message.status();
  if (const auto* request = std::get_if<Request>(&*message)) {
    check(connection.is_greeted, "hello comes first");
    on_request(connection, *request);
    return {};
  }
  const auto& hello = std::get<Hello>(*message);
  connection.is_greeted = true;
  if (is_due(Fault::no_session)) {
    capnp_codec::encode(Goodbye{ErrorCode::not_serving, "starting"}, connection.stream.out());
    connection.ends = true;
    return {};
  }
  Welcome welcome;
  // A session of before is anybody's to have again.
  connection.session = hello.session == SessionId{} ? SessionId{++last_session_} : hello.session;
  ++open_sessions_;
  welcome.session = connection.session;
  welcome.zxid = zxid_;
  welcome.timeout_ms = 30'000;
  capnp_codec::encode(welcome, connection.stream.out());
  return {};
}

bool FakeServer::is_due(Fault fault) {
  if (fault != fault_ || planted_ || ++moments_ < fault_at_) return false;
  planted_ = true;
  return true;
}

void FakeServer::on_request(Connection& connection, const Request& request) {
  Reply reply = execute(connection, request);
  reply.xid = request.xid;
  if (std::holds_alternative<CloseSession>(request.operation)) {
    close_session(connection);
    send(connection, reply);
    return;
  }
  const bool concerned = std::holds_alternative<GetData>(request.operation) ||
                         std::holds_alternative<SetData>(request.operation) ||
                         std::holds_alternative<Multi>(request.operation);
  if (concerned && spoil(connection, reply)) return;
  send(connection, reply);
  if (const auto* set = std::get_if<SetData>(&request.operation)) notify(set->path, zxid_);
}

void FakeServer::close_session(Connection& connection) {
  connection.ends = true;
  --open_sessions_;
  if (is_due(Fault::kept_ephemeral)) return;
  std::erase_if(nodes_, [&](const auto& node) {
    return node.second.stat.ephemeral_owner == connection.session;
  });
}

bool FakeServer::spoil(Connection& connection, Reply& reply) {
  std::vector<char>& out = connection.stream.out();
  if (is_due(Fault::wrong_xid)) ++reply.xid;
  if (is_due(Fault::zxid_goes_back)) reply.zxid = Zxid{reply.zxid.value - 1};
  if (is_due(Fault::error_reply)) {
    reply.error = ErrorCode::throttled;
    reply.body = std::monostate{};
  }
  if (is_due(Fault::swapped_replies)) {
    capnp_codec::encode(reply, frame_bytes_max, connection.held_back);
    return true;
  }
  if (is_due(Fault::lost_reply)) return true;
  if (is_due(Fault::stall)) std::this_thread::sleep_for(stall_time);
  if (is_due(Fault::repeated_reply)) capnp_codec::encode(reply, frame_bytes_max, out);
  if (is_due(Fault::unwanted_event)) {
    capnp_codec::encode(WatchEvent{EventType::data_changed, "/nobody/asked", zxid_}, out);
  }
  if (is_due(Fault::goodbye)) {
    capnp_codec::encode(Goodbye{ErrorCode::session_expired, "too late"}, out);
    connection.ends = true;
    return true;
  }
  if (is_due(Fault::hang_up)) {
    connection.ends = true;
    return true;
  }
  if (is_due(Fault::garbage)) {
    out.insert(out.end(), {0, 0, 0, 0, 1, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1});
  }
  return false;
}

void FakeServer::send(Connection& connection, const Reply& reply) {
  std::vector<char>& out = connection.stream.out();
  capnp_codec::encode(reply, frame_bytes_max, out);
  out.insert(out.end(), connection.held_back.begin(), connection.held_back.end());
  connection.held_back.clear();
}

void FakeServer::notify(const std::string& path, Zxid zxid) {
  for (auto& [fd, connection] : connections_) {
    auto& watches = connection->data_watches;
    const auto found = std::find(watches.begin(), watches.end(), path);
    if (found == watches.end()) continue;
    watches.erase(found);
    WatchEvent event{EventType::data_changed, path, zxid};
    if (is_due(Fault::event_of_other_path)) event.path += "x";
    if (is_due(Fault::event_of_other_zxid)) event.zxid = Zxid{zxid.value + 1};
    capnp_codec::encode(event, connection->stream.out());
    if (is_due(Fault::repeated_event)) capnp_codec::encode(event, connection->stream.out());
    check(connection->stream.flush().ok(), "a watcher of the test stays");
  }
}

Reply FakeServer::execute(Connection& connection, const Request& request) {
  Reply reply;
  const bool is_write = !std::holds_alternative<GetData>(request.operation) &&
                        !std::holds_alternative<Exists>(request.operation) &&
                        !std::holds_alternative<Ping>(request.operation) &&
                        !std::holds_alternative<Sync>(request.operation);
  if (is_write) zxid_ = zxid_.next();
  if (const auto* op = std::get_if<Create>(&request.operation)) {
    create(*op, connection.session, reply);
  } else if (const auto* to_set = std::get_if<SetData>(&request.operation)) {
    set(*to_set, reply);
  } else if (const auto* to_get = std::get_if<GetData>(&request.operation)) {
    get(connection, *to_get, reply);
  } else if (const auto* to_delete = std::get_if<Delete>(&request.operation)) {
    if (nodes_.erase(to_delete->path) == 0) reply.error = ErrorCode::no_node;
  } else if (const auto* multi = std::get_if<Multi>(&request.operation)) {
    set_all(*multi, reply);
  } else if (std::holds_alternative<Ping>(request.operation)) {
    if (is_due(Fault::stalled_ping)) std::this_thread::sleep_for(stall_time);
  } else if (const auto* sync = std::get_if<Sync>(&request.operation)) {
    reply.body = PathReply{sync->path};
  } else if (const auto* exists = std::get_if<Exists>(&request.operation)) {
    if (!nodes_.contains(exists->path)) reply.error = ErrorCode::no_node;
  }
  if (reply.zxid == Zxid{}) reply.zxid = zxid_;
  return reply;
}

void FakeServer::set_all(const Multi& multi, Reply& reply) {
  auto& results = reply.body.emplace<MultiReply>().results;
  for (const MultiOp& op : multi.ops) {
    Reply one;
    set(std::get<SetData>(op), one);
    results.push_back({one.error, std::get<StatReply>(one.body)});
  }
}

void FakeServer::create(const Create& create, SessionId session, Reply& reply) {
  if (!create.if_absent && nodes_.contains(create.path)) {
    reply.error = ErrorCode::node_exists;
    return;
  }
  const auto [at, created] = nodes_.try_emplace(create.path);
  Node& node = at->second;
  if (created) {
    node.data = create.data;
    node.stat.czxid = node.stat.mzxid = node.stat.pzxid = zxid_;
    node.stat.ctime_ms = node.stat.mtime_ms = 1'700'000'000'000;
    node.stat.data_length = static_cast<std::uint32_t>(create.data.size());
    if (is_ephemeral(create.mode)) node.stat.ephemeral_owner = session;
  }
  reply.body = CreateReply{create.path, node.stat, created};
}

void FakeServer::set(const SetData& set, Reply& reply) {
  const auto at = nodes_.find(set.path);
  if (at == nodes_.end()) {
    reply.error = ErrorCode::no_node;
    return;
  }
  Node& node = at->second;
  if (set.version != any_version && set.version != node.stat.version) {
    reply.error = ErrorCode::bad_version;
    return;
  }
  node.data = set.data;
  node.stat.mzxid = zxid_;
  node.stat.version += 1;
  node.stat.mtime_ms += 1;
  node.stat.data_length = static_cast<std::uint32_t>(set.data.size());
  Stat told = node.stat;
  if (is_due(Fault::wrong_mzxid)) told.mzxid = told.czxid;
  if (is_due(Fault::wrong_version)) ++told.version;
  reply.body = StatReply{told};
  if (is_due(Fault::write_without_zxid)) {
    reply.zxid = Zxid{zxid_.value - 1};
    reply.body = StatReply{told};
  }
}

void FakeServer::get(Connection& connection, const GetData& get, Reply& reply) {
  const auto at = nodes_.find(get.path);
  if (at == nodes_.end()) {
    reply.error = ErrorCode::no_node;
    return;
  }
  if (get.watch) connection.data_watches.push_back(get.path);
  std::string data(at->second.data.text());
  Stat stat = at->second.stat;
  if (is_due(Fault::wrong_data)) data.back() ^= 1;
  if (is_due(Fault::short_data)) data.pop_back();
  if (is_due(Fault::stale_stat)) --stat.version;
  reply.body = DataReply{Blob(data), stat};
  if (is_due(Fault::wrong_body)) reply.body = StatReply{stat};
}

}  // namespace quorate::bench
