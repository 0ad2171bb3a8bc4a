// What is sent arrives as it was, whatever it is.
#include "schema/capnp/client_codec.h"

#include <doctest/doctest.h>

#include <cstring>

#include "schema/capnp/frame.h"
#include "schema/capnp/messages.h"
#include "test/support/random_values.h"

namespace quorate::capnp_codec {
namespace {

constexpr std::size_t no_limit = std::size_t{1} << 30;
constexpr std::uint32_t seeds = 200;

std::span<const std::byte> bytes_of(const std::vector<char>& frame) {
  return std::as_bytes(std::span(frame));
}

template <class Message>
std::vector<char> frame_of(const Message& message) {
  std::vector<char> frame;
  if constexpr (std::is_same_v<Message, Reply>) {
    encode(message, no_limit, frame);
  } else {
    encode(message, frame);
  }
  return frame;
}

/// The frame is whole and in one segment.
void check_shape(const std::vector<char>& frame) {
  const auto size = frame_size(bytes_of(frame), {no_limit, 1});
  REQUIRE(size.ok());
  CHECK(*size == frame.size());
}

template <class Message>
void check_from_client(const Message& message) {
  const std::vector<char> frame = frame_of(message);
  check_shape(frame);
  const auto decoded = decode_client(bytes_of(frame));
  REQUIRE(decoded.ok());
  CHECK(std::get<Message>(*decoded) == message);
}

template <class Message>
void check_from_server(const Message& message) {
  const std::vector<char> frame = frame_of(message);
  check_shape(frame);
  const auto decoded = decode_server(bytes_of(frame));
  REQUIRE(decoded.ok());
  CHECK(std::get<Message>(*decoded) == message);
}

TEST_CASE("every request arrives as it was sent") {
  for (std::size_t index = 0; index < std::variant_size_v<Operation>; ++index) {
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
      CAPTURE(index);
      CAPTURE(seed);
      check_from_client(test::RandomValues(seed).request(index));
    }
  }
}

TEST_CASE("every reply arrives as it was sent") {
  for (std::size_t index = 0; index < std::variant_size_v<ReplyBody>; ++index) {
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
      CAPTURE(index);
      CAPTURE(seed);
      Reply reply = test::RandomValues(seed).reply(index);
      if (std::holds_alternative<SessionReply>(reply.body)) continue;
      check_from_server(reply);
    }
  }
}

TEST_CASE("the size of a message is known exactly before it is built") {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    test::RandomValues values(seed);
    const Request request = values.request(values.below(std::variant_size_v<Operation>));
    const Reply reply = values.reply(values.below(std::variant_size_v<ReplyBody>));
    CHECK(frame_of(request).size() == 8 + 8 * message_words(request));
    CHECK(frame_of(reply).size() == 8 + 8 * message_words(reply));
  }
}

TEST_CASE("the handshake arrives as it was sent") {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    test::RandomValues values(seed);
    Hello hello{values.integer<std::uint32_t>(),
                values.integer<std::uint32_t>(),
                values.integer<std::uint64_t>(),
                values.session(),
                values.octets<16>(),
                values.integer<std::int64_t>(),
                values.zxid(),
                values.flag()};
    if (hello.session == SessionId{}) hello.password = {};
    check_from_client(hello);
    check_from_server(Welcome{values.integer<std::uint32_t>(),
                              values.integer<std::uint64_t>(),
                              {values.integer<std::uint32_t>()},
                              values.session(),
                              values.octets<16>(),
                              values.integer<std::int64_t>(),
                              values.zxid(),
                              values.integer<std::uint32_t>(),
                              values.integer<std::uint32_t>(),
                              values.flag()});
    check_from_server(Goodbye{values.error(), values.text()});
  }
}

TEST_CASE("a wish for another leader and its answer arrive as they were sent") {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    test::RandomValues values(seed);
    TransferLeadership asked{std::nullopt, values.text(), values.text()};
    if (values.flag()) asked.to = ServerId{static_cast<std::uint32_t>(values.below(256))};
    check_from_client(asked);
    check_from_server(LeadershipTransfer{{values.integer<std::uint32_t>()}});
  }
}

EnsembleMember member(test::RandomValues& values) {
  EnsembleMember member{{values.integer<std::uint32_t>()},
                        values.flag(),
                        values.integer<std::uint32_t>(),
                        std::nullopt,
                        {},
                        std::nullopt,
                        values.flag()};
  if (values.flag()) member.group = values.integer<std::uint32_t>();
  for (std::size_t peers = values.below(3); peers > 0; --peers)
    member.peers.push_back({values.text(), values.integer<std::uint16_t>()});
  if (values.flag()) member.clients = {values.text(), values.integer<std::uint16_t>()};
  return member;
}

