// Frames that no honest client sends: each gets the documented error, and none costs more than a
// small multiple of its size.
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <span>
#include <thread>
#include <vector>

#include "schema/capnp/client_codec.h"
#include "schema/client.capnp.h"
#include "test/support/random_values.h"

namespace quorate::capnp_codec {
namespace {

using Words = std::vector<std::uint64_t>;

std::span<const std::byte> bytes_of(const std::vector<char>& frame) {
  return std::as_bytes(std::span(frame));
}

/// A frame of one segment.
std::vector<char> framed(const Words& words) {
  std::vector<char> frame(8 + words.size() * 8);
  const std::uint32_t header[2] = {0, static_cast<std::uint32_t>(words.size())};
  std::memcpy(frame.data(), header, sizeof header);
  if (!words.empty()) std::memcpy(frame.data() + 8, words.data(), words.size() * 8);
  return frame;
}

/// The words of a frame of one segment.
Words words_of(const std::vector<char>& frame) {
  Words words((frame.size() - 8) / 8);
  std::memcpy(words.data(), frame.data() + 8, words.size() * 8);
  return words;
}

std::vector<char> frame_of(capnp::MessageBuilder& message) {
  const kj::Array<capnp::word> words = capnp::messageToFlatArray(message);
  const auto bytes = words.asChars();
  return {bytes.begin(), bytes.end()};
}

std::vector<char> frame_of(const Request& request) {
  std::vector<char> frame;
  encode(request, frame);
  return frame;
}

/// A struct pointer to `offset` words behind itself.
std::uint64_t struct_pointer(std::int32_t offset, std::uint16_t data, std::uint16_t pointers) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(offset) << 2)) |
         (std::uint64_t{data} << 32) | (std::uint64_t{pointers} << 48);
}

ErrorCode code_of(const std::vector<char>& frame) { return decode_client(bytes_of(frame)).code(); }

Operation operation_of(const std::vector<char>& frame) {
  const auto decoded = decode_client(bytes_of(frame));
  REQUIRE(decoded.ok());
  return std::get<Request>(*decoded).operation;
}

TEST_CASE("a frame that is cut off anywhere is refused") {
  std::vector<char> frame = frame_of(Request{1, 0, {}, GetData{"/some/path", true}});

  while (!frame.empty()) {
    frame.pop_back();
    CAPTURE(frame.size());
    CHECK(code_of(frame) == ErrorCode::marshalling_error);
  }
}

TEST_CASE("a frame followed by something is not one frame") {
  std::vector<char> frame = frame_of(Request{1, 0, {}, Ping{}});
  frame.insert(frame.end(), 8, '\0');

  CHECK(code_of(frame) == ErrorCode::marshalling_error);
}

TEST_CASE("an empty message is an error, not a message of defaults") {
  CHECK(code_of(framed({})) == ErrorCode::marshalling_error);
  CHECK(code_of(framed({0})) == ErrorCode::marshalling_error);
  CHECK(code_of(framed({struct_pointer(0, 1, 1), 0, 0})) == ErrorCode::marshalling_error);
  CHECK(decode_server(bytes_of(framed({0}))).code() == ErrorCode::marshalling_error);
}

