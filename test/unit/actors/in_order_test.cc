#include "actors/in_order.h"

#include <doctest/doctest.h>

#include <deque>
#include <random>
#include <string>

#include "actors/frames_in_flight.h"

namespace quorate {

// Goal: it is a queue, whatever it forgets and when.
// Method: random walks beside std::deque.
TEST_CASE("what waits in order comes out in order") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    InOrder<std::string> queue;
    std::deque<std::string> model;
    for (int step = 0; step < 2000; ++step) {
      CHECK(queue.size() == model.size());
      CHECK(queue.empty() == model.empty());
      // Long runs of each, so that it grows and empties.
      if (random() % 500 < 250U + (step / 400 % 2 == 0 ? 60U : 0U) || model.empty()) {
        queue.push(std::to_string(step));
        model.push_back(std::to_string(step));
      } else {
        CHECK(queue.pop() == model.front());
        model.pop_front();
      }
    }
  }
}

TEST_CASE("frames in flight are counted by number and size") {
  FramesInFlight frames;
  for (std::size_t size = 1; size <= 200; ++size)
    frames.add(size, size % 25, static_cast<std::uint32_t>(size));
  CHECK(frames.count() == 200);
  CHECK(frames.bytes() == 200 * 201 / 2);

  for (std::size_t size = 1; size <= 200; ++size) {
    const FrameInFlight frame = frames.finish();
    CHECK(frame.bytes == size);
    CHECK(frame.operation == size % 25);
    CHECK(frame.age_us(std::chrono::microseconds{300}) == 300 - size);
  }
  CHECK(frames.empty());
  CHECK(frames.bytes() == 0);
}

}  // namespace quorate
