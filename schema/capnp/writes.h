// The writes, which requests (client.capnp) and txns (record.capnp) both hold: templates over
// the two schemas, whose structs have the same fields but change independently.
//
// write_words<Schema>(value): words of a struct and all it points to. fill_write(builder, value):
// writes it. read_write(reader, value): reads it, and says bad_arguments for an enumerant this
// version lacks.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/base/error_code.h"
#include "core/txn/request.h"
#include "schema/capnp/fields.h"

namespace quorate::capnp_codec {

// --- ACL ---------------------------------------------------------------------------------------

template <class Schema>
[[nodiscard]] std::size_t acl_words(const Acl& acl) {
  std::size_t sum = list_words<typename Schema::AclEntry>(acl.size());
  for (const AclEntry& entry : acl) sum += text_words(entry.scheme) + text_words(entry.id);
  return sum;
}

/// Into any struct with a field `acl`.
template <class Builder>
void fill_acl(Builder out, const Acl& acl) {
  if (acl.empty()) return;
  auto entries = out.initAcl(static_cast<unsigned>(acl.size()));
  for (unsigned i = 0; i < acl.size(); ++i) {
    auto entry = entries[i];
    entry.setPerms(acl[i].perms);
    if (!acl[i].scheme.empty()) entry.setScheme(to_text(acl[i].scheme));
    if (!acl[i].id.empty()) entry.setId(to_text(acl[i].id));
  }
}

template <class List>
void read_acl(List in, Acl& out) {
  out.reserve(in.size());
  for (auto entry : in) {
    AclEntry& added = out.emplace_back();
    added.perms = entry.getPerms();
    take(entry.getScheme(), added.scheme);
    take(entry.getId(), added.id);
  }
}

// --- Data --------------------------------------------------------------------------------------

template <class Builder>
void fill_new_data(Builder out, const Blob& data) {
  if (!data.empty()) out.setData(to_data(data.bytes()));
  out.setNullData(data.is_null());
}

template <class Reader>
void take_new_data(Reader in, Blob& out) {
  if (in.getNullData()) {
    out = Blob::null();
  } else {
    take(in.getData(), out);
  }
}

// --- Single writes -----------------------------------------------------------------------------

template <class Schema>
[[nodiscard]] std::size_t write_words(const Create& create) {
  return capnp::sizeInWords<typename Schema::Create>() + text_words(create.path) +
         data_words(create.data.size()) + acl_words<Schema>(create.acl);
}

template <class Builder>
void fill_write(Builder out, const Create& create) {
  if (!create.path.empty()) out.setPath(to_text(create.path));
  fill_new_data(out, create.data);
  fill_acl(out, create.acl);
  out.setMode(static_cast<decltype(out.getMode())>(create.mode));
  out.setTtlMs(create.ttl_ms);
  out.setIfAbsent(create.if_absent);
}

template <class Reader>
[[nodiscard]] ErrorCode read_write(Reader in, Create& out) {
  const auto mode = static_cast<std::uint16_t>(in.getMode());
  if (mode > static_cast<std::uint16_t>(CreateMode::ttl_sequential)) {
    return ErrorCode::bad_arguments;
  }
  out.mode = static_cast<CreateMode>(mode);
  take(in.getPath(), out.path);
  take_new_data(in, out.data);
  read_acl(in.getAcl(), out.acl);
  out.ttl_ms = in.getTtlMs();
  out.if_absent = in.getIfAbsent();
  return ErrorCode::ok;
}

template <class Schema>
[[nodiscard]] std::size_t write_words(const Delete& remove) {
  return capnp::sizeInWords<typename Schema::Delete>() + text_words(remove.path);
}

template <class Builder>
void fill_write(Builder out, const Delete& remove) {
  if (!remove.path.empty()) out.setPath(to_text(remove.path));
  out.setVersion(remove.version);
}

template <class Reader>
[[nodiscard]] ErrorCode read_write(Reader in, Delete& out) {
  take(in.getPath(), out.path);
  out.version = in.getVersion();
  return ErrorCode::ok;
}

template <class Schema>
[[nodiscard]] std::size_t write_words(const DeleteTree& remove) {
  return capnp::sizeInWords<typename Schema::DeleteTree>() + text_words(remove.path);
}

template <class Builder>
void fill_write(Builder out, const DeleteTree& remove) {
  if (!remove.path.empty()) out.setPath(to_text(remove.path));
  out.setLimit(remove.limit);
}

template <class Reader>
[[nodiscard]] ErrorCode read_write(Reader in, DeleteTree& out) {
  take(in.getPath(), out.path);
  out.limit = in.getLimit();
  return ErrorCode::ok;
}

template <class Schema>
[[nodiscard]] std::size_t write_words(const SetData& set) {
  return capnp::sizeInWords<typename Schema::SetData>() + text_words(set.path) +
         data_words(set.data.size());
}

template <class Builder>
void fill_write(Builder out, const SetData& set) {
  if (!set.path.empty()) out.setPath(to_text(set.path));
  fill_new_data(out, set.data);
  out.setVersion(set.version);
}

template <class Reader>
[[nodiscard]] ErrorCode read_write(Reader in, SetData& out) {
  take(in.getPath(), out.path);
  take_new_data(in, out.data);
  out.version = in.getVersion();
  return ErrorCode::ok;
}

template <class Schema>
[[nodiscard]] std::size_t write_words(const SetAcl& set) {
  return capnp::sizeInWords<typename Schema::SetAcl>() + text_words(set.path) +
         acl_words<Schema>(set.acl);
}

template <class Builder>
void fill_write(Builder out, const SetAcl& set) {
  if (!set.path.empty()) out.setPath(to_text(set.path));
  fill_acl(out, set.acl);
  out.setVersion(set.version);
}

template <class Reader>
[[nodiscard]] ErrorCode read_write(Reader in, SetAcl& out) {
  take(in.getPath(), out.path);
  read_acl(in.getAcl(), out.acl);
  out.version = in.getVersion();
  return ErrorCode::ok;
}

template <class Schema>
[[nodiscard]] std::size_t write_words(const Check& condition) {
  return capnp::sizeInWords<typename Schema::Check>() + text_words(condition.path);
}

template <class Builder>
void fill_write(Builder out, const Check& condition) {
  if (!condition.path.empty()) out.setPath(to_text(condition.path));
  out.setVersion(condition.version);
  out.setAbsent(condition.absent);
}

template <class Reader>
[[nodiscard]] ErrorCode read_write(Reader in, Check& out) {
  take(in.getPath(), out.path);
  out.version = in.getVersion();
  out.absent = in.getAbsent();
  return ErrorCode::ok;
}

// --- Several -----------------------------------------------------------------------------------

template <class Schema>
[[nodiscard]] std::size_t write_words(const Multi& multi) {
  std::size_t sum = capnp::sizeInWords<typename Schema::Multi>() +
                    list_words<typename Schema::MultiOp>(multi.ops.size());
  for (const MultiOp& op : multi.ops) {
    sum += std::visit(
        [](const auto& each) -> std::size_t {
          if constexpr (std::is_same_v<std::decay_t<decltype(each)>, RefusedOp>) {
            return 0;
          } else {
            return write_words<Schema>(each);
          }
        },
        op);
  }
  return sum;
}

/// Writes one operation into a MultiOp. A refused one has a place in records only: on the wire
/// nobody sends it, and it stays `unset`.
template <class Builder>
struct MultiOpWriter {
  Builder out;

