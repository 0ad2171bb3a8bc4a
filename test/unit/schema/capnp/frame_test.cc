#include "schema/capnp/frame.h"

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

namespace quorate::capnp_codec {
namespace {

/// A segment table alone: `segments` minus one, then the lengths in words.
std::vector<std::byte> header(std::uint32_t count_minus_one,
                              const std::vector<std::uint32_t>& words) {
  std::vector<std::uint32_t> numbers{count_minus_one};
  numbers.insert(numbers.end(), words.begin(), words.end());
  if (numbers.size() % 2 != 0) numbers.push_back(0);
  std::vector<std::byte> bytes(numbers.size() * 4);
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

TEST_CASE("a frame's size is its segment table plus its segments") {
  CHECK(*frame_size(header(0, {5}), {}) == 8 + 40);
  CHECK(*frame_size(header(1, {5, 2}), {}) == 16 + 56);
  CHECK(*frame_size(header(2, {1, 1, 1}), {}) == 16 + 24);
}

TEST_CASE("the size is unknown until the segment table is there") {
  const std::vector<std::byte> whole = header(3, {1, 2, 3, 4});

  for (std::size_t known = 0; known < 20; ++known) {
    CAPTURE(known);
    CHECK(*frame_size(std::span(whole).first(known), {}) == 0);
  }
  CHECK(*frame_size(whole, {}) == whole.size() + 80);
}

TEST_CASE("a frame may be as large as the limit and no larger") {
  const FrameLimits limits{64, 16};

  CHECK(*frame_size(header(0, {7}), limits) == 64);
  const auto larger = frame_size(header(0, {8}), limits);
  CHECK(larger.code() == ErrorCode::request_too_large);
  CHECK(larger.error().text == "a frame of 72 bytes; at most 64 are accepted");
}

TEST_CASE("sizes that overflow 32 bits are too large, not small") {
  const std::vector<std::uint32_t> most(16, 0xffff'ffff);

  CHECK(frame_size(header(15, most), {}).code() == ErrorCode::request_too_large);
  CHECK(frame_size(header(0, {0xffff'ffff}), {}).code() == ErrorCode::request_too_large);
}

TEST_CASE("too many segments are refused as soon as their number is known") {
  const std::vector<std::byte> table = header(16, {});
  const auto refused = frame_size(std::span(table).first(4), {});

  CHECK(refused.code() == ErrorCode::marshalling_error);
  CHECK(refused.error().text == "a frame of 17 segments; at most 16 are accepted");
  CHECK(frame_size(header(0xffff'ffff, {}), {}).code() == ErrorCode::marshalling_error);
}

TEST_CASE("before the handshake one segment of 4 KiB is the most") {
  CHECK(*frame_size(header(0, {511}), hello_limits) == 4096);
  CHECK(frame_size(header(0, {512}), hello_limits).code() == ErrorCode::request_too_large);
  CHECK(frame_size(header(1, {1, 1}), hello_limits).code() == ErrorCode::marshalling_error);
}

}  // namespace
}  // namespace quorate::capnp_codec
