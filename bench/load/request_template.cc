#include "bench/load/request_template.h"

#include <endian.h>

#include <cstring>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/txn/request.h"

namespace quorate::bench {
namespace {

/// Numbers of requests are 64 bits, in ZooKeeper's protocol 32 with the high ones first.
std::size_t xid_bytes(Protocol protocol) {
  return protocol == Protocol::zookeeper ? sizeof(std::int32_t) : sizeof(std::int64_t);
}

void put_xid(Protocol protocol, std::int64_t xid, char* at) {
  if (protocol == Protocol::quorate) {
    std::memcpy(at, &xid, sizeof xid);
    return;
  }
  const std::uint32_t high_first = htobe32(static_cast<std::uint32_t>(xid));
  std::memcpy(at, &high_first, sizeof high_first);
}

std::vector<char> frame_of(Protocol protocol, std::int64_t xid, Operation operation) {
  std::vector<char> frame;
  Request request;
  request.xid = xid;
  request.operation = std::move(operation);
  Wire(protocol).encode(request, frame);
  return frame;
}

}  // namespace

FieldPlace differing_field(const std::vector<char>& a, const std::vector<char>& b,
                           std::size_t length) {
  check(a.size() == b.size(), "a field has a fixed size");
  std::size_t first = 0;
  while (first < a.size() && a[first] == b[first]) ++first;
  const FieldPlace place{first, length};
  check(first + length <= a.size(), "the frames differ");
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool inside = i >= place.offset && i < place.offset + place.length;
    check((a[i] != b[i]) == inside, "frames with one other field differ in it alone");
  }
  return place;
}

template <class MakeOperation>
RequestTemplate RequestTemplate::make(Protocol protocol, std::size_t head_bytes,
                                      MakeOperation&& operation) {
  const auto encode = [&](std::int64_t xid, std::uint32_t node, std::uint64_t head) {
    return frame_of(protocol, xid, operation(node, head));
  };
  RequestTemplate made;
  made.protocol_ = protocol;
  made.opcode_ = shape_of(operation(0, 0)).opcode;
  made.frame_ = encode(0, 0, 0);
  made.xid_ = differing_field(made.frame_, encode(-1, 0, 0), xid_bytes(protocol));
  made.node_ = differing_field(made.frame_, encode(0, 111'111'111, 0), NodeSet::digits);
  if (head_bytes > 0) {
    made.head_ = differing_field(made.frame_, encode(0, 0, UINT64_MAX), head_bytes);
  }

  constexpr std::int64_t xid = 0x0123456789abcdef;
  constexpr std::uint32_t node = 123'456'789;
  std::vector<char> patched;
  made.append(xid, node, 7, patched);
  check(patched == encode(xid, node, NodeSet::head(node, 7)),
        "a patched request equals an encoded one");
  return made;
}

RequestTemplate RequestTemplate::get_data(const NodeSet& nodes, Protocol protocol) {
  return make(protocol, 0, [&](std::uint32_t node, std::uint64_t) -> Operation {
    return GetData{nodes.path(node)};
  });
}

RequestTemplate RequestTemplate::set_data(const NodeSet& nodes, Protocol protocol) {
  const std::size_t head_bytes = nodes.head_bytes();
  return make(protocol, head_bytes, [&](std::uint32_t node, std::uint64_t head) -> Operation {
    std::string data(nodes.value(0, 0).text());
    std::memcpy(data.data(), &head, head_bytes);
    return SetData{nodes.path(node), Blob(data)};
  });
}

void RequestTemplate::append(std::int64_t xid, std::uint32_t node, std::int32_t version,
                             std::vector<char>& out) const {
  const std::size_t begin = out.size();
  out.insert(out.end(), frame_.begin(), frame_.end());
  char* const frame = out.data() + begin;
  put_xid(protocol_, xid, frame + xid_.offset);
  NodeSet::write_digits(node, frame + node_.offset);
  const std::uint64_t head = NodeSet::head(node, version);
  std::memcpy(frame + head_.offset, &head, head_.length);
}

}  // namespace quorate::bench
