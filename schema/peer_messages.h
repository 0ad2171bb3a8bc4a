// What two servers say to each other before and beside the messages of core/zab/peer_message.h, as
// core values; schema/quorum.capnp has the bytes and the order of the frames.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/blob.h"
#include "core/base/error_code.h"
#include "core/base/ids.h"
#include "core/txn/log_record.h"
#include "core/zab/record.h"

namespace quorate {

inline constexpr std::uint32_t peer_protocol_version = 1;
/// Of PeerHello::features: this server has a shared key, proves it, and wants it proven.
inline constexpr std::uint64_t peer_feature_proof = 1;
/// Likewise: has never promised anything, and belongs to the ensemble of whomever it meets.
inline constexpr std::uint64_t peer_feature_new = 2;
/// Likewise: answers AdminRequest.
inline constexpr std::uint64_t peer_feature_admin = 4;

/// Of AdminRequest::text and AdminReply::text: heartbeats wait behind them.
inline constexpr std::size_t admin_request_bytes_max = std::size_t{1} << 20;
inline constexpr std::size_t admin_reply_bytes_max = std::size_t{4} << 20;

// --- Handshake
// -------------------------------------------------------------------------------------

/// Dialled for a control link.
struct ControlLink {
  friend bool operator==(const ControlLink&, const ControlLink&) = default;
};

/// Dialled for history, as Synchronise has said.
struct HistoryWanted {
  Epoch epoch;       ///< The leader's.
  LogPosition keep;  ///< Says nothing where an image is wanted.
  LogPosition end;
  bool image = false;
  friend bool operator==(const HistoryWanted&, const HistoryWanted&) = default;
};

/// Was dialled, and agrees to what the other side wants.
struct HelloAnswer {
  friend bool operator==(const HelloAnswer&, const HelloAnswer&) = default;
};

using PeerPurpose = std::variant<ControlLink, HistoryWanted, HelloAnswer>;

/// The first frame of either side.
struct PeerHello {
  std::uint32_t version_min = peer_protocol_version;
  std::uint32_t version_max = peer_protocol_version;
  std::uint64_t features = 0;  ///< Of those that are not known, nothing follows.
  std::array<std::uint8_t, 16> cluster{};
  ServerId server;
  Incarnation incarnation;
  std::array<std::uint8_t, 32> challenge{};  ///< Random, new for each connection.
  PeerPurpose purpose;
  friend bool operator==(const PeerHello&, const PeerHello&) = default;
};

/// The second frame of either side, where the ensemble has a shared key.
struct PeerProof {
  std::array<std::uint8_t, 32> mac{};  ///< HMAC-SHA256 of proof_input().
  friend bool operator==(const PeerProof&, const PeerProof&) = default;
};

/// The last frame of whoever closes: why.
struct PeerRefusal {
  ErrorCode error = ErrorCode::system_error;  ///< Never ok.
  std::string text;
  friend bool operator==(const PeerRefusal&, const PeerRefusal&) = default;
};

using PeerHandshake = std::variant<PeerHello, PeerProof, PeerRefusal>;

// --- The history stream
// ----------------------------------------------------------------------------

/// As ProposalBatch, of which nothing is live.
struct HistoryRecords {
  LogPosition previous;  ///< Before the first record.
  std::vector<Record> records;
};

/// A key of the image and its value; schema/capnp/image_codec.h knows what they mean.
struct ImagePair {
  std::string key;  ///< Not empty; the first byte is not zero.
  Blob value;
  friend bool operator==(const ImagePair&, const ImagePair&) = default;
};

/// What an image says about itself.
struct ImageSummary {
  LogPosition position;      ///< The txn the image is exact at.
  std::int64_t time_ms = 0;  ///< Stamp of that txn.
  std::uint64_t digest = 0;  ///< Of the state there.
  std::uint64_t count = 0;   ///< Records of all chunks.
  friend bool operator==(const ImageSummary&, const ImageSummary&) = default;
};

struct ImageChunk {
  std::uint64_t index = 0;  ///< From 0.
  std::vector<ImagePair> records;
  std::optional<ImageSummary> last;  ///< In the last chunk only.
  friend bool operator==(const ImageChunk&, const ImageChunk&) = default;
};

using HistoryFrame = std::variant<HistoryRecords, ImageChunk, PeerRefusal>;

}  // namespace quorate
