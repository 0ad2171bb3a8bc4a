// Traffic between servers: bytes of schema/quorum.capnp to and from core values.
//
// Decoders take one whole frame, of any alignment. Hostile input gives an error that names what was
// wrong: request_too_large for a frame beyond its limit, unimplemented for what a later version
// might say, else marshalling_error; never an exception, an over-read or work beyond a small
// multiple of the frame's size. What is in range is not judged further: whether a message fits its
// time and its sender is for the machines to say. All errors mean: tear the link down.
//
// Encoders are canonical: equal values give equal bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/base/blob.h"
#include "core/base/result.h"
#include "core/zab/peer_message.h"
#include "schema/capnp/frame.h"
#include "schema/peer_messages.h"

namespace quorate::capnp_codec {

/// Of frames behind the handshake; those of the handshake have `hello_limits`.
inline constexpr FrameLimits peer_limits{std::size_t{16} << 20, 1};

/// Elements of any list of a message.
inline constexpr std::size_t peer_list_max = 65'536;
/// Of EpochPromised::ends: each may cost the leader a look into its log.
inline constexpr std::size_t peer_ends_max = 4'096;

// --- The control link
// ------------------------------------------------------------------------------

/// One frame; several, one behind the other, that say the same, for what is too large for one. Of
/// EpochPromised::ends only the last peer_ends_max are sent.
/// REQUIRES: no record and no write is larger than txn_bytes_max.
[[nodiscard]] Blob encode_peer_message(const PeerMessage& message);

/// The records of Proposals have ascending zxids, bytes that are whole, and positions that follow
/// from `previous`. Writes of Forward have no stamp.
[[nodiscard]] Result<PeerMessage> decode_peer_message(std::span<const std::byte> frame);

// --- Handshake
// -------------------------------------------------------------------------------------

/// One frame. The text of a refusal is cut to fit.
[[nodiscard]] Blob encode_handshake(const PeerHandshake& handshake);
[[nodiscard]] Result<PeerHandshake> decode_handshake(std::span<const std::byte> frame);

enum class PeerSide : std::uint8_t { dialler = 0, dialled = 1 };

/// What the proof of one side is the HMAC of; both sides compute it alike.
[[nodiscard]] std::string proof_input(PeerSide prover, const PeerHello& dialler,
                                      const PeerHello& dialled);

// --- The history stream
// ----------------------------------------------------------------------------

/// As encode_peer_message() of Proposals.
[[nodiscard]] Blob encode_history(const LogPosition& previous, std::span<const LogRecord> records);
/// One frame. REQUIRES: it fits (about 16 MiB) and has at most peer_list_max records.
[[nodiscard]] Blob encode_image_chunk(const ImageChunk& chunk);
[[nodiscard]] Blob encode_history_refusal(const PeerRefusal& refusal);

/// Of a chunk, keys are allowed and ascend, and the checksum is right; values are not judged.
[[nodiscard]] Result<HistoryFrame> decode_history_frame(std::span<const std::byte> frame);

}  // namespace quorate::capnp_codec
