#include "schema/capnp/record_codec.h"

#include "schema/capnp/record.h"
#include "schema/capnp/submission.h"

namespace quorate::capnp_codec {
namespace {

/// Of the message, root pointer included.
std::size_t txn_words(const Submission& submission) {
  return 1 + capnp::sizeInWords<record::Txn>() + submission_words(submission);
}

void fill_txn(record::Txn::Builder out, const Txn& txn) {
  out.setZxid(txn.zxid.value);
  out.setTimeMs(txn.time_ms);
  out.setCommitted(txn.committed.value);
  fill_submission(out, txn.submission);
}

Status read_txn(record::Txn::Reader in, Txn& out) {
  out.zxid = Zxid{in.getZxid()};
  out.time_ms = in.getTimeMs();
  out.committed = Zxid{in.getCommitted()};
  return read_submission(in, out.submission);
}

}  // namespace

std::size_t txn_bytes(const Submission& submission) {
  return 1 + txn_words(submission) * sizeof(capnp::word);
}

Blob encode_txn(const Txn& txn) {
  const std::size_t words = txn_words(txn.submission);
  check(1 + words * sizeof(capnp::word) <= txn_bytes_max, "a txn was measured when it was taken");
  return build_record<record::Txn>(words, [&](record::Txn::Builder out) { fill_txn(out, txn); });
}

Result<Txn> decode_txn(std::span<const std::byte> bytes) {
  if (bytes.size() > txn_bytes_max) {
    return {ErrorCode::damaged, "a txn of " + std::to_string(bytes.size()) +
                                    " bytes; none is larger than " + std::to_string(txn_bytes_max)};
  }
  Result<Txn> result{Txn{}};
  const Status status = read_record<record::Txn>(
      bytes, [&](record::Txn::Reader in) { return read_txn(in, result.value()); });
  if (!status.ok()) result = status.error();
  return result;
}

}  // namespace quorate::capnp_codec
