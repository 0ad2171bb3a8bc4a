#include "test/unit/schema/golden_values.h"

#include "schema/capnp/client_codec.h"
#include "schema/capnp/image_codec.h"
#include "schema/capnp/record_codec.h"

namespace quorate::test {
namespace {

Blob blob(std::string_view text) { return Blob(text); }

template <std::size_t size>
std::array<std::uint8_t, size> counted(std::uint8_t first) {
  std::array<std::uint8_t, size> octets{};
  for (std::uint8_t& octet : octets) octet = first++;
  return octets;
}

const Zxid zxid = Zxid::at(Epoch{7}, 0x1f);
const SessionId session{0x0100'0000'0000'abcd};
const Acl acl = {{perms::all, "world", "anyone"},
                 {perms::read | perms::write, "digest", "ann:hash"}};
const Stat stat{Zxid::at(Epoch{1}, 2),
                Zxid::at(Epoch{3}, 4),
                Zxid::at(Epoch{5}, 6),
                1'700'000'000'000,
                1'700'000'000'123,
                8,
                9,
                10,
                session,
                11,
                12};

Request plain(Operation operation) { return {42, 0, {}, std::move(operation)}; }

Reply ok(ReplyBody body) { return {42, zxid, ErrorCode::ok, std::move(body)}; }

Inspection inspection() {
  const EnsembleMember self{
      {1}, false, 2, 1, {{"10.0.0.1", 2888}, {"fd00::1", 2888}}, NetworkAddress{"0.0.0.0", 2181},
      true};
  const EnsembleMember voter{
      {2}, false, 1, 1, {{"two.example", 2888}}, NetworkAddress{"two.example", 2182}, true};
  const EnsembleMember observer{{3},          true, 1, std::nullopt, {{"10.0.0.3", 2888}},
                                std::nullopt, false};
  return {{1},
          "0.1.0",
          86'400'000,
          ServerRole::following,
          true,
          false,
          true,
          ServerId{2},
          Epoch{7},
          zxid,
          Zxid{zxid.value - 1},
          Zxid{zxid.value + 1},
          12,
          5,
          1'000'000,
          {self, voter, observer},
          {},
          0,
          false};
}

/// Nobody's leader or follower, with nothing to say but that.
Inspection looking() {
  Inspection looking;
  looking.server = {0};
  looking.role = ServerRole::looking;
  looking.recovering = true;
  return looking;
}

Inspection in_doubt() {
  Inspection differing = inspection();
  differing.digest_zxid = Zxid::at(Epoch{7}, 0x80);
  differing.digest = 0xfedc'ba98'7654'3210;
  differing.in_doubt = true;
  return differing;
}

/// A leader that takes no clients.
Inspection aloof() {
  Inspection aloof;
  aloof.server = {1};
  aloof.role = ServerRole::leading;
  aloof.serving = true;
  aloof.leader = ServerId{1};
  aloof.sends_clients_away = true;
  return aloof;
}

/// Without a leader, but not silent.
Inspection reads_only() {
  Inspection reads_only;
  reads_only.server = {2};
  reads_only.role = ServerRole::read_only;
  return reads_only;
}

Create create(CreateMode mode) {
  return {"/app/lock-", blob("owner"), acl, mode, has_ttl(mode) ? 60'000 : 0, false};
}

}  // namespace

Golden<ClientMessage> golden_client_messages() {
  Create if_absent = create(CreateMode::persistent);
  if_absent.if_absent = true;
  const TraceContext trace{counted<16>(0xa0), counted<8>(0xb0), 1};
  return {
      {"hello_new", Hello{1, 1, 0, {}, {}, 30'000, {}, false}},
      {"hello_resume", Hello{1, 2, 5, session, counted<16>(0x10), 30'000, zxid, true}},
      {"request_with_deadline_and_trace",
       Request{-3, 250, trace, GetData{"/app/configuration", true}}},
      {"ping", plain(Ping{})},
      {"get_data", plain(GetData{"/app", false})},
      {"get_data_watch", plain(GetData{"/app", true})},
      {"exists", plain(Exists{"/app", true})},
      {"get_children", plain(GetChildren{"/", true})},
      {"set_data", plain(SetData{"/app", blob(std::string_view("\0\xff data", 7)), 3})},
      {"set_data_empty", plain(SetData{"/app", {}, any_version})},
      {"set_data_null", plain(SetData{"/app", Blob::null(), any_version})},
      {"create", plain(create(CreateMode::persistent))},
      {"create_ephemeral_sequential", plain(create(CreateMode::ephemeral_sequential))},
      {"create_container", plain(create(CreateMode::container))},
      {"create_ttl", plain(create(CreateMode::ttl))},
      {"create_if_absent", plain(if_absent)},
      {"delete", plain(Delete{"/app", 3})},
      {"delete_any_version", plain(Delete{"/app", any_version})},
      {"multi", plain(Multi{{create(CreateMode::persistent), Delete{"/old", 1},
                             SetData{"/app", blob("new"), 2}, Check{"/lock", 0, false},
                             Check{"/gone", any_version, true}}})},
      {"multi_empty", plain(Multi{})},
      {"list_children", plain(ListChildren{"/app", "m", 100, true, true, true})},
      {"get_acl", plain(GetAcl{"/app"})},
      {"set_acl", plain(SetAcl{"/app", acl, 4})},
      {"multi_read", plain(MultiRead{{GetData{"/a", false}, GetChildren{"/b", false}}})},
      {"count_descendants", plain(CountDescendants{"/app"})},
      {"get_ephemerals", plain(GetEphemerals{"/app/"})},
      {"sync", plain(Sync{"/app"})},
      {"delete_tree", plain(DeleteTree{"/app", 1000})},
      {"add_watch", plain(AddWatch{"/app", WatchMode::persistent_recursive})},
      {"check_watches", plain(CheckWatches{"/app", WatcherType::children})},
      {"remove_watches", plain(RemoveWatches{"/app", WatcherType::any})},
      {"set_watches", plain(SetWatches{zxid, {"/d1", "/d2"}, {"/e"}, {"/c"}, {"/p"}, {"/r"}})},
      {"who_am_i", plain(WhoAmI{})},
      {"authenticate", plain(Authenticate{"digest", "ann:secret"})},
      {"reconfig", plain(Reconfig{})},
      {"close_session", plain(CloseSession{})},
      {"inspect", Inspect{}},
      {"transfer_leadership", TransferLeadership{ServerId{2}, "digest", "super:secret"}},
      {"transfer_leadership_to_anybody", TransferLeadership{}},
  };
}

Golden<ServerMessage> golden_server_messages() {
  const ListedChild shown{"m1", stat, blob("data"), true};
  const ListedChild hidden{"m2", stat, {}, false};
  return {
      {"welcome", Welcome{1, 0, {3}, session, counted<16>(0x10), 20'000, zxid, 1 << 20, 256, true}},
      {"goodbye", Goodbye{ErrorCode::server_behind, "this server is at 7.1e"}},
      {"goodbye_without_text", Goodbye{ErrorCode::session_expired, ""}},
      {"event_created", WatchEvent{EventType::created, "/app", zxid}},
      {"event_deleted", WatchEvent{EventType::deleted, "/app", zxid}},
      {"event_data_changed", WatchEvent{EventType::data_changed, "/app", zxid}},
      {"event_children_changed", WatchEvent{EventType::children_changed, "/", {}}},
      {"nothing", ok({})},
      {"no_node", Reply{42, zxid, ErrorCode::no_node, {}}},
      {"reply_too_large", Reply{42, zxid, ErrorCode::reply_too_large, {}}},
      {"data", ok(DataReply{blob("hello"), stat})},
      {"data_empty", ok(DataReply{{}, Stat{}})},
      {"data_null", ok(DataReply{Blob::null(), Stat{}})},
      {"stat", ok(StatReply{stat})},
      {"children", ok(ChildrenReply{{"one", "two", "three"}, stat})},
      {"children_none", ok(ChildrenReply{{}, stat})},
      {"create", ok(CreateReply{"/app/lock-0000000007", stat, true})},
      {"create_found", ok(CreateReply{"/app", stat, false})},
      {"list", ok(ListReply{{shown, hidden}, true, stat})},
      {"acl", ok(AclReply{acl, stat})},
      {"multi", ok(MultiReply{{{ErrorCode::ok, CreateReply{"/new", stat, true}},
                               {ErrorCode::ok, {}},
                               {ErrorCode::ok, StatReply{stat}}}})},
      {"multi_failed", Reply{42, zxid, ErrorCode::bad_version,
                             MultiReply{{{ErrorCode::ok, {}},
                                         {ErrorCode::bad_version, {}},
                                         {ErrorCode::runtime_inconsistency, {}}}}}},
      {"multi_read", ok(MultiReadReply{{{ErrorCode::ok, DataReply{blob("a"), stat}},
                                        {ErrorCode::ok, ChildrenReply{{"x"}, stat}},
                                        {ErrorCode::no_node, {}}}})},
      {"count", ok(CountReply{1'000'000})},
      {"paths", ok(PathsReply{{"/app/e1", "/app/e2"}})},
      {"path", ok(PathReply{"/app"})},
      {"inspection", inspection()},
      {"inspection_looking", looking()},
      {"inspection_sends_clients_away", aloof()},
      {"inspection_read_only", reads_only()},
      {"leadership_transfer", LeadershipTransfer{ServerId{2}}},
      {"inspection_in_doubt", in_doubt()},
      {"identities", ok(IdentitiesReply{{{"ip", "127.0.0.1"}, {"digest", "ann"}}})},
  };
}

Golden<Txn> golden_txns() {
  const auto txn = [](TxnBody body) {
    return Txn{zxid,
               1'700'000'000'000,
               Zxid{zxid.value - 1},
               {session,
                {{3}, {4}, {5}, 6},
                {{"ip", "127.0.0.1"}, {"digest", "ann:hash"}},
                std::move(body)}};
  };
  return {
      {"refused", txn(RefusedWrite{ErrorCode::invalid_acl})},
      {"create", txn(create(CreateMode::persistent))},
      {"create_ttl_sequential", txn(create(CreateMode::ttl_sequential))},
      {"delete", txn(Delete{"/app", 3})},
      {"delete_tree", txn(DeleteTree{"/app", 1000})},
      {"set_data", txn(SetData{"/app", blob("data"), 3})},
      {"set_acl", txn(SetAcl{"/app", acl, 4})},
      {"multi", txn(Multi{{create(CreateMode::ephemeral), Delete{"/old", any_version},
                           SetData{"/app", {}, 2}, Check{"/gone", any_version, true},
                           RefusedOp{ErrorCode::bad_arguments}}})},
      {"create_session", txn(CreateSession{30'000, counted<32>(0x20)})},
      {"attach_session", txn(AttachSession{30'000, counted<32>(0x20)})},
      {"close_session", txn(CloseSession{})},
      {"expire_session", txn(ExpireSession{})},
      {"reap", txn(Reap{"/app/container"})},
      {"set_settings", txn(SetSettings{{true, true, false, 100, 200, 1}})},
      {"of_the_servers_themselves", Txn{zxid, 1, {}, {{}, {}, {}, SetSettings{}}}},
  };
}

Golden<ImageRecord> golden_image_records() {
  ImageNode node{"/app/lock-0000000007",
                 stat.czxid,
                 stat.mzxid,
                 stat.pzxid,
                 stat.ctime_ms,
                 stat.mtime_ms,
                 1,
                 2,
                 3,
                 4,
                 5,
                 session,
                 false,
                 0};
  ImageNode container{"/", {}, {}, {}, 0, 0, 0, 0, 10, 9, 1, {}, true, 60'000};
  return {
      {"node_ephemeral", node},
      {"node_root", container},
      {"data", ImageData{"/app", blob("hello")}},
      {"acl", ImageAcl{258, acl}},
      {"session", ImageSession{session, {30'000, counted<32>(0x20), {{3}, {4}, {5}, 6}}}},
      {"settings", ImageSettings{{false, true, true, 4096, 100'000, 1}}},
  };
}

Golden<std::string> golden_files() {
  Golden<std::string> files;
  const auto add_frame = [&](const std::string& file, const auto& message) {
    std::vector<char> frame;
    if constexpr (std::is_same_v<std::decay_t<decltype(message)>, Reply>) {
      capnp_codec::encode(message, 1 << 20, frame);
    } else {
      capnp_codec::encode(message, frame);
    }
    files.emplace_back(file, std::string(frame.begin(), frame.end()));
  };
  for (const auto& [name, message] : golden_client_messages()) {
    const std::string file = "client_message/" + name;
    std::visit([&](const auto& each) { add_frame(file, each); }, message);
  }
  for (const auto& [name, message] : golden_server_messages()) {
    const std::string file = "server_message/" + name;
    std::visit([&](const auto& each) { add_frame(file, each); }, message);
  }
  for (const auto& [name, txn] : golden_txns()) {
    files.emplace_back("txn/" + name, capnp_codec::encode_txn(txn).text());
  }
  for (const auto& [name, record] : golden_image_records()) {
    std::vector<capnp_codec::ImageEntry> entries;
    std::visit([&](const auto& each) { capnp_codec::encode_image(each, entries); }, record);
    files.emplace_back("image/" + name + ".key", entries.at(0).key);
    files.emplace_back("image/" + name, entries.at(0).value.value_or(Blob()).text());
  }
  for (auto& file : golden_peer_files()) files.push_back(std::move(file));
  for (auto& [file, bytes] : files) file += ".hex";
  return files;
}

std::string to_hex(const std::string& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
    if (i % 32 == 31 || i + 1 == bytes.size()) hex += '\n';
  }
  return hex;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  int high = -1;
  for (const char character : hex) {
    if (character == '\n') continue;
    const std::size_t digit = std::string_view("0123456789abcdef").find(character);
    if (digit == std::string_view::npos) return {};
    if (high < 0) {
      high = static_cast<int>(digit);
    } else {
      bytes += static_cast<char>(high * 16 + static_cast<int>(digit));
      high = -1;
    }
  }
  return high < 0 ? bytes : std::string{};
}

}  // namespace quorate::test
