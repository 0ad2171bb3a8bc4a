#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

#include "bench/bare/canned.h"
#include "bench/load/node_set.h"
#include "bench/load/request_template.h"
#include "core/txn/request.h"
#include "schema/capnp/client_codec.h"

namespace quorate::bench {
namespace {

Request decoded(const std::vector<char>& frame) {
  const auto message =
      capnp_codec::decode_client({reinterpret_cast<const std::byte*>(frame.data()), frame.size()});
  REQUIRE(message.ok());
  const auto* request = std::get_if<Request>(&message.value());
  REQUIRE(request != nullptr);
  return *request;
}

TEST_CASE("node paths all have the same length") {
  const NodeSet nodes("/some/where", 10, 100);

  CHECK(nodes.path(0) == "/some/where/n000000000");
  CHECK(nodes.path(7) == "/some/where/n000000007");
  CHECK(nodes.path(999'999'999) == "/some/where/n999999999");
}

TEST_CASE("a value belongs to one node and one version") {
  const NodeSet nodes("/p", 10, 100);
  const Blob value = nodes.value(3, 7);

  CHECK(value.size() == 100);
  CHECK(nodes.is_value(value.text(), 3, 7));
  CHECK_FALSE(nodes.is_value(value.text(), 3, 8));
  CHECK_FALSE(nodes.is_value(value.text(), 4, 7));
  CHECK_FALSE(nodes.is_value(value.text().substr(1), 3, 7));
  std::string changed(value.text());
  changed.back() ^= 1;
  CHECK_FALSE(nodes.is_value(changed, 3, 7));
}

TEST_CASE("values may be shorter than their head, or empty") {
  const NodeSet none("/p", 10, 0);
  const NodeSet three("/p", 10, 3);

  CHECK(none.is_value("", 1, 1));
  CHECK_FALSE(none.is_value("x", 1, 1));
  CHECK(three.is_value(three.value(1, 1).text(), 1, 1));
  CHECK_FALSE(three.is_value(three.value(1, 1).text(), 1, 2));
}

TEST_CASE("a patched request is the request that was meant") {
  const bool holds = rc::check("patching", [] {
    const auto value_bytes = *rc::gen::inRange<std::size_t>(0, 2000);
    const auto node = *rc::gen::inRange<std::uint32_t>(0, NodeSet::count_max);
    const auto version = *rc::gen::inRange(0, 1 << 30);
    const auto xid = *rc::gen::arbitrary<std::int64_t>();
    const NodeSet nodes("/bench", 1, value_bytes);
    std::vector<char> get;
    std::vector<char> set;
    RequestTemplate::get_data(nodes).append(xid, node, version, get);
    RequestTemplate::set_data(nodes).append(xid, node, version, set);
    const Request read = decoded(get);
    const Request write = decoded(set);
    RC_ASSERT(read.xid == xid);
    RC_ASSERT((read.operation == Operation(GetData{nodes.path(node)})));
    RC_ASSERT(write.xid == xid);
    RC_ASSERT(
        (write.operation == Operation(SetData{nodes.path(node), nodes.value(node, version)})));
  });
  CHECK(holds);
}

TEST_CASE("a patched request in ZooKeeper's protocol is the request that was meant") {
  const NodeSet nodes("/bench", 1, 100);
  const auto get = RequestTemplate::get_data(nodes, Protocol::zookeeper);
  const auto set = RequestTemplate::set_data(nodes, Protocol::zookeeper);
  for (const std::int64_t xid : {1, 255, 256, 65'536, 2'000'000'000}) {
    std::vector<char> read;
    std::vector<char> write;
    get.append(xid, 123, 4, read);
    set.append(xid, 123, 4, write);

    const auto asked_read = jute::decode_request(std::as_bytes(std::span(read)));
    const auto asked_write = jute::decode_request(std::as_bytes(std::span(write)));
    REQUIRE(asked_read.ok());
    REQUIRE(asked_write.ok());
    CHECK(asked_read->request.xid == xid);
    CHECK(asked_read->shape.opcode == get.opcode());
    CHECK(asked_read->request.operation == Operation(GetData{nodes.path(123)}));
    CHECK(asked_write->request.xid == xid);
    CHECK(asked_write->request.operation ==
          Operation(SetData{nodes.path(123), nodes.value(123, 4)}));
  }
}

TEST_CASE("canned replies match their xid and nothing else") {
  const CannedFrames frames(NodeSet("/p", 1, 100));
  std::vector<char> out;
  frames.data.append(42, out);
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(out.data()),
                                         out.size());

  CHECK(frames.data.matches(bytes, 42));
  CHECK_FALSE(frames.data.matches(bytes, 43));
  CHECK_FALSE(frames.stat.matches(bytes, 42));
  CHECK_FALSE(frames.data.matches(bytes.first(bytes.size() - 8), 42));
}

}  // namespace
}  // namespace quorate::bench
