// A write before it is stamped, as the fields of record.capnp's Txn that it fills: in the log's
// records, and on its way from server to server.
#pragma once

#include <cstddef>

#include "core/base/result.h"
#include "core/txn/txn.h"
#include "schema/record.capnp.h"

namespace quorate::capnp_codec {

/// Words of all that the Txn of a submission points to, without the Txn itself.
[[nodiscard]] std::size_t submission_words(const Submission& submission);

/// Leaves the stamp alone: zxid, time, commit point.
void fill_submission(record::Txn::Builder out, const Submission& submission);

/// Errors: damaged, with what is wrong; unimplemented for a kind from the future.
[[nodiscard]] Status read_submission(record::Txn::Reader in, Submission& out);

}  // namespace quorate::capnp_codec
