#include "bench/load/request_template.h"

#include <cstring>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/txn/request.h"
#include "schema/capnp/client_codec.h"

namespace quorate::bench {
namespace {

std::vector<char> frame_of(std::int64_t xid, Operation operation) {
  std::vector<char> frame;
  Request request;
  request.xid = xid;
  request.operation = std::move(operation);
  capnp_codec::encode(request, frame);
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

template <class Encode>
RequestTemplate RequestTemplate::make(std::size_t head_bytes, Encode&& encode) {
  RequestTemplate made;
  made.frame_ = encode(0, 0, 0);
  made.xid_ = differing_field(made.frame_, encode(-1, 0, 0), sizeof(std::int64_t));
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

RequestTemplate RequestTemplate::get_data(const NodeSet& nodes) {
  return make(0, [&](std::int64_t xid, std::uint32_t node, std::uint64_t) {
    return frame_of(xid, GetData{nodes.path(node)});
  });
}

RequestTemplate RequestTemplate::set_data(const NodeSet& nodes) {
  const std::size_t head_bytes = nodes.head_bytes();
  return make(head_bytes, [&](std::int64_t xid, std::uint32_t node, std::uint64_t head) {
    std::string data(nodes.value(0, 0).text());
    std::memcpy(data.data(), &head, head_bytes);
    return frame_of(xid, SetData{nodes.path(node), Blob(data)});
  });
}

void RequestTemplate::append(std::int64_t xid, std::uint32_t node, std::int32_t version,
                             std::vector<char>& out) const {
  const std::size_t begin = out.size();
  out.insert(out.end(), frame_.begin(), frame_.end());
  char* const frame = out.data() + begin;
  std::memcpy(frame + xid_.offset, &xid, sizeof xid);
  NodeSet::write_digits(node, frame + node_.offset);
  const std::uint64_t head = NodeSet::head(node, version);
  std::memcpy(frame + head_.offset, &head, head_.length);
}

}  // namespace quorate::bench