TEST_CASE("a question about the server and its answer arrive as they were sent") {
  check_from_client(Inspect{});
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    test::RandomValues values(seed);
    Inspection inspection{{values.integer<std::uint32_t>()},
                          values.text(),
                          values.integer<std::uint64_t>(),
                          static_cast<ServerRole>(values.below(7)),
                          values.flag(),
                          values.flag(),
                          values.flag(),
                          std::nullopt,
                          {values.integer<std::uint32_t>()},
                          values.zxid(),
                          values.zxid(),
                          values.zxid(),
                          values.integer<std::uint32_t>(),
                          values.integer<std::uint32_t>(),
                          values.integer<std::uint64_t>(),
                          {},
                          values.zxid(),
                          values.integer<std::uint64_t>(),
                          values.flag(),
                          values.flag()};
    // Any number of a server, which is at most 255.
    if (values.flag()) inspection.leader = ServerId{static_cast<std::uint32_t>(values.below(256))};
    for (std::size_t members = values.below(4); members > 0; --members)
      inspection.members.push_back(member(values));

    check_from_server(inspection);
    CHECK(frame_of(inspection).size() == 8 + 8 * message_words(inspection));
  }
}

TEST_CASE("a new session's hello carries no password and fits the limit before the handshake") {
  Hello hello;
  hello.password.fill(7);

  const std::vector<char> frame = frame_of(hello);

  CHECK(frame_size(bytes_of(frame), hello_limits).ok());
  const auto decoded = decode_client(bytes_of(frame));
  REQUIRE(decoded.ok());
  CHECK(std::get<Hello>(*decoded).password == SessionPassword{});
}

TEST_CASE("every event arrives as it was sent") {
  for (const EventType type : {EventType::none, EventType::created, EventType::deleted,
                               EventType::data_changed, EventType::children_changed}) {
    check_from_server(WatchEvent{type, "/a/b", {77}});
    check_from_server(WatchEvent{type, "", {}});
  }
}

TEST_CASE("bytes that a string may hold but a path may not arrive too") {
  const std::string odd("\0/\xff\xfe\n", 5);

  check_from_client(Request{1, 0, {}, GetData{odd, false}});
  check_from_server(Reply{1, {}, ErrorCode::ok, PathReply{odd}});
}

TEST_CASE("frames are appended to what is there, also behind something odd") {
  for (std::size_t before = 0; before < 17; ++before) {
    CAPTURE(before);
    std::vector<char> out(before, 'x');
    const Request get{3, 0, {}, GetData{"/a", false}};

    encode(get, out);

    CHECK(std::string_view(out.data(), before) == std::string(before, 'x'));
    const auto decoded = decode_client(bytes_of(out).subspan(before));
    REQUIRE(decoded.ok());
    CHECK(std::get<Request>(*decoded) == get);
  }
}

TEST_CASE("a frame at any alignment is read") {
  const Request set{3, 0, {}, SetData{"/a", Blob(std::string_view("data")), 4}};
  const std::vector<char> frame = frame_of(set);

  for (std::size_t shift = 0; shift < 8; ++shift) {
    CAPTURE(shift);
    std::vector<std::byte> shifted(frame.size() + shift);
    std::memcpy(shifted.data() + shift, frame.data(), frame.size());
    const auto decoded = decode_client(std::span(shifted).subspan(shift));
    REQUIRE(decoded.ok());
    CHECK(std::get<Request>(*decoded) == set);
  }
}

TEST_CASE("a reply that exceeds the limit is replaced and says so") {
  const Reply reply{7, {9}, ErrorCode::ok, DataReply{Blob(std::string(1000, 'x')), {}}};
  const std::size_t size = frame_of(reply).size();
  std::vector<char> fits;
  std::vector<char> replaced;

  encode(reply, size, fits);
  encode(reply, size - 1, replaced);

  CHECK(fits.size() == size);
  CHECK(replaced == frame_of(Reply{7, {9}, ErrorCode::reply_too_large, {}}));
}

TEST_CASE("what commit tells a connection about its session is no reply of its own") {
  const std::vector<char> frame = frame_of(Reply{1, {2}, ErrorCode::ok, SessionReply{{3}, 4}});

  CHECK(frame == frame_of(Reply{1, {2}, ErrorCode::ok, {}}));
}

TEST_CASE("equal events give equal bytes, so that one frame serves many connections") {
  const WatchEvent event{EventType::data_changed, "/a", {5}};

  CHECK(frame_of(event) == frame_of(event));
}

}  // namespace
}  // namespace quorate::capnp_codec
