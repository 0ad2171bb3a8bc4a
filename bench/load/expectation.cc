#include "bench/load/expectation.h"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <variant>

#include "schema/capnp/client_codec.h"

namespace quorate::bench {
namespace {

/// Memory for known replies is worth it for this many nodes at most.
constexpr std::uint32_t known_nodes_max = 100'000;

Error wrong(std::string expected, std::string got) {
  return {ErrorCode::data_inconsistency,
          "expected " + std::move(expected) + ", got " + std::move(got)};
}

std::string what_came(const ServerMessage& message) {
  if (const auto* reply = std::get_if<Reply>(&message)) {
    return "the reply to xid " + std::to_string(reply->xid) + " (" +
           std::string(to_string(reply->error)) + ")";
  }
  if (const auto* event = std::get_if<WatchEvent>(&message)) return "an event of " + event->path;
  if (const auto* goodbye = std::get_if<Goodbye>(&message)) {
    return "goodbye " + std::string(to_string(goodbye->error)) + " \"" + goodbye->text + "\"";
  }
  return std::holds_alternative<Welcome>(message) ? "welcome" : "an inspection";
}

std::string shown(std::string_view data) {
  std::ostringstream text;
  text << data.size() << " bytes";
  if (!data.empty()) text << " beginning";
  for (const char byte : data.substr(0, 12)) {
    text << ' ' << std::hex << (static_cast<unsigned>(byte) & 0xffU);
  }
  return text.str();
}

/// Where xid and zxid stand in a reply to getData, as this project's servers lay it out.
struct ReplyPlaces {
  std::size_t xid = 0;
  std::size_t zxid = 0;

  ReplyPlaces() {
    const auto encoded = [](std::int64_t xid_value, std::uint64_t zxid_value) {
      std::vector<char> frame;
      const Reply reply{xid_value, Zxid{zxid_value}, ErrorCode::ok, DataReply{}};
      capnp_codec::encode(reply, received_limits_bytes, frame);
      return frame;
    };
    const std::vector<char> plain = encoded(0, 0);
    xid = first_difference(plain, encoded(-1, 0));
    zxid = first_difference(plain, encoded(0, UINT64_MAX));
  }

  static const ReplyPlaces& of_data() {
    static const ReplyPlaces places;
    return places;
  }

 private:
  static constexpr std::size_t received_limits_bytes = 1 << 20;
  static std::size_t first_difference(const std::vector<char>& a, const std::vector<char>& b) {
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin());
  }
};

std::uint64_t word_at(std::span<const std::byte> frame, std::size_t offset) {
  std::uint64_t word = 0;
  std::memcpy(&word, frame.data() + offset, sizeof word);
  return word;
}

}  // namespace

std::string to_text(const Stat& stat) {
  std::ostringstream text;
  text << "czxid " << to_string(stat.czxid) << " mzxid " << to_string(stat.mzxid) << " pzxid "
       << to_string(stat.pzxid) << " ctime " << stat.ctime_ms << " mtime " << stat.mtime_ms
       << " version " << stat.version << " cversion " << stat.cversion << " aversion "
       << stat.aversion << " owner " << stat.ephemeral_owner.value << " length " << stat.data_length
       << " children " << stat.num_children;
  return text.str();
}

Result<Reply> expect_reply(Wire& wire, std::span<const std::byte> frame, std::int64_t xid) {
  Result<ServerMessage> message = wire.decode(frame);
  if (!message) {
    return wrong("the reply to xid " + std::to_string(xid),
                 "a frame that cannot be decoded: " + message.error().text);
  }
  auto* reply = std::get_if<Reply>(&*message);
  if (reply == nullptr || reply->xid != xid || reply->error != ErrorCode::ok) {
    return wrong("the reply to xid " + std::to_string(xid) + " (ok)", what_came(*message));
  }
  return std::move(*reply);
}

Status expect_silence(Wire& wire, std::span<const std::byte> frame) {
  const Result<ServerMessage> message = wire.decode(frame);
  return wrong("nothing", message ? what_came(*message) : "a frame that cannot be decoded");
}

Result<WatchEvent> expect_data_event(Wire& wire, std::span<const std::byte> frame,
                                     std::string_view path) {
  Result<ServerMessage> message = wire.decode(frame);
  const std::string expected = "a dataChanged event of " + std::string(path);
  if (!message) return wrong(expected, "a frame that cannot be decoded");
  auto* event = std::get_if<WatchEvent>(&*message);
  if (event == nullptr || event->type != EventType::data_changed || event->path != path) {
    return wrong(expected, what_came(*message));
  }
  return std::move(*event);
}

