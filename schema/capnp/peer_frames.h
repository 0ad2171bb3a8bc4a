// Frames between servers: of known size, built in place, several where one would be too large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "core/base/blob.h"
#include "core/base/check.h"
#include "schema/capnp/fields.h"
#include "schema/capnp/frame_reader.h"
#include "schema/capnp/frame_writer.h"
#include "schema/capnp/quorum_codec.h"
#include "schema/capnp/record_codec.h"
#include "schema/quorum.capnp.h"

namespace quorate::capnp_codec {

/// Of a whole message, root pointer included.
inline constexpr std::size_t peer_words_max =
    (peer_limits.bytes_max - flat_header_bytes) / sizeof(capnp::word);

/// Words of a message without what its root points to.
template <class Root>
[[nodiscard]] constexpr std::size_t root_words() {
  return 1 + capnp::sizeInWords<Root>();
}

/// The elements of a list that one frame holds, and the words of its message.
struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t words = 0;

  [[nodiscard]] unsigned count() const { return static_cast<unsigned>(end - begin); }
  template <class Element>
  [[nodiscard]] std::span<const Element> of(std::span<const Element> all) const {
    return all.subspan(begin, end - begin);
  }
};

/// Cuts a list of `count` structs, of which each points to `words_behind(i)` words, into as few
/// pieces as the limits allow, but at least one. `fixed` is what each message takes besides.
template <class Struct, class WordsBehind>
[[nodiscard]] std::vector<Piece> cut_list(std::size_t count, std::size_t fixed,
                                          WordsBehind&& words_behind) {
  std::vector<Piece> pieces{{0, 0, fixed}};
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t words = capnp::sizeInWords<Struct>() + words_behind(i);
    const Piece& last = pieces.back();
    const bool full = last.words + words > peer_words_max || last.end - last.begin == peer_list_max;
    if (full && last.end != last.begin) pieces.push_back({i, i, fixed});
    Piece& piece = pieces.back();
    if (piece.begin == piece.end) ++piece.words;  // The list's tag.
    piece.words += words;
    piece.end = i + 1;
  }
  return pieces;
}

/// As above, for records: of Record or LogRecord.
template <class AnyRecord>
[[nodiscard]] std::vector<Piece> cut_records(std::span<const AnyRecord> records,
                                             std::size_t fixed) {
  return cut_list<quorum::LoggedRecord>(records.size(), fixed, [&](std::size_t i) {
    check(records[i].bytes.size() <= txn_bytes_max, "a record was measured when it was made");
    return data_words(records[i].bytes.size());
  });
}

/// One frame for each piece, one behind the other. Calls `fill(piece, root)`; the words of a piece
/// are exact.
template <class Root, class Pieces, class Fill>
[[nodiscard]] Blob build_frames(const Pieces& pieces, Fill&& fill) {
  std::size_t size = 0;
  for (const auto& piece : pieces) {
    check(piece.words <= peer_words_max, "what is sent to another server was measured before");
    size += flat_header_bytes + piece.words * sizeof(capnp::word);
  }
  return Blob::filled(size, [&](std::span<std::byte> space) {
    for (const auto& piece : pieces) {
      const std::uint32_t header[2] = {0, static_cast<std::uint32_t>(piece.words)};
      std::memcpy(space.data(), header, sizeof header);
      space = space.subspan(sizeof header);
      auto* const words = reinterpret_cast<capnp::word*>(space.data());
      const std::size_t used = build_message<Root>(
          {words, piece.words}, [&](typename Root::Builder root) { fill(piece, root); });
      check(used == piece.words, "a message has the size computed for it");
      space = space.subspan(used * sizeof(capnp::word));
    }
  });
}

/// One frame; `words` of what the root points to.
template <class Root, class Fill>
[[nodiscard]] Blob build_frame(std::size_t words, Fill&& fill) {
  const Piece whole{0, 0, root_words<Root>() + words};
  return build_frames<Root>(std::span(&whole, 1),
                            [&](const Piece&, typename Root::Builder root) { fill(root); });
}

/// As read_frame(), and refuses frames beyond `limits`.
template <class Root, class Read>
[[nodiscard]] Status read_peer_frame(std::span<const std::byte> frame, const FrameLimits& limits,
                                     Read&& read) {
  const Result<std::size_t> size = frame_size(frame, limits);
  if (!size) return size.status();
  return read_frame<Root>(frame, read);
}

}  // namespace quorate::capnp_codec
