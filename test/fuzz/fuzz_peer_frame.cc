// Frames between servers: whatever arrives is refused or understood, and what was understood is
// written as canonical bytes that are read as the same again.
#include <cstring>
#include <span>
#include <vector>

#include "core/base/check.h"
#include "schema/capnp/quorum_codec.h"
#include "test/fuzz/patched_frame.h"

namespace quorate {
namespace {

using capnp_codec::decode_handshake;
using capnp_codec::decode_history_frame;
using capnp_codec::decode_peer_message;

Blob write(const PeerMessage& message) { return capnp_codec::encode_peer_message(message); }
Blob write(const PeerHandshake& handshake) { return capnp_codec::encode_handshake(handshake); }

Blob write_frame(const HistoryRecords& history) {
  std::vector<LogRecord> log;
  for (const Record& record : history.records) log.push_back({record.zxid(), record.bytes});
  return capnp_codec::encode_history(history.previous, log);
}
Blob write_frame(const ImageChunk& chunk) { return capnp_codec::encode_image_chunk(chunk); }
Blob write_frame(const PeerRefusal& refusal) {
  return capnp_codec::encode_history_refusal(refusal);
}
Blob write(const HistoryFrame& frame) {
  return std::visit([](const auto& each) { return write_frame(each); }, frame);
}

/// `read` is one of the decoders.
template <class Read>
void check_frame(std::span<const std::byte> frame, Read&& read) {
  const auto message = read(frame);
  // The same bytes at an odd address take another way through the reader.
  std::vector<std::byte> moved(frame.size() + 1);
  if (!frame.empty()) std::memcpy(moved.data() + 1, frame.data(), frame.size());
  const auto again = read(std::span<const std::byte>(moved).subspan(1));
  check(again.ok() == message.ok(), "alignment does not matter");
  if (!message.ok()) {
    check(again.error() == message.error(), "alignment does not matter to errors");
    check(!message.error().text.empty(), "an error says what was wrong");
    return;
  }
  const Blob written = write(*message);
  check(write(*again) == written, "alignment does not matter to values");
  const auto reread = read(written.bytes());
  check(reread.ok(), "what was understood is written as something that is understood");
  check(write(*reread) == written, "equal values give equal bytes");
}

void check_frames(std::span<const std::byte> frame) {
  check_frame(frame, decode_peer_message);
  check_frame(frame, decode_handshake);
  check_frame(frame, decode_history_frame);
}

}  // namespace
}  // namespace quorate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  quorate::check_frames(bytes);
  const auto patched = quorate::patched_frame(bytes);
  if (!patched.empty()) quorate::check_frames(patched);
  return 0;
}
