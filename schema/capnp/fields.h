// Single fields: the library's views to and from our types, and how many words they take.
//
// Empty text, data and lists are left out when writing: absent and empty are the same.
#pragma once

#include <capnp/blob.h>
#include <capnp/generated-header-support.h>
#include <capnp/list.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "core/base/blob.h"

namespace quorate::capnp_codec {

[[nodiscard]] inline std::size_t text_words(std::string_view text) {
  return text.empty() ? 0 : text.size() / sizeof(capnp::word) + 1;
}

[[nodiscard]] inline std::size_t data_words(std::size_t size) {
  return (size + sizeof(capnp::word) - 1) / sizeof(capnp::word);
}

/// A list of `count` structs, without what they point to.
template <class Struct>
[[nodiscard]] std::size_t list_words(std::size_t count) {
  return count == 0 ? 0 : 1 + count * capnp::sizeInWords<Struct>();
}

[[nodiscard]] inline capnp::Text::Reader to_text(const std::string& text) {
  return {text.c_str(), text.size()};
}

[[nodiscard]] inline capnp::Data::Reader to_data(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline capnp::Data::Reader to_data(const std::string& bytes) {
  return to_data(std::as_bytes(std::span(bytes)));
}

template <std::size_t size>
[[nodiscard]] capnp::Data::Reader to_data(const std::array<std::uint8_t, size>& bytes) {
  return {bytes.data(), size};
}

inline void take(capnp::Text::Reader in, std::string& out) { out.assign(in.begin(), in.size()); }

inline void take(capnp::Data::Reader in, std::string& out) {
  out.assign(reinterpret_cast<const char*>(in.begin()), in.size());
}

inline void take(capnp::Data::Reader in, Blob& out) {
  out = Blob(std::as_bytes(std::span(in.begin(), in.size())));
}

/// A znode's data in a reply: absent when it is empty, there without bytes when it is null.
template <class Builder>
void fill_data(Builder out, const Blob& data) {
  if (!data.empty() || data.is_null()) out.setData(to_data(data.bytes()));
}
template <class Reader>
void take_data(Reader in, Blob& out) {
  take(in.getData(), out);
  if (out.empty() && in.hasData()) out = Blob::null();
}

/// False unless there are exactly as many bytes, or none.
template <std::size_t size>
[[nodiscard]] bool take(capnp::Data::Reader in, std::array<std::uint8_t, size>& out) {
  if (in.size() == 0) return true;
  if (in.size() != size) return false;
  std::memcpy(out.data(), in.begin(), size);
  return true;
}

}  // namespace quorate::capnp_codec
