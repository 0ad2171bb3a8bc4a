// The messages and records whose bytes are kept in schema/golden.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/tree/image.h"
#include "core/txn/txn.h"
#include "core/zab/peer_message.h"
#include "schema/client_messages.h"
#include "schema/peer_messages.h"

namespace quorate::test {

/// A value and its file's name without the ending.
template <class Value>
using Golden = std::vector<std::pair<std::string, Value>>;

[[nodiscard]] Golden<ClientMessage> golden_client_messages();
[[nodiscard]] Golden<ServerMessage> golden_server_messages();
[[nodiscard]] Golden<Txn> golden_txns();
[[nodiscard]] Golden<ImageRecord> golden_image_records();
[[nodiscard]] Golden<PeerMessage> golden_peer_messages();
[[nodiscard]] Golden<PeerHandshake> golden_peer_handshakes();
[[nodiscard]] Golden<HistoryFrame> golden_history_frames();

/// Files that are kept, folder and ending included, with their bytes as the codecs write them now.
[[nodiscard]] Golden<std::string> golden_files();
/// Those among them that servers send each other, without the ending.
[[nodiscard]] Golden<std::string> golden_peer_files();

/// Bytes as the files hold them: lower-case hexadecimal, 32 bytes a line.
[[nodiscard]] std::string to_hex(const std::string& bytes);
/// Empty when there is anything but pairs of digits and white space.
[[nodiscard]] std::string from_hex(const std::string& hex);

}  // namespace quorate::test
