// A network that only remembers, for the logic of connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/runtime/byte_link.h"

namespace quorate::test {

class FakeLink final : public ByteLink {
 public:
  std::vector<char>& output() override { return out; }
  void flush() override {
    sent.insert(sent.end(), out.begin(), out.end());
    out.clear();
  }
  void pause() override { paused = true; }
  void resume() override { paused = false; }
  void close(CloseMode mode) override {
    flush();
    closed = mode;
  }
  [[nodiscard]] std::size_t unsent_bytes() const override { return out.size() + stuck; }
  [[nodiscard]] std::string remote() const override { return address; }
  [[nodiscard]] std::uint16_t remote_port() const override { return 4711; }
  void count_frames(std::size_t more_in, std::size_t more_out) override {
    frames_in += more_in;
    frames_out += more_out;
  }

  std::string address = "192.0.2.7";
  std::vector<char> out, sent;
  std::size_t stuck = 0;  ///< What the peer does not read.
  bool paused = false;
  std::size_t frames_in = 0;
  std::size_t frames_out = 0;
  std::optional<CloseMode> closed;
};

}  // namespace quorate::test
