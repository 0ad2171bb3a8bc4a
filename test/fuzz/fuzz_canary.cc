// A planted bug that must be found: it shows that coverage reaches through the codec, that
// sanitizers watch, and that a crash fails the run. Never fix it.
#include <cstring>
#include <memory>
#include <span>

#include "schema/capnp/client_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = quorate::capnp_codec::decode_client(std::as_bytes(std::span(data, size)));
  if (!message.ok()) return 0;
  const auto* request = std::get_if<quorate::Request>(&*message);
  if (request == nullptr) return 0;
  const auto* get = std::get_if<quorate::GetData>(&request->operation);
  if (get == nullptr || get->path.size() < 4 || get->path[1] >= 'a') return 0;
  const auto room = std::make_unique<char[]>(3);
  std::memcpy(room.get(), get->path.data(), get->path.size());  // The bug: room for three.
  return room[0] == '/' ? 0 : 1;
}
