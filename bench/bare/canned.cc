#include "bench/bare/canned.h"

#include <cstring>

#include "bench/load/request_template.h"
#include "schema/capnp/client_codec.h"

namespace quorate::bench {
namespace {

constexpr std::size_t frame_bytes_max = std::size_t{64} << 20;

/// Every field is set, as in a real node.
Stat busy_stat(const NodeSet& nodes) {
  Stat stat;
  stat.czxid = stat.mzxid = stat.pzxid = Zxid{0x100000001};
  stat.ctime_ms = stat.mtime_ms = 1'700'000'000'000;
  stat.version = 1;
  stat.data_length = static_cast<std::uint32_t>(nodes.value_bytes());
  return stat;
}

CannedReply canned(const ReplyBody& body) {
  const auto encoded = [&](std::int64_t xid) {
    std::vector<char> frame;
    capnp_codec::encode(Reply{xid, Zxid{0x100000001}, ErrorCode::ok, body}, frame_bytes_max, frame);
    return frame;
  };
  CannedReply reply;
  reply.frame = encoded(0);
  reply.xid_offset = differing_field(reply.frame, encoded(-1), sizeof(std::int64_t)).offset;
  return reply;
}

}  // namespace

void CannedReply::append(std::int64_t xid, std::vector<char>& out) const {
  const std::size_t begin = out.size();
  out.insert(out.end(), frame.begin(), frame.end());
  std::memcpy(out.data() + begin + xid_offset, &xid, sizeof xid);
}

bool CannedReply::matches(std::span<const std::byte> other, std::int64_t xid) const {
  if (other.size() != frame.size()) return false;
  const std::size_t behind = xid_offset + sizeof xid;
  return std::memcmp(other.data(), frame.data(), xid_offset) == 0 &&
         std::memcmp(other.data() + xid_offset, &xid, sizeof xid) == 0 &&
         std::memcmp(other.data() + behind, frame.data() + behind, frame.size() - behind) == 0;
}

CannedFrames::CannedFrames(const NodeSet& nodes)
    : data(canned(DataReply{nodes.value(0, 0), busy_stat(nodes)})),
      stat(canned(StatReply{busy_stat(nodes)})),
      nothing(canned(std::monostate{})) {
  Welcome terms;
  terms.server = ServerId{1};
  terms.session = SessionId{1};
  terms.timeout_ms = 30'000;
  terms.frame_bytes_max = 1 << 20;
  terms.requests_in_flight_max = 1024;
  capnp_codec::encode(terms, welcome);
  capnp_codec::encode(WatchEvent{EventType::data_changed, nodes.path(0), Zxid{0x100000001}}, event);
  const RequestTemplate get = RequestTemplate::get_data(nodes);
  get_frame_bytes = get.frame_bytes();
  request_xid_offset = get.xid_place().offset;
}

}  // namespace quorate::bench
