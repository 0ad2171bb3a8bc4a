#include "core/commit/write_admission.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/tree/path.h"
#include "core/tree/writes.h"

namespace quorate {
namespace {

/// An encoded struct's fixed part and its pointers; generous.
constexpr std::size_t struct_bytes = 96;

/// Text or data with its length, padded to words.
std::size_t padded(std::size_t size) { return size + 16; }

std::size_t bytes_of(const Acl& acl) {
  std::size_t sum = 0;
  for (const AclEntry& entry : acl)
    sum += 32 + padded(entry.scheme.size()) + padded(entry.id.size());
  return sum;
}

struct BodyBytes {
  std::size_t operator()(const Create& create) const {
    return struct_bytes + padded(create.path.size()) + padded(create.data.size()) +
           bytes_of(create.acl);
  }
  std::size_t operator()(const SetData& set) const {
    return struct_bytes + padded(set.path.size()) + padded(set.data.size());
  }
  std::size_t operator()(const SetAcl& set) const {
    return struct_bytes + padded(set.path.size()) + bytes_of(set.acl);
  }
  std::size_t operator()(const Delete& remove) const {
    return struct_bytes + padded(remove.path.size());
  }
  std::size_t operator()(const DeleteTree& remove) const {
    return struct_bytes + padded(remove.path.size());
  }
  std::size_t operator()(const Check& condition) const {
    return struct_bytes + padded(condition.path.size());
  }
  std::size_t operator()(const Reap& reap) const { return struct_bytes + padded(reap.path.size()); }
  std::size_t operator()(const Multi& multi) const {
    std::size_t sum = struct_bytes;
    for (const MultiOp& op : multi.ops) sum += std::visit(*this, op);
    return sum;
  }
  std::size_t operator()(const RefusedOp&) const { return struct_bytes; }
  std::size_t operator()(const RefusedWrite&) const { return struct_bytes; }
  std::size_t operator()(const CreateSession&) const { return struct_bytes; }
  std::size_t operator()(const AttachSession&) const { return struct_bytes; }
  std::size_t operator()(const CloseSession&) const { return struct_bytes; }
  std::size_t operator()(const ExpireSession&) const { return struct_bytes; }
  std::size_t operator()(const SetSettings&) const { return struct_bytes; }
};

/// Expands in place; ok, or the code of the refusal.
Status expand(Acl& acl, std::span<const Identity> identities) {
  Result<Acl> expanded = expand_acl(acl, identities);
  if (!expanded.ok()) return expanded.status();
  acl = std::move(expanded).value();
  return {};
}

/// An invalid ACL is only told to whom apply would have told nothing earlier.
Status admit(Create& create, std::span<const Identity> identities,
             const EnsembleSettings& settings) {
  Status expanded = expand(create.acl, identities);
  if (expanded.ok()) return expanded;
  const ErrorCode wrong = Writes::arguments(create, settings);
  if (wrong != ErrorCode::ok) return Status(wrong);
  Status path = is_sequential(create.mode) ? path::validate_sequential(create.path)
                                           : path::validate(create.path);
  return path.ok() ? expanded : path;
}

Status admit(SetAcl& set, std::span<const Identity> identities) {
  Status expanded = expand(set.acl, identities);
  if (expanded.ok()) return expanded;
  Status path = path::validate(set.path);
  return path.ok() ? expanded : path;
}

/// A small entry `auth` can stand for many identities, in each of thousands of operations: the sum
/// is watched while it grows.
Status admit(Multi& multi, std::span<const Identity> identities, const EnsembleSettings& settings,
             std::size_t bytes_max) {
  std::size_t acl_bytes = 0;
  for (MultiOp& op : multi.ops) {
    auto* create = std::get_if<Create>(&op);
    if (create == nullptr) continue;
    if (const Status status = admit(*create, identities, settings); !status.ok()) {
      op = RefusedOp{status.code()};
      continue;
    }
    acl_bytes += bytes_of(create->acl);
    if (acl_bytes > bytes_max) return ErrorCode::request_too_large;
  }
  return {};
}

}  // namespace

bool creates_ephemeral(const Operation& operation) {
  if (const auto* create = std::get_if<Create>(&operation)) return is_ephemeral(create->mode);
  const auto* multi = std::get_if<Multi>(&operation);
  return multi != nullptr &&
         std::any_of(multi->ops.begin(), multi->ops.end(), [](const MultiOp& op) {
           const auto* create = std::get_if<Create>(&op);
           return create != nullptr && is_ephemeral(create->mode);
         });
}

ErrorCode refuse_ephemerals(Operation& operation, const EnsembleSettings& settings) {
  const auto refusal_of = [&settings](const Create& create) {
    const bool refused =
        is_ephemeral(create.mode) && Writes::arguments(create, settings) == ErrorCode::ok;
    return refused ? ErrorCode::ephemeral_on_local_session : ErrorCode::ok;
  };
  if (const auto* create = std::get_if<Create>(&operation)) return refusal_of(*create);
  if (auto* multi = std::get_if<Multi>(&operation)) {
    for (MultiOp& op : multi->ops) {
      const auto* create = std::get_if<Create>(&op);
      const ErrorCode refused = create == nullptr ? ErrorCode::ok : refusal_of(*create);
      if (refused != ErrorCode::ok) op = RefusedOp{refused};
    }
  }
  return ErrorCode::ok;
}

std::size_t record_bytes(const TxnBody& body, std::span<const Identity> identities) {
  std::size_t sum = 2 * struct_bytes + std::visit(BodyBytes{}, body);
  for (const Identity& identity : identities) {
    sum += 16 + padded(identity.scheme.size()) + padded(identity.id.size());
  }
  return sum;
}

Result<TxnBody> admit_write(Operation operation, std::span<const Identity> identities,
                            const EnsembleSettings& settings, std::size_t bytes_max) {
  Status admitted;
  if (auto* create = std::get_if<Create>(&operation)) {
    admitted = admit(*create, identities, settings);
  } else if (auto* set = std::get_if<SetAcl>(&operation)) {
    admitted = admit(*set, identities);
  } else if (auto* multi = std::get_if<Multi>(&operation)) {
    admitted = admit(*multi, identities, settings, bytes_max);
  }
  if (!admitted.ok()) return admitted.error();

  TxnBody body = std::visit(
      [](auto&& alternative) -> TxnBody {
        using Alternative = std::decay_t<decltype(alternative)>;
        if constexpr (std::is_constructible_v<TxnBody, Alternative>) {
          return std::forward<decltype(alternative)>(alternative);
        } else {
          check(false, "only writes are stamped");
          return RefusedWrite{};
        }
      },
      std::move(operation));
  if (record_bytes(body, identities) > bytes_max) return ErrorCode::request_too_large;
  return body;
}

}  // namespace quorate
