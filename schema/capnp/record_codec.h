// The log's records: Txn to and from bytes of schema/record.capnp.
#pragma once

#include <cstddef>
#include <span>

#include "core/base/blob.h"
#include "core/base/result.h"
#include "core/txn/txn.h"

namespace quorate::capnp_codec {

/// No encoded txn is larger; a constant of the format.
inline constexpr std::size_t txn_bytes_max = std::size_t{8} << 20;

/// What the submission will take as a record. A small request can become a large record (an `auth`
/// entry expands to every identity of the connection): the serving server refuses with
/// request_too_large, before stamping, what exceeds txn_bytes_max.
[[nodiscard]] std::size_t txn_bytes(const Submission& submission);

/// Canonical: equal txns give equal bytes. The first byte is the format's version.
/// REQUIRES: txn_bytes(txn.submission) <= txn_bytes_max.
[[nodiscard]] Blob encode_txn(const Txn& txn);

/// Errors: damaged, with what is wrong; unimplemented for a version or kind from the future.
[[nodiscard]] Result<Txn> decode_txn(std::span<const std::byte> bytes);

}  // namespace quorate::capnp_codec
