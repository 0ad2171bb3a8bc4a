// The same as fuzz_canary.cc for ZooKeeper's protocol: a planted bug that must be found. Never fix
// it.
#include <cstring>
#include <memory>
#include <span>

#include "schema/jute/client_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto decoded = quorate::jute::decode_request(std::as_bytes(std::span(data, size)));
  if (!decoded.ok()) return 0;
  const auto* get = std::get_if<quorate::GetData>(&decoded->request.operation);
  if (get == nullptr || get->path.size() < 4 || get->path[1] >= 'a') return 0;
  const auto room = std::make_unique<char[]>(3);
  std::memcpy(room.get(), get->path.data(), get->path.size());  // The bug: room for three.
  return room[0] == '/' ? 0 : 1;
}
