// Frames of clients and servers: whatever arrives is refused or understood, and what was understood
// is written and read again as the same value.
#include <cstring>
#include <span>
#include <vector>

#include "core/base/check.h"
#include "schema/capnp/client_codec.h"
#include "schema/capnp/frame.h"
#include "test/fuzz/patched_frame.h"

namespace quorate {
namespace {

using capnp_codec::decode_client;
using capnp_codec::decode_server;
using capnp_codec::encode;

std::span<const std::byte> bytes_of(const std::vector<char>& frame) {
  return std::as_bytes(std::span(frame));
}

/// Refusals are made by the reader; nobody can write them.
bool is_writable(const Request& request) {
  if (std::holds_alternative<Refused>(request.operation)) return false;
  const auto* multi = std::get_if<Multi>(&request.operation);
  if (multi == nullptr) return true;
  for (const MultiOp& op : multi->ops) {
    if (std::holds_alternative<RefusedOp>(op)) return false;
  }
  return true;
}

bool is_writable(const Hello& hello) {
  return hello.session != SessionId{} || hello.password == SessionPassword{};
}

template <class Message>
bool is_writable(const Message&) {
  return true;
}

void write(const Reply& reply, std::vector<char>& out) { encode(reply, std::size_t{1} << 30, out); }
template <class Message>
void write(const Message& message, std::vector<char>& out) {
  encode(message, out);
}

/// `read` is decode_client or decode_server.
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
    return;
  }
  check(*again == *message, "alignment does not matter to values");
  std::visit(
      [&](const auto& each) {
        if (!is_writable(each)) return;
        std::vector<char> written;
        write(each, written);
        const auto reread = read(bytes_of(written));
        check(reread.ok() && *reread == *message, "what was understood is written as understood");
      },
      *message);
}

void check_frames(std::span<const std::byte> frame) {
  check_frame(frame, decode_client);
  check_frame(frame, decode_server);
}

/// A frame's end must not depend on how much of it is there.
void check_size(std::span<const std::byte> bytes) {
  const auto whole = capnp_codec::frame_size(bytes, {});
  const auto early = capnp_codec::frame_size(bytes.first(bytes.size() / 2), {});
  if (!whole.ok() || !early.ok() || *early == 0) return;
  check(*early == *whole, "more bytes do not change a frame's size");
}

}  // namespace
}  // namespace quorate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  quorate::check_size(bytes);
  quorate::check_frames(bytes);
  const auto patched = quorate::patched_frame(bytes);
  if (!patched.empty()) quorate::check_frames(patched);
  return 0;
}