TEST_CASE("a root of the wrong type or out of bounds is refused") {
  CHECK(code_of(framed({0x0000'0002'0000'0001})) == ErrorCode::marshalling_error);  // A list.
  CHECK(code_of(framed({0x0000'0000'0000'0003})) == ErrorCode::marshalling_error);  // A capability.
  CHECK(code_of(framed({struct_pointer(100, 1, 1), 0, 0})) == ErrorCode::marshalling_error);
  CHECK(code_of(framed({struct_pointer(-100, 1, 1), 0, 0})) == ErrorCode::marshalling_error);
  CHECK(code_of(framed({0x0000'0005'0000'0002, 0})) == ErrorCode::marshalling_error);  // Far.
}

TEST_CASE("text without its terminator is refused") {
  Words words = words_of(frame_of(Request{1, 0, {}, GetData{"/123456", true}}));
  REQUIRE((words.back() >> 56) == 0);
  words.back() |= std::uint64_t{'x'} << 56;

  CHECK(code_of(framed(words)) == ErrorCode::marshalling_error);
}

TEST_CASE("a pointer that leads to itself is refused") {
  Words words = words_of(frame_of(Request{1, 0, {}, GetData{"/a", true}}));
  for (std::size_t i = 0; i < words.size(); ++i) {
    Words looped = words;
    looped[i] = struct_pointer(-1, 4, 4);
    // Refused, or somewhere no field looks; never endless.
    (void)code_of(framed(looped));
  }
  CHECK(code_of(framed({struct_pointer(-1, 1, 1)})) == ErrorCode::marshalling_error);
}

TEST_CASE("pointers that share a target are paid for each time") {
  capnp::MallocMessageBuilder message(1 << 16);
  auto ops = message.initRoot<wire::ClientMessage>().initRequest().initMulti().initOps(1000);
  for (auto op : ops) op.initDelete();
  ops[0].getDelete().setPath(std::string(8000, 'x').c_str());
  Words words = words_of(frame_of(message));
  // All operations point to the first one's struct, whose path alone is 8,000 bytes.
  const std::size_t frame_bytes = words.size() * 8;
  const std::size_t list = [&] {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] == (std::uint64_t{1000} << 2 | std::uint64_t{0x0001'0001} << 32)) return i + 1;
    }
    return std::size_t{0};
  }();
  REQUIRE(list != 0);
  const auto first = static_cast<std::int32_t>(words[list + 1] & 0xffff'ffffU) >> 2;
  for (std::int32_t i = 1; i < 1000; ++i) {
    words[list + 2 * static_cast<std::size_t>(i) + 1] = struct_pointer(first - 2 * i, 1, 1);
  }

  CHECK(frame_bytes < 50'000);  // Read naively, 8 MB.
  CHECK(code_of(framed(words)) == ErrorCode::marshalling_error);
}

TEST_CASE("a list of a great many elements without size is refused before it grows") {
  capnp::MallocMessageBuilder message;
  message.initRoot<wire::ClientMessage>().initRequest().initSetWatches().initData(1);
  Words words = words_of(frame_of(message));
  bool found = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if ((words[i] & 3) != 1 || (words[i] >> 32 & 7) != 7) continue;
    const auto target = i + 1 + ((words[i] & 0xffff'ffffU) >> 2);
    words[i] = (words[i] & 0xffff'ffffU) | std::uint64_t{7} << 32;  // A composite of 0 words ...
    words[target] = std::uint64_t{(1U << 29) - 1} << 2;             // ... with 2^29 - 1 elements.
    found = true;
  }

  REQUIRE(found);
  CHECK(code_of(framed(words)) == ErrorCode::marshalling_error);
}

TEST_CASE("a list longer than its segment is refused") {
  capnp::MallocMessageBuilder message;
  auto create = message.initRoot<wire::ClientMessage>().initRequest().initCreate();
  create.initAcl(2);
  Words words = words_of(frame_of(message));
  bool found = false;
  for (std::uint64_t& word : words) {
    if ((word & 3) != 1 || (word >> 32 & 7) != 7) continue;
    word |= std::uint64_t{0xffff} << 40;
    found = true;
  }

  REQUIRE(found);
  CHECK(code_of(framed(words)) == ErrorCode::marshalling_error);
}

TEST_CASE("several segments are read, too many are refused") {
  capnp::MallocMessageBuilder message(8, capnp::AllocationStrategy::FIXED_SIZE);
  auto request = message.initRoot<wire::ClientMessage>().initRequest();
  request.setXid(5);
  auto set = request.initSetData();
  set.setPath("/a/path/of/some/length");
  set.setData(kj::heapArray<kj::byte>(100));
  REQUIRE(message.getSegmentsForOutput().size() > 1);

  const Operation operation = operation_of(frame_of(message));
  CHECK(std::get<SetData>(operation).path == "/a/path/of/some/length");
  CHECK(std::get<SetData>(operation).data.size() == 100);

  capnp::MallocMessageBuilder many(2, capnp::AllocationStrategy::FIXED_SIZE);
  auto watches = many.initRoot<wire::ClientMessage>().initRequest().initSetWatches().initData(20);
  for (auto watch : watches) watch.setPath("/a/path/of/some/length");
  REQUIRE(many.getSegmentsForOutput().size() > 16);
  CHECK(code_of(frame_of(many)) == ErrorCode::marshalling_error);
}

TEST_CASE("an operation from the future is answered in its place") {
  Words words = words_of(frame_of(Request{77, 0, {}, Ping{}}));
  // The request's union tag is in its second data word, behind the deadline.
  bool found = false;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != 77) continue;
    CHECK((words[i + 1] >> 32) == 1);
    words[i + 1] = std::uint64_t{999} << 32;
    found = true;
  }

  REQUIRE(found);
  const auto decoded = decode_client(bytes_of(framed(words)));
  REQUIRE(decoded.ok());
  CHECK(std::get<Request>(*decoded).xid == 77);
  CHECK(std::get<Refused>(std::get<Request>(*decoded).operation).error == ErrorCode::unimplemented);
}

TEST_CASE("a message that is neither hello nor request is unimplemented") {
  CHECK(code_of(framed({struct_pointer(0, 1, 1), 9, 0})) == ErrorCode::unimplemented);
  CHECK(decode_server(bytes_of(framed({struct_pointer(0, 1, 1), 9, 0}))).code() ==
        ErrorCode::unimplemented);
}

TEST_CASE("enumerants out of range are bad arguments of their request") {
  const auto refusal = [](auto fill) {
    capnp::MallocMessageBuilder message;
    fill(message.initRoot<wire::ClientMessage>().initRequest());
    return std::get<Refused>(operation_of(frame_of(message))).error;
  };

  CHECK(refusal([](auto request) {
          request.initCreate().setMode(static_cast<wire::CreateMode>(7));
        }) == ErrorCode::bad_arguments);
  CHECK(refusal([](auto request) {
          request.initAddWatch().setMode(static_cast<wire::WatchMode>(2));
        }) == ErrorCode::bad_arguments);
  CHECK(refusal([](auto request) { request.initCheckWatches(); }) == ErrorCode::bad_arguments);
  CHECK(refusal([](auto request) {
          request.initRemoveWatches().setType(static_cast<wire::WatcherType>(6));
        }) == ErrorCode::bad_arguments);
}

TEST_CASE("an operation of a multi that cannot be taken is refused in its place") {
  capnp::MallocMessageBuilder message;
  auto ops = message.initRoot<wire::ClientMessage>().initRequest().initMulti().initOps(2);
  ops[0].initDelete().setPath("/a");
  ops[1].initCreate().setMode(static_cast<wire::CreateMode>(99));

  const Operation operation = operation_of(frame_of(message));

  const auto& multi = std::get<Multi>(operation);
  CHECK(std::get<Delete>(multi.ops[0]).path == "/a");
  CHECK(std::get<RefusedOp>(multi.ops[1]).error == ErrorCode::bad_arguments);
}

TEST_CASE("an unset operation refuses the whole of a multi or multiRead") {
  capnp::MallocMessageBuilder multi;
  multi.initRoot<wire::ClientMessage>().initRequest().initMulti().initOps(3);
  capnp::MallocMessageBuilder reads;
  reads.initRoot<wire::ClientMessage>().initRequest().initMultiRead().initOps(3);
  capnp::MallocMessageBuilder none;
  none.initRoot<wire::ClientMessage>().initRequest().setUnset();

  for (auto* message : {&multi, &reads, &none}) {
    CHECK(std::get<Refused>(operation_of(frame_of(*message))).error ==
          ErrorCode::marshalling_error);
  }
}

TEST_CASE("a password of any length but 16 is refused") {
  for (const unsigned length : {1U, 15U, 17U, 64U}) {
    CAPTURE(length);
    capnp::MallocMessageBuilder message;
    auto hello = message.initRoot<wire::ClientMessage>().initHello();
    hello.setSession(5);
    hello.initPassword(length);
    CHECK(code_of(frame_of(message)) == ErrorCode::marshalling_error);
  }
}

TEST_CASE("a reply with a body from the future fails its request alone") {
  capnp::MallocMessageBuilder message;
  auto reply = message.initRoot<wire::ServerMessage>().initReply();
  reply.setXid(77);
  Words words = words_of(frame_of(message));
  for (std::size_t i = 0; i + 2 < words.size(); ++i) {
    if (words[i] == 77) words[i + 2] = std::uint64_t{999} << 32;
  }

  const auto decoded = decode_server(bytes_of(framed(words)));

  REQUIRE(decoded.ok());
  CHECK(std::get<Reply>(*decoded) == Reply{77, {}, ErrorCode::unimplemented, {}});
}

TEST_CASE("an event type from the future is none") {
  capnp::MallocMessageBuilder message;
  auto event = message.initRoot<wire::ServerMessage>().initEvent();
  event.setType(static_cast<wire::EventType>(5));

  const auto decoded = decode_server(bytes_of(frame_of(message)));

  REQUIRE(decoded.ok());
  CHECK(std::get<WatchEvent>(*decoded).type == EventType::none);
}

TEST_CASE("a server's role from the future is unknown, and what else it says is read") {
  capnp::MallocMessageBuilder message;
  auto inspection = message.initRoot<wire::ServerMessage>().initInspection();
  inspection.setRole(static_cast<wire::ServerRole>(6000));
  inspection.setServing(true);

  const auto decoded = decode_server(bytes_of(frame_of(message)));

  REQUIRE(decoded.ok());
  CHECK(std::get<Inspection>(*decoded).role == ServerRole::unknown);
  CHECK(std::get<Inspection>(*decoded).serving);
}

// Goal: no change of one byte makes a decoder do anything but accept or refuse. Sanitizers watch.
TEST_CASE("frames with any byte changed are accepted or refused") {
  std::mt19937 random(1);
  std::size_t refused = 0;
  for (std::size_t index = 0; index < std::variant_size_v<Operation>; ++index) {
    const std::vector<char> frame = frame_of(test::RandomValues(3).request(index));
    for (int i = 0; i < 300; ++i) {
      std::vector<char> changed = frame;
      changed[random() % changed.size()] = static_cast<char>(random());
      const ErrorCode code = code_of(changed);
      const bool known = code == ErrorCode::ok || code == ErrorCode::marshalling_error ||
                         code == ErrorCode::unimplemented || code == ErrorCode::request_too_large;
      CHECK(known);
      refused += code == ErrorCode::ok ? 0 : 1;
    }
  }
  CHECK(refused > 100);
}

// Found by the fuzzer; the sanitizers see a copy to nowhere. In a thread of its own: what was
// decoded before leaves memory to copy to.
TEST_CASE("an empty frame at an odd address is refused") {
  ErrorCode code = ErrorCode::ok;
  std::thread([&code] {
    const std::vector<std::byte> bytes(9);
    code = decode_client(std::span(bytes).subspan(1)).code();
  }).join();

  CHECK(code == ErrorCode::marshalling_error);
}

}  // namespace
}  // namespace quorate::capnp_codec
