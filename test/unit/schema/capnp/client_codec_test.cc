#include "schema/capnp/client_codec.h"

#include <doctest/doctest.h>

namespace quorate::capnp_codec {
namespace {

std::span<const std::byte> bytes_of(const std::vector<char>& frame) {
  return std::as_bytes(std::span(frame));
}

TEST_CASE("a get is what it was when it arrives") {
  const Request get{7, 250, {}, GetData{"/a/b", true}};
  std::vector<char> frame;

  encode(get, frame);

  const auto decoded = decode_client(bytes_of(frame));
  REQUIRE(decoded.ok());
  CHECK(std::get<Request>(*decoded) == get);
}

TEST_CASE("a reply is what it was when it arrives") {
  const Reply reply{7, {9}, ErrorCode::ok, DataReply{Blob(std::string_view("hello")), {}}};
  std::vector<char> frame;

  encode(reply, 1 << 20, frame);

  const auto decoded = decode_server(bytes_of(frame));
  REQUIRE(decoded.ok());
  CHECK(std::get<Reply>(*decoded) == reply);
}

}  // namespace
}  // namespace quorate::capnp_codec
