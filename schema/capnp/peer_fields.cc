#include "schema/capnp/peer_fields.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "schema/capnp/quorum_codec.h"
#include "schema/capnp/record_codec.h"

namespace quorate::capnp_codec {
namespace {

constexpr std::uint32_t epoch_max = 0x7fff'ffff;
constexpr std::uint32_t server_max = 255;
constexpr std::size_t servers_max = std::size_t{server_max} + 1;
/// Leaves room for the rest of a handshake frame.
constexpr std::size_t refusal_text_max = 2'000;

std::string out_of_range(const char* what, std::uint64_t value, std::uint64_t max) {
  return std::string(what) + " " + std::to_string(value) + "; none is above " + std::to_string(max);
}

std::string_view shown_text(const PeerRefusal& refusal) {
  return std::string_view(refusal.text).substr(0, refusal_text_max);
}

}  // namespace

// --- Checks
// ----------------------------------------------------------------------------------------

void FieldChecks::refuse(const char* field, const std::string& what, ErrorCode code) {
  if (status_.ok()) status_ = {code, std::string(field) + ": " + what};
}

void FieldChecks::refuse_unset(const char* what) { refuse(what, "an empty message"); }

Epoch FieldChecks::epoch(std::uint32_t value, const char* field) {
  if (value > epoch_max) refuse(field, out_of_range("epoch", value, epoch_max));
  return Epoch{value};
}

Zxid FieldChecks::zxid(std::uint64_t value, const char* field) {
  const Zxid zxid{value};
  (void)epoch(zxid.epoch().value, field);
  return zxid;
}

ServerId FieldChecks::server(std::uint32_t value, const char* field) {
  if (value > server_max) refuse(field, out_of_range("server", value, server_max));
  return ServerId{value};
}

LogPosition FieldChecks::position(quorum::Position::Reader in, const char* field) {
  return {zxid(in.getZxid(), field), in.getChain()};
}

bool FieldChecks::count(std::size_t size, std::size_t max, const char* field) {
  if (size <= max) return true;
  refuse(field,
         std::to_string(size) + " elements; at most " + std::to_string(max) + " are accepted");
  return false;
}

// --- Progress of servers
// ---------------------------------------------------------------------------

void fill_progress(capnp::List<quorum::ServerProgress>::Builder out,
                   const std::map<ServerId, Zxid>& progress) {
  unsigned i = 0;
  for (const auto& [server, zxid] : progress) {
    auto entry = out[i++];
    entry.setServer(server.value);
    entry.setZxid(zxid.value);
  }
}

void read_progress(capnp::List<quorum::ServerProgress>::Reader in, std::map<ServerId, Zxid>& out,
                   const char* field, FieldChecks& checks) {
  if (!checks.count(in.size(), servers_max, field)) return;
  for (const auto entry : in) {
    const ServerId server = checks.server(entry.getServer(), field);
    const Zxid zxid = checks.zxid(entry.getZxid(), field);
    if (!out.empty() && server <= out.rbegin()->first) {
      checks.refuse(field, "server " + std::to_string(server.value) + " does not ascend");
    }
    if (!checks.ok()) return;
    out.emplace_hint(out.end(), server, zxid);
  }
}

// --- Records
// ---------------------------------------------------------------------------------------

void read_records(capnp::List<quorum::LoggedRecord>::Reader in, const LogPosition& previous,
                  std::vector<Record>& out, FieldChecks& checks) {
  constexpr const char* field = "records";
  if (!checks.count(in.size(), peer_list_max, field)) return;
  LogPosition at = previous;
  for (const auto entry : in) {
    const Zxid zxid = checks.zxid(entry.getZxid(), field);
    if (zxid <= at.zxid) {
      checks.refuse(field, "record " + to_string(zxid) + " stands behind " + to_string(at.zxid));
    }
    const capnp::Data::Reader bytes = entry.getBytes();
    if (bytes.size() == 0) checks.refuse(field, "record " + to_string(zxid) + " has no bytes");
    if (bytes.size() > txn_bytes_max) {
      checks.refuse(field, "record " + to_string(zxid) + " has " + std::to_string(bytes.size()) +
                               " bytes; none is larger than " + std::to_string(txn_bytes_max));
    }
    if (!checks.ok()) return;
    Record& added = out.emplace_back();
    take(bytes, added.bytes);
    at = advance(at, zxid, added.bytes.text());
    added.position = at;
  }
}

void decode_txns(std::vector<Record>& records, FieldChecks& checks) {
  constexpr const char* field = "records";
  for (Record& record : records) {
    Result<Txn> txn = decode_txn(record.bytes.bytes());
    if (!txn.ok()) {
      const bool later = txn.code() == ErrorCode::unimplemented;
      checks.refuse(field, "record " + to_string(record.zxid()) + ": " + txn.error().text,
                    later ? ErrorCode::unimplemented : ErrorCode::marshalling_error);
      return;
    }
    if (txn->zxid != record.zxid()) {
      checks.refuse(field, "record " + to_string(record.zxid()) + " holds the txn of " +
                               to_string(txn->zxid));
      return;
    }
    record.txn = std::make_shared<const Txn>(std::move(*txn));
  }
}

// --- Refusals
// --------------------------------------------------------------------------------------

std::size_t refusal_words(const PeerRefusal& refusal) {
  return capnp::sizeInWords<quorum::PeerRefusal>() + text_words(shown_text(refusal));
}

void fill_refusal(quorum::PeerRefusal::Builder out, const PeerRefusal& refusal) {
  out.setError(wire_number(refusal.error));
  const std::string_view text = shown_text(refusal);
  if (text.empty()) return;
  auto to = out.initText(static_cast<unsigned>(text.size()));
  std::copy(text.begin(), text.end(), to.begin());
}

void read_refusal(quorum::PeerRefusal::Reader in, PeerRefusal& out, FieldChecks& checks) {
  out.error = error_code_of(in.getError());
  if (out.error == ErrorCode::ok) checks.refuse("refusal.error", "0 is no reason");
  take(in.getText(), out.text);
}

}  // namespace quorate::capnp_codec
