// Records as bytes: one byte of version, then one segment without a table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/blob.h"
#include "core/base/result.h"
#include "core/txn/txn.h"
#include "schema/capnp/frame_reader.h"
#include "schema/capnp/frame_writer.h"
#include "schema/record.capnp.h"

namespace quorate::capnp_codec {

/// The version of records that this code writes, and the newest it reads.
inline constexpr std::uint8_t record_version = 1;

/// The names under which templates over both schemas find record.capnp's structs.
struct RecordSchema {
  using AclEntry = record::AclEntry;
  using Create = record::Create;
  using Delete = record::Delete;
  using DeleteTree = record::DeleteTree;
  using SetData = record::SetData;
  using SetAcl = record::SetAcl;
  using Check = record::Check;
  using Multi = record::Multi;
  using MultiOp = record::MultiOp;
};

/// Zeroed space for one message and, in the last byte before it, its version. Belongs to the
/// thread; lasts until its next call.
[[nodiscard]] std::span<capnp::word> record_space(std::size_t words);

/// A record of `words` words (root pointer included, exact or a little more).
template <class Root, class Fill>
[[nodiscard]] Blob build_record(std::size_t words, Fill&& fill) {
  const std::span<capnp::word> space = record_space(words);
  const std::size_t used = build_message<Root>(space, fill);
  const auto* begin = reinterpret_cast<const std::byte*>(space.data()) - 1;
  return Blob(std::span(begin, 1 + used * sizeof(capnp::word)));
}

/// The message behind the version byte. Errors: damaged; unimplemented for a later version.
[[nodiscard]] Result<std::span<const std::byte>> record_body(std::span<const std::byte> bytes);

/// Calls `read(root)`, which returns a Status, on a record. Errors: as record_body(), or damaged
/// with what the library found wrong.
template <class Root, class Read>
[[nodiscard]] Status read_record(std::span<const std::byte> bytes, Read&& read) {
  const auto body = record_body(bytes);
  if (!body.ok()) return body.status();
  const std::span<const capnp::word> words = aligned_words(*body);
  const kj::ArrayPtr<const capnp::word> segment(words.data(), words.size());
  return read_message<Root>(kj::arrayPtr(&segment, 1), words.size(), ErrorCode::damaged, read);
}

void fill_settings(record::Settings::Builder out, const EnsembleSettings& settings);
void read_settings(record::Settings::Reader in, EnsembleSettings& out);

}  // namespace quorate::capnp_codec
