#include "actors/frame_input.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

namespace quorate {
namespace {

/// Frames of one digit and as many letters: "3abc".
struct Reader {
  Status feed(std::string_view piece) {
    return input.feed(
        piece,
        [this](std::span<const char> rest) -> Result<std::size_t> {
          if (!wants) return std::size_t{0};
          if (rest.front() < '0' || rest.front() > '9') {
            return {ErrorCode::marshalling_error, "no digit"};
          }
          return static_cast<std::size_t>(rest.front() - '0') + 1;
        },
        [this](std::span<const char> frame) {
          frames.emplace_back(frame.begin(), frame.end());
          return frames.size() < frames_max;
        });
  }

  FrameInput input;
  std::vector<std::string> frames;
  bool wants = true;
  std::size_t frames_max = 1000;
};

using Frames = std::vector<std::string>;

}  // namespace

TEST_CASE("frames come out whole, however the stream is cut") {
  const std::string stream =
      "3abc0"
      "1x"
      "9123456789"
      "2zz";
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    Reader reader;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 6, stream.size() - at);
      CHECK(reader.feed(std::string_view(stream).substr(at, size)).ok());
      at += size;
    }
    CHECK(reader.frames == Frames{"3abc", "0", "1x", "9123456789", "2zz"});
    CHECK(reader.input.size() == 0);
  }
}

TEST_CASE("what is not wanted now waits") {
  Reader reader;
  reader.wants = false;
  CHECK(reader.feed("1a").ok());
  CHECK(reader.feed("1b2c").ok());
  CHECK(reader.frames.empty());

  reader.wants = true;
  CHECK(reader.feed({}).ok());
  CHECK(reader.frames == Frames{"1a", "1b"});
  CHECK(reader.input.size() == 2);
}

TEST_CASE("behind the last frame that may come nothing is kept") {
  Reader whole;
  whole.frames_max = 1;
  CHECK(whole.feed("1a1b1c").ok());
  CHECK(whole.frames == Frames{"1a"});
  CHECK(whole.input.size() == 0);

  Reader split;
  split.frames_max = 1;
  CHECK(split.feed("1").ok());
  CHECK(split.feed("a1b1c").ok());
  CHECK(split.frames == Frames{"1a"});
  CHECK(split.input.size() == 0);
}

TEST_CASE("behind what is no frame nothing is kept") {
  for (const bool is_split : {false, true}) {
    Reader reader;
    if (is_split) CHECK(reader.feed("2").ok());
    CHECK(reader.feed(is_split ? "aaxyz" : "2aaxyz").code() == ErrorCode::marshalling_error);
    CHECK(reader.frames == Frames{"2aa"});
    CHECK(reader.input.size() == 0);
  }
}

}  // namespace quorate
