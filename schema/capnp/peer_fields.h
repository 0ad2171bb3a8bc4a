// Fields that several messages between servers have, and the judgement on what they hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/txn/log_record.h"
#include "core/zab/record.h"
#include "schema/capnp/fields.h"
#include "schema/peer_messages.h"
#include "schema/quorum.capnp.h"

namespace quorate::capnp_codec {

/// Takes numbers as what they stand for and remembers the first one that is out of its range.
/// `field` is how the error names it.
class FieldChecks {
 public:
  [[nodiscard]] Epoch epoch(std::uint32_t value, const char* field);
  [[nodiscard]] Zxid zxid(std::uint64_t value, const char* field);
  [[nodiscard]] ServerId server(std::uint32_t value, const char* field);
  [[nodiscard]] LogPosition position(quorum::Position::Reader in, const char* field);
  /// Whether a list may be read.
  [[nodiscard]] bool count(std::size_t size, std::size_t max, const char* field);
  void refuse(const char* field, const std::string& what,
              ErrorCode code = ErrorCode::marshalling_error);

  /// For unions: `what` was set to nothing, or to a member this version does not know.
  void refuse_unset(const char* what);
  template <class Member>
  void refuse_unknown(const char* what, Member member) {
    refuse(what, "kind " + std::to_string(static_cast<unsigned>(member)) + " is not known here",
           ErrorCode::unimplemented);
  }

  [[nodiscard]] bool ok() const { return status_.ok(); }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  Status status_;
};

// --- Positions
// -------------------------------------------------------------------------------------

inline void fill_position(quorum::Position::Builder out, const LogPosition& position) {
  out.setZxid(position.zxid.value);
  out.setChain(position.chain);
}

// --- Progress of servers
// ---------------------------------------------------------------------------

void fill_progress(capnp::List<quorum::ServerProgress>::Builder out,
                   const std::map<ServerId, Zxid>& progress);
void read_progress(capnp::List<quorum::ServerProgress>::Reader in, std::map<ServerId, Zxid>& out,
                   const char* field, FieldChecks& checks);

// --- Records
// ---------------------------------------------------------------------------------------

[[nodiscard]] inline Zxid zxid_of(const Record& record) { return record.zxid(); }
[[nodiscard]] inline Zxid zxid_of(const LogRecord& record) { return record.zxid; }

/// Of Record or LogRecord.
template <class AnyRecord>
void fill_records(capnp::List<quorum::LoggedRecord>::Builder out,
                  std::span<const AnyRecord> records) {
  for (unsigned i = 0; i < records.size(); ++i) {
    auto to = out[i];
    to.setZxid(zxid_of(records[i]).value);
    to.setBytes(to_data(records[i].bytes.bytes()));
  }
}

/// Everything of the records but their txns.
void read_records(capnp::List<quorum::LoggedRecord>::Reader in, const LogPosition& previous,
                  std::vector<Record>& out, FieldChecks& checks);
/// Their txns, from their bytes. To be called when the frame is no longer read: both share a
/// scratch.
void decode_txns(std::vector<Record>& records, FieldChecks& checks);

// --- Refusals
// --------------------------------------------------------------------------------------

[[nodiscard]] std::size_t refusal_words(const PeerRefusal& refusal);
void fill_refusal(quorum::PeerRefusal::Builder out, const PeerRefusal& refusal);
void read_refusal(quorum::PeerRefusal::Reader in, PeerRefusal& out, FieldChecks& checks);

}  // namespace quorate::capnp_codec
