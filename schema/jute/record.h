// A record of ZooKeeper's serialisation: its fields, in the order of the wire.
#pragma once

#include <cstdint>
#include <tuple>

#include "schema/jute/reader.h"
#include "schema/jute/writer.h"

namespace quorate::jute {

/// A field that has another width here than on the wire, as `Wire`.
template <class Wire, class Struct, class Member>
struct Converted {
  Member Struct::*member;
};
template <class Wire, class Struct, class Member>
[[nodiscard]] constexpr Converted<Wire, Struct, Member> as(Member Struct::*member) {
  return {member};
}

/// Members of structs, or Converted ones.
template <class... Fields>
struct Record {
  std::tuple<Fields...> fields;
};
template <class... Fields>
[[nodiscard]] constexpr Record<Fields...> record(Fields... fields) {
  return {{fields...}};
}

template <class Struct, class Member, class Object>
void read_field(Reader& in, Member Struct::*member, Object& out) {
  read(in, out.*member);
}
template <class Wire, class Struct, class Member, class Object>
void read_field(Reader& in, Converted<Wire, Struct, Member> field, Object& out) {
  Wire value{};
  read(in, value);
  out.*field.member = Member{static_cast<Member>(value)};
}
template <class Struct, class Member, class Object>
void write_field(Writer& out, Member Struct::*member, const Object& in) {
  write(out, in.*member);
}
template <class Wire, class Struct, class Member, class Object>
void write_field(Writer& out, Converted<Wire, Struct, Member> field, const Object& in) {
  write(out, static_cast<Wire>(in.*field.member));
}

template <class... Fields, class Object>
void read(Reader& in, const Record<Fields...>& record, Object& out) {
  std::apply([&](auto... field) { (read_field(in, field, out), ...); }, record.fields);
}
template <class... Fields, class Object>
void write(Writer& out, const Record<Fields...>& record, const Object& in) {
  std::apply([&](auto... field) { (write_field(out, field, in), ...); }, record.fields);
}

}  // namespace quorate::jute
