#include "schema/jute/client_codec.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace quorate::jute {
namespace {

using namespace std::string_literals;

std::span<const std::byte> bytes_of(const std::vector<char>& bytes) {
  return std::as_bytes(std::span(bytes));
}

/// The bytes of "00 01 ff".
std::vector<char> hex(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ' && c != '\n') digits.push_back(c);
  std::vector<char> bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

ShapedRequest decoded(const std::vector<char>& frame) {
  auto result = decode_request(bytes_of(frame));
  REQUIRE(result.ok());
  return std::move(*result);
}

ErrorCode refusal(const ShapedRequest& request) {
  const auto* refused = std::get_if<Refused>(&request.request.operation);
  REQUIRE(refused != nullptr);
  return refused->error;
}

std::vector<char> frame_of(const Operation& operation, const ReplyShape& shape) {
  Request request;
  request.xid = 7;
  request.operation = operation;
  std::vector<char> out;
  encode(request, shape, out);
  return out;
}

const Acl world{{31, "world", "anyone"}};

/// Everything a client can ask for, with what its reply may hold.
struct Asked {
  ReplyShape shape;
  Operation operation;
  ReplyBody body;
};

Stat some_stat() {
  Stat stat;
  stat.czxid = Zxid{0x100000002};
  stat.mzxid = Zxid{0x100000003};
  stat.pzxid = Zxid{0x100000004};
  stat.ctime_ms = 1'700'000'000'000;
  stat.mtime_ms = 1'700'000'000'001;
  stat.version = 1;
  stat.cversion = 2;
  stat.aversion = 3;
  stat.ephemeral_owner = SessionId{0x1234567890};
  stat.data_length = 5;
  stat.num_children = 6;
  return stat;
}

std::vector<Asked> all_asked() {
  const Stat stat = some_stat();
  const Blob data("data");
  const Create plain{"/a", data, world, CreateMode::ephemeral_sequential, 0, false};
  const Create container{"/a", data, world, CreateMode::container, 0, false};
  const Create ttl{"/a", data, world, CreateMode::ttl, 1000, false};
  const SetWatches watches{Zxid{9}, {"/d", "/e"}, {"/x"}, {}, {}, {}};
  const SetWatches watches2{Zxid{9}, {"/d"}, {}, {"/c"}, {"/p"}, {"/r"}};
  const Multi multi{{plain, Delete{"/b", 3}, SetData{"/c", data, 4}, Check{"/d", 5, false}, ttl}};
  const MultiReply results{{{ErrorCode::ok, CreateReply{"/a0", {}, true}},
                            {ErrorCode::ok, {}},
                            {ErrorCode::ok, StatReply{stat}},
                            {ErrorCode::ok, {}},
                            {ErrorCode::ok, CreateReply{"/a", stat, true}}}};
  const MultiRead reads{{GetData{"/a", false}, GetChildren{"/b", false}}};
  const MultiReadReply read{
      {{ErrorCode::no_node, {}}, {ErrorCode::ok, ChildrenReply{{"x", "y"}, {}}}}};
  return {
      {{Opcode::create, {}}, plain, CreateReply{"/a0", {}, true}},
      {{Opcode::create2, {}}, plain, CreateReply{"/a0", stat, true}},
      {{Opcode::create_container, {}}, container, CreateReply{"/a", stat, true}},
      {{Opcode::create_ttl, {}}, ttl, CreateReply{"/a", stat, true}},
      {{Opcode::remove, {}}, Delete{"/a", 2}, {}},
      {{Opcode::exists, {}}, Exists{"/a", true}, StatReply{stat}},
      {{Opcode::get_data, {}}, GetData{"/a", true}, DataReply{data, stat}},
      {{Opcode::set_data, {}}, SetData{"/a", data, -1}, StatReply{stat}},
      {{Opcode::get_acl, {}}, GetAcl{"/a"}, AclReply{world, stat}},
      {{Opcode::set_acl, {}}, SetAcl{"/a", world, 1}, StatReply{stat}},
      {{Opcode::get_children, {}}, GetChildren{"/a", true}, ChildrenReply{{"b", "c"}, {}}},
      {{Opcode::get_children2, {}}, GetChildren{"/a", false}, ChildrenReply{{"b"}, stat}},
      {{Opcode::sync, {}}, Sync{"/a"}, PathReply{"/a"}},
      {{Opcode::ping, {}}, Ping{}, {}},
      {{Opcode::multi,
        {Opcode::create, Opcode::remove, Opcode::set_data, Opcode::check, Opcode::create_ttl}},
       multi,
       results},
      {{Opcode::multi, {}}, Multi{}, MultiReply{}},
      {{Opcode::multi_read, {Opcode::get_data, Opcode::get_children}}, reads, read},
      {{Opcode::check_watches, {}}, CheckWatches{"/a", WatcherType::children}, {}},
      {{Opcode::remove_watches, {}}, RemoveWatches{"/a", WatcherType::persistent_recursive}, {}},
      {{Opcode::auth, {}}, Authenticate{"digest", "user:pass"}, {}},
      {{Opcode::set_watches, {}}, watches, {}},
      {{Opcode::set_watches2, {}}, watches2, {}},
      {{Opcode::get_ephemerals, {}}, GetEphemerals{"/a"}, PathsReply{{"/a/b", "/a/c"}}},
      {{Opcode::get_all_children_number, {}}, CountDescendants{"/a"}, CountReply{12}},
      {{Opcode::add_watch, {}}, AddWatch{"/a", WatchMode::persistent_recursive}, {}},
      {{Opcode::who_am_i, {}}, WhoAmI{}, IdentitiesReply{{{"ip", "10.0.0.1"}}}},
      {{Opcode::reconfig, {}}, Reconfig{}, {}},
      {{Opcode::close_session, {}}, CloseSession{}, {}},
  };
}

std::int32_t number_of(Opcode opcode) { return static_cast<std::int32_t>(opcode); }

}  // namespace

TEST_CASE("what a client writes is what the server reads") {
  for (const Asked& asked : all_asked()) {
    CAPTURE(number_of(asked.shape.opcode));

    const ShapedRequest got = decoded(frame_of(asked.operation, asked.shape));

    CHECK(got.request.xid == 7);
    CHECK(got.request.operation == asked.operation);
    CHECK(got.shape == asked.shape);
  }
}

TEST_CASE("what a server answers is what the client reads") {
  for (const Asked& asked : all_asked()) {
    CAPTURE(number_of(asked.shape.opcode));
    const bool is_auth = asked.shape.opcode == Opcode::auth;
    const Reply reply{7, Zxid{is_auth ? 0U : 9U}, ErrorCode::ok, asked.body};

    std::vector<char> frame;
    encode(reply, asked.shape, 1 << 20, frame);

    const auto got = decode_reply(bytes_of(frame), asked.shape);
    REQUIRE(got.ok());
    CHECK(*got == reply);
  }
}

TEST_CASE("every prefix of a request is refused in its place, and what is behind it is ignored") {
  for (const Asked& asked : all_asked()) {
    if (asked.shape.opcode == Opcode::ping || asked.shape.opcode == Opcode::who_am_i ||
        asked.shape.opcode == Opcode::reconfig || asked.shape.opcode == Opcode::close_session) {
      continue;  // They have no body.
    }
    CAPTURE(number_of(asked.shape.opcode));
    const std::vector<char> frame = frame_of(asked.operation, asked.shape);
    for (std::size_t size = 12; size < frame.size(); ++size) {
      const std::vector<char> cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK(refusal(decoded(cut)) == ErrorCode::marshalling_error);
    }
    std::vector<char> longer = frame;
    longer.insert(longer.end(), {'m', 'o', 'r', 'e'});
    CHECK(decoded(longer).request.operation == asked.operation);
  }
  CHECK_FALSE(decode_request(bytes_of(hex("00000007 00000001 000000"))).ok());
}

TEST_CASE("lengths that nothing can follow are not believed") {
  // getData with a path of 2^31 - 1 bytes, of -2 bytes, and null.
  CHECK(refusal(decoded(hex("0000000d 00000001 00000004 7fffffff 00"))) ==
        ErrorCode::marshalling_error);
  CHECK(refusal(decoded(hex("0000000d 00000001 00000004 fffffffe 00"))) ==
        ErrorCode::marshalling_error);
  CHECK(decoded(hex("0000000d 00000001 00000004 ffffffff 01")).request.operation ==
        Operation(GetData{"", true}));
  // setWatches with 2^30 paths.
  CHECK(refusal(decoded(hex("00000018 fffffff8 00000065 0000000000000009 40000000 00000000"))) ==
        ErrorCode::marshalling_error);
}

TEST_CASE("unknown, internal and retired types of requests are refused as such") {
  for (const char* opcode : {"00000000", "0000000d", "0000000a", "00000014", "fffffff6", "ffffffff",
                             "000001f4", "7fffffff", "80000000"}) {
    CAPTURE(opcode);
    const auto request = decoded(hex("00000008 00000001"s + opcode));
    CHECK(refusal(request) == ErrorCode::unimplemented);
    CHECK(request.request.xid == 1);
  }
}

TEST_CASE("what is wrong with arguments is told as ZooKeeper tells it") {
  const ReplyShape shape{Opcode::create, {}};
  const Create plain{"/a", {}, world, CreateMode::persistent, 0, false};
  std::vector<char> frame = frame_of(plain, shape);
  frame.back() = 7;
  CHECK(refusal(decoded(frame)) == ErrorCode::bad_arguments);
  frame.back() = 4;
  CHECK(decoded(frame).request.operation == Operation(plain));

  const ReplyShape multi{Opcode::multi, {Opcode::create}};
  std::vector<char> in_multi = frame_of(Multi{{plain}}, multi);
  // The last byte before the end of the list: its flags.
  in_multi[in_multi.size() - 10] = 7;
  CHECK(refusal(decoded(in_multi)) == ErrorCode::marshalling_error);

  // addWatch of mode 2, checkWatches of type 0.
  CHECK(refusal(decoded(hex("00000012 00000001 0000006a 00000002 2f61 00000002"))) ==
        ErrorCode::marshalling_error);
  CHECK(refusal(decoded(hex("00000012 00000001 00000011 00000002 2f61 00000000"))) ==
        ErrorCode::marshalling_error);
}

TEST_CASE("a multi holds writes or reads, never both, and nothing else") {
  for (const Opcode opcode : {Opcode::get_data, Opcode::exists, Opcode::multi, Opcode::auth}) {
    const auto head = hex("00000015 00000001 0000000e");
    std::vector<char> frame = head;
    const auto body = hex("00000000 00 ffffffff 00000000");
    frame.insert(frame.end(), body.begin(), body.end());
    frame[15] = static_cast<char>(number_of(opcode));
    CHECK(refusal(decoded(frame)) == ErrorCode::marshalling_error);
  }
}

TEST_CASE("a failed multi names the culprit and says nothing of the others") {
  const ReplyShape shape{Opcode::multi, {Opcode::set_data, Opcode::check, Opcode::remove}};
  const Reply reply{5, Zxid{9}, ErrorCode::bad_version,
                    MultiReply{{{ErrorCode::ok, {}},
                                {ErrorCode::bad_version, {}},
                                {ErrorCode::runtime_inconsistency, {}}}}};

  std::vector<char> out;
  encode(reply, shape, 1 << 20, out);

  CHECK(out == hex("00000040 00000005 0000000000000009 00000000"
                   "ffffffff 00 00000000 00000000"
                   "ffffffff 00 ffffff99 ffffff99"
                   "ffffffff 00 fffffffe fffffffe"
                   "ffffffff 01 ffffffff"));
}

TEST_CASE("the handshake, with and without the byte about reading only") {
  // As kazoo and as clients before 3.4 send it.
  const auto kazoo =
      hex("0000002d 00000000 0000000000000000 00002710 0000000000000000"
          "00000010 00000000000000000000000000000000 00");
  const auto old =
      hex("0000002c 00000000 0000000100000002 00002710 0100000000000003"
          "00000010 000102030405060708090a0b0c0d0e0f");

  const auto first = decode_greeting(bytes_of(kazoo));
  REQUIRE(first.ok());
  CHECK(first->says_read_only);
  CHECK(first->request.timeout_ms == 10'000);
  CHECK(first->request.session == SessionId{});
  const auto second = decode_greeting(bytes_of(old));
  REQUIRE(second.ok());
  CHECK_FALSE(second->says_read_only);
  CHECK(second->request.last_seen == Zxid{0x100000002});
  CHECK(second->request.session == SessionId{0x0100000000000003});
  CHECK(second->request.password == "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17"s);

  std::vector<char> again;
  encode(*second, again);
  CHECK(again == old);
  std::vector<char> out;
  encode(ConnectResponse{0, 10'000, SessionId{3}, second->request.password, false}, false, out);
  CHECK(out == hex("00000024 00000000 00002710 0000000000000003"
                   "00000010 000102030405060708090a0b0c0d0e0f"));
  out.clear();
  encode(ConnectResponse{}, true, out);
  CHECK(out == hex("00000025 00000000 00000000 0000000000000000"
                   "00000010 00000000000000000000000000000000 00"));

  for (std::size_t size = 0; size < old.size(); ++size) {
    const std::vector<char> cut(old.begin(), old.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_FALSE(decode_greeting(bytes_of(cut)).ok());
  }
}

TEST_CASE("an event says which txn fired it, and -1 when none did") {
  std::vector<char> out;
  encode(WatchEvent{EventType::data_changed, "/a", Zxid{0x100000002}}, out);
  CHECK(out == hex("0000001e ffffffff 0000000100000002 00000000 00000003 00000003 00000002 2f61"));
  out.clear();
  encode(WatchEvent{EventType::deleted, "/a", {}}, out);
  CHECK(out == hex("0000001e ffffffff ffffffffffffffff 00000000 00000002 00000003 00000002 2f61"));
  CHECK(decode_event(bytes_of(out))->zxid == Zxid{});
}

TEST_CASE("a kind of event from the future is no event of ours") {
  for (const std::string type : {"00000005", "000000ff", "00000101", "80000001", "00000000"}) {
    CAPTURE(type);
    const auto event = decode_event(bytes_of(
        hex("0000001e ffffffff 0000000100000002 00000000" + type + "00000003 00000002 2f61")));
    REQUIRE(event.ok());
    CHECK(event->type == EventType::none);
  }
}

TEST_CASE("a reply that is too large becomes an error that clients know") {
  const ReplyShape shape{Opcode::get_children, {}};
  const Reply reply{5, Zxid{9}, ErrorCode::ok, ChildrenReply{{std::string(100, 'x')}, {}}};
  std::vector<char> out{'a'};

  encode(reply, shape, 64, out);

  CHECK(out == hex("61 00000010 00000005 0000000000000009 fffffffb"));
}

TEST_CASE("clients are told numbers that ZooKeeper has") {
  CHECK(error_number(ErrorCode::ok) == 0);
  CHECK(error_number(ErrorCode::no_node) == -101);
  CHECK(error_number(ErrorCode::throttled) == -127);
  for (int code = 0; code <= static_cast<int>(ErrorCode::cut); ++code) {
    CHECK(error_number(static_cast<ErrorCode>(code)) > -1000);
  }
}

TEST_CASE("a login that is not offered fails with a null token") {
  const auto asked = decoded(hex("0000000c 00000003 00000066 ffffffff"));
  CHECK(refusal(asked) == ErrorCode::auth_failed);

  std::vector<char> out;
  encode(Reply{3, Zxid{9}, ErrorCode::auth_failed, {}}, asked.shape, 1 << 20, out);
  CHECK(out == hex("00000014 00000003 0000000000000000 ffffff8d ffffffff"));
}

TEST_CASE("frames are cut by their length") {
  const auto frame = hex("00000008 00000001 0000000b");
  CHECK(*frame_size(bytes_of(frame), 100) == 12);
  CHECK(*frame_size(bytes_of(frame).first(3), 100) == 0);
  CHECK(frame_size(bytes_of(frame), 7).code() == ErrorCode::request_too_large);
  CHECK(frame_size(bytes_of(hex("ffffffff")), 100).code() == ErrorCode::marshalling_error);
}

}  // namespace quorate::jute