Result<Welcome> expect_welcome(Wire& wire, std::span<const std::byte> frame) {
  const Result<ServerMessage> message = wire.decode(frame);
  if (!message) {
    return wrong("welcome", "a frame that cannot be decoded: " + message.error().text);
  }
  if (const auto* goodbye = std::get_if<Goodbye>(&*message)) {
    return Error{goodbye->error, "the server refused the session: " + goodbye->text};
  }
  const auto* welcome = std::get_if<Welcome>(&*message);
  if (welcome == nullptr) return wrong("welcome", what_came(*message));
  if (welcome->session == SessionId{} || welcome->version != protocol_version) {
    return wrong("a session and version 1", "welcome with session " + to_string(welcome->session) +
                                                " and version " + std::to_string(welcome->version));
  }
  return *welcome;
}

Expectation::Expectation(const NodeSet& nodes, std::vector<Stat> stats, bool is_static)
    : nodes_(nodes), stats_(std::move(stats)) {
  issued_versions_.reserve(stats_.size());
  for (const Stat& stat : stats_) issued_versions_.push_back(stat.version);
  if (is_static && stats_.size() <= known_nodes_max) known_.resize(stats_.size());
}

Status Expectation::judge(Wire& wire, std::span<const std::byte> frame,
                          const PendingRequest& pending, Zxid& zxid) {
  const bool is_ours = wire.protocol() == Protocol::quorate;
  if (is_ours && is_known(frame, pending, zxid)) return {};
  const Result<Reply> reply = expect_reply(wire, frame, pending.xid);
  Status status = reply ? judge_reply(*reply, pending, zxid) : reply.status();
  if (!status) {
    return {status.code(), (pending.is_write ? "setData " : "getData ") +
                               nodes_.path(pending.node) + ", xid " + std::to_string(pending.xid) +
                               ": " + status.error().text};
  }
  zxid = reply->zxid;
  if (is_ours && !known_.empty()) remember(frame, pending.node, *reply);
  return {};
}

Status Expectation::judge_reply(const Reply& reply, const PendingRequest& pending, Zxid zxid) {
  if (reply.zxid < zxid || (pending.is_write && reply.zxid == zxid)) {
    return wrong(
        "a zxid " + std::string(pending.is_write ? "above " : "of at least ") + to_string(zxid),
        to_string(reply.zxid));
  }
  if (pending.is_write) {
    const auto* stat = std::get_if<StatReply>(&reply.body);
    if (stat == nullptr) return wrong("a stat", "another body");
    return judge_write(*stat, reply.zxid, pending);
  }
  const auto* data = std::get_if<DataReply>(&reply.body);
  if (data == nullptr) return wrong("data", "another body");
  return judge_read(*data, pending);
}

Status Expectation::judge_read(const DataReply& reply, const PendingRequest& pending) const {
  const Stat& known = stats_[pending.node];
  if (reply.stat != known) return wrong(to_text(known), to_text(reply.stat));
  if (!nodes_.is_value(reply.data.text(), pending.node, pending.version)) {
    return wrong(shown(nodes_.value(pending.node, pending.version).text()),
                 shown(reply.data.text()));
  }
  return {};
}

Status Expectation::judge_write(const StatReply& reply, Zxid zxid, const PendingRequest& pending) {
  Stat& known = stats_[pending.node];
  Stat expected = known;
  expected.version = pending.version;
  expected.mzxid = zxid;
  expected.data_length = static_cast<std::uint32_t>(nodes_.value_bytes());
  // The leader's clock is not ours; it may stand still but never goes back.
  expected.mtime_ms = std::max(known.mtime_ms, reply.stat.mtime_ms);
  if (reply.stat != expected) return wrong(to_text(expected), to_text(reply.stat));
  known = reply.stat;
  return {};
}

bool Expectation::is_known(std::span<const std::byte> frame, const PendingRequest& pending,
                           Zxid& zxid) const {
  if (known_.empty()) return false;
  const std::vector<std::byte>& known = known_[pending.node];
  if (known.empty() || known.size() != frame.size()) return false;
  const ReplyPlaces& places = ReplyPlaces::of_data();
  if (word_at(frame, places.xid) != static_cast<std::uint64_t>(pending.xid)) return false;
  const Zxid told{word_at(frame, places.zxid)};
  if (told < zxid) return false;
  const std::size_t low = std::min(places.xid, places.zxid);
  const std::size_t high = std::max(places.xid, places.zxid);
  const auto same = [&](std::size_t begin, std::size_t end) {
    return std::memcmp(frame.data() + begin, known.data() + begin, end - begin) == 0;
  };
  if (!same(0, low) || !same(low + 8, high) || !same(high + 8, frame.size())) return false;
  zxid = told;
  return true;
}

void Expectation::remember(std::span<const std::byte> frame, std::uint32_t node,
                           const Reply& reply) {
  const ReplyPlaces& places = ReplyPlaces::of_data();
  // A server that lays replies out in another way is decoded every time.
  if (frame.size() < std::max(places.xid, places.zxid) + 8 ||
      word_at(frame, places.xid) != static_cast<std::uint64_t>(reply.xid) ||
      word_at(frame, places.zxid) != reply.zxid.value) {
    return;
  }
  known_[node].assign(frame.begin(), frame.end());
}

}  // namespace quorate::bench