  void operator()(const Create& create) { fill_write(out.initCreate(), create); }
  void operator()(const Delete& remove) { fill_write(out.initDelete(), remove); }
  void operator()(const SetData& set) { fill_write(out.initSetData(), set); }
  void operator()(const Check& condition) { fill_write(out.initCheck(), condition); }
  void operator()(const RefusedOp& refused) {
    if constexpr (requires { out.setRefused(0); }) out.setRefused(wire_number(refused.error));
  }
};

template <class Builder>
void fill_write(Builder out, const Multi& multi) {
  if (multi.ops.empty()) return;
  auto ops = out.initOps(static_cast<unsigned>(multi.ops.size()));
  for (unsigned i = 0; i < multi.ops.size(); ++i) {
    std::visit(MultiOpWriter<decltype(ops[i])>{ops[i]}, multi.ops[i]);
  }
}

/// marshalling_error for `unset`, unimplemented for a member this version lacks.
template <class Schema, class Reader>
[[nodiscard]] ErrorCode read_op(Reader in, MultiOp& out) {
  using Kind = typename Schema::MultiOp;
  switch (in.which()) {
    case Kind::SET_DATA:
      return read_write(in.getSetData(), out.template emplace<SetData>());
    case Kind::CREATE:
      return read_write(in.getCreate(), out.template emplace<Create>());
    case Kind::DELETE:
      return read_write(in.getDelete(), out.template emplace<Delete>());
    case Kind::CHECK:
      return read_write(in.getCheck(), out.template emplace<Check>());
    case Kind::UNSET:
      return ErrorCode::marshalling_error;
    default:
      break;
  }
  if constexpr (requires { in.getRefused(); }) {
    if (in.isRefused()) {
      out = RefusedOp{error_code_of(in.getRefused())};
      return ErrorCode::ok;
    }
  }
  return ErrorCode::unimplemented;
}

}  // namespace quorate::capnp_codec
