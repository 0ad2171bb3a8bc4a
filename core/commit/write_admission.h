// What the serving server decides about a write before it is stamped.
#pragma once

#include <cstddef>
#include <span>

#include "core/base/result.h"
#include "core/tree/acl.h"
#include "core/txn/request.h"
#include "core/txn/txn.h"

namespace quorate {

/// The body to stamp: the operation with its ACLs expanded for `identities`, so that apply needs
/// no server's view of providers. Inside a multi a create that is refused becomes a RefusedOp, so
/// that the multi fails as a whole, under its zxid.
///
/// Errors, which never reach the leader: invalid_acl, or what apply would have said first about
/// the arguments of the same create or about the path of the same setAcl (unimplemented,
/// bad_arguments); request_too_large when the record would exceed `bytes_max`.
/// REQUIRES: kind_of(operation) is write.
[[nodiscard]] Result<TxnBody> admit_write(Operation operation, std::span<const Identity> identities,
                                          const EnsembleSettings& settings, std::size_t bytes_max);

/// Whether the operation, or one of a multi, creates a node that its session would own.
[[nodiscard]] bool creates_ephemeral(const Operation& operation);

/// For a session that cannot own nodes: the error of a create, or ok where apply has something to
/// say about its arguments first. In a multi each such create becomes a RefusedOp, so that the
/// multi fails as a whole, under its zxid.
[[nodiscard]] ErrorCode refuse_ephemerals(Operation& operation, const EnsembleSettings& settings);

/// An upper estimate of what `body` and `identities` take in a record.
[[nodiscard]] std::size_t record_bytes(const TxnBody& body, std::span<const Identity> identities);

}  // namespace quorate
