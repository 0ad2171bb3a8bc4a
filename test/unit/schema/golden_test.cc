// The bytes in schema/golden are what the codecs write and read. A difference means that other
// clients, or data on disk, would no longer be understood: change the codec back, not the file.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "schema/capnp/client_codec.h"
#include "schema/capnp/image_codec.h"
#include "schema/capnp/quorum_codec.h"
#include "schema/capnp/record_codec.h"
#include "test/support/random_peer_values.h"
#include "test/unit/schema/golden_values.h"

namespace quorate::test {
namespace {

const std::filesystem::path folder = QUORATE_GOLDEN_FOLDER;

std::string kept(const std::string& file) {
  std::ifstream stream(folder / file);
  REQUIRE_MESSAGE(stream.good(), file << " is missing; write_golden makes it");
  const std::string hex{std::istreambuf_iterator<char>(stream), {}};
  const std::string bytes = from_hex(hex);
  REQUIRE(to_hex(bytes) == hex);
  return bytes;
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// Whether every alternative of a variant is among the values.
template <class Variant, class Values, class Project>
void check_all_kinds(const Values& values, Project&& project, std::size_t without = 0) {
  std::set<std::size_t> seen;
  for (const auto& [name, value] : values) {
    if (const Variant* variant = project(value)) seen.insert(variant->index());
  }
  CHECK(seen.size() == std::variant_size_v<Variant> - without);
}

/// Made before their struct had its last fields: they are read as ever, and written longer.
const std::set<std::string> outgrown{"peer_message/alive.hex", "server_message/inspection.hex",
                                     "server_message/inspection_looking.hex"};

// What is captured has a name of its own below: clang 14 captures no structured bindings.
TEST_CASE("every value is written as it was when its file was made") {
  for (const auto& [file, bytes] : golden_files()) {
    const auto& which = file;
    CAPTURE(which);
    if (outgrown.contains(file)) {
      CHECK(bytes.size() > kept(file).size());
      continue;
    }
    CHECK(to_hex(bytes) == to_hex(kept(file)));
  }
}

TEST_CASE("the frames that are kept are read as the messages they were made of") {
  for (const auto& [name, message] : golden_client_messages()) {
    const auto& which = name;
    CAPTURE(which);
    const std::string frame = kept("client_message/" + name + ".hex");
    const auto decoded = capnp_codec::decode_client(bytes_of(frame));
    REQUIRE(decoded.ok());
    CHECK(*decoded == message);
  }
  for (const auto& [name, message] : golden_server_messages()) {
    const auto& which = name;
    CAPTURE(which);
    const std::string frame = kept("server_message/" + name + ".hex");
    const auto decoded = capnp_codec::decode_server(bytes_of(frame));
    REQUIRE(decoded.ok());
    CHECK(*decoded == message);
  }
}

TEST_CASE("the frames between servers that are kept are read as what they were made of") {
  const auto check_all = [](const std::string& kind, const auto& values, const auto& decode) {
    for (const auto& [name, value] : values) {
      const auto& which = name;
      CAPTURE(which);
      const std::string frame = kept(kind + "/" + name + ".hex");
      const auto decoded = decode(bytes_of(frame));
      REQUIRE(decoded.ok());
      CHECK(same(*decoded, value));
    }
  };
  check_all("peer_message", golden_peer_messages(), capnp_codec::decode_peer_message);
  check_all("peer_handshake", golden_peer_handshakes(), capnp_codec::decode_handshake);
  check_all("history_frame", golden_history_frames(), capnp_codec::decode_history_frame);
}

TEST_CASE("the records that are kept are read as the values they were made of") {
  for (const auto& [name, txn] : golden_txns()) {
    const auto& which = name;
    CAPTURE(which);
    const std::string record = kept("txn/" + name + ".hex");
    const auto decoded = capnp_codec::decode_txn(bytes_of(record));
    REQUIRE(decoded.ok());
    CHECK(*decoded == txn);
  }
  for (const auto& [name, record] : golden_image_records()) {
    const auto& which = name;
    CAPTURE(which);
    const auto decoded = capnp_codec::decode_image(kept("image/" + name + ".key.hex"),
                                                   kept("image/" + name + ".hex"));
    REQUIRE(decoded.ok());
    CHECK(*decoded == record);
  }
}

TEST_CASE("there is a file for every kind of message, operation, reply and record") {
  const auto itself = [](const auto& value) { return &value; };
  check_all_kinds<ClientMessage>(golden_client_messages(), itself);
  check_all_kinds<ServerMessage>(golden_server_messages(), itself);
  check_all_kinds<ImageRecord>(golden_image_records(), itself);
  check_all_kinds<PeerMessage>(golden_peer_messages(), itself);
  check_all_kinds<PeerHandshake>(golden_peer_handshakes(), itself);
  check_all_kinds<PeerPurpose>(golden_peer_handshakes(), [](const PeerHandshake& handshake) {
    const auto* hello = std::get_if<PeerHello>(&handshake);
    return hello == nullptr ? nullptr : &hello->purpose;
  });
  check_all_kinds<HistoryFrame>(golden_history_frames(), itself);
  check_all_kinds<Operation>(
      golden_client_messages(),
      [](const ClientMessage& message) {
        const auto* request = std::get_if<Request>(&message);
        return request == nullptr ? nullptr : &request->operation;
      },
      1);  // Refused is never sent.
  check_all_kinds<ReplyBody>(
      golden_server_messages(),
      [](const ServerMessage& message) {
        const auto* reply = std::get_if<Reply>(&message);
        return reply == nullptr ? nullptr : &reply->body;
      },
      1);  // SessionReply is told as Welcome.
  check_all_kinds<TxnBody>(golden_txns(), [](const Txn& txn) { return &txn.submission.body; });
}

TEST_CASE("no file is left over") {
  std::set<std::string> expected;
  for (const auto& [file, bytes] : golden_files()) expected.insert(file);
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".hex") continue;
    found.insert(std::filesystem::relative(entry.path(), folder).string());
  }

  CHECK(found == expected);
}

}  // namespace
}  // namespace quorate::test
