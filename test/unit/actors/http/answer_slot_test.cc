#include "actors/http/answer_slot.h"

#include <doctest/doctest.h>

using namespace quorate;

namespace {

SharedBytes bytes(std::size_t size) { return std::make_shared<const std::string>(size, 'x'); }

struct Slot {
  explicit Slot(std::size_t streams_max = 1, bool is_head = false)
      : streams(std::make_shared<StreamCount>(streams_max)),
        slot(std::make_shared<AnswerSlot>(streams, 10, is_head, [this] { ++wakes; })) {}

  int wakes = 0;
  std::shared_ptr<StreamCount> streams;
  std::shared_ptr<AnswerSlot> slot;
};

}  // namespace

TEST_CASE("only the first answer counts") {
  Slot s;
  const auto answer = AnswerSlot::answer_of(s.slot);
  CHECK_FALSE(s.slot->take());
  answer->send({204, "", nullptr, {}});
  answer->send({200, "", nullptr, {}});
  CHECK(answer->stream("", {}) == nullptr);

  const auto outcome = s.slot->take();
  REQUIRE(outcome);
  CHECK(std::get<HttpResponse>(*outcome).status == 204);
  CHECK(s.wakes == 1);
}

TEST_CASE("whoever lets go of the answer has answered nothing") {
  Slot s;
  AnswerSlot::answer_of(s.slot).reset();
  CHECK(std::holds_alternative<AnswerSlot::Unanswered>(*s.slot->take()));
}

TEST_CASE("streams are counted until they are over, and refused above the limit") {
  Slot a;
  const auto answer = AnswerSlot::answer_of(a.slot);
  const auto stream = answer->stream("text/event-stream", {});
  REQUIRE(stream != nullptr);
  CHECK(a.streams->open == 1);

  AnswerSlot other(a.streams, 10, false, [] {});
  CHECK(other.put_stream("", {}) == nullptr);
  CHECK(std::holds_alternative<AnswerSlot::TooManyStreams>(*other.take()));

  a.slot->abandon();
  CHECK(a.streams->open == 0);
  CHECK_FALSE(stream->send(bytes(1)));
}

TEST_CASE("a stream for HEAD is answered and sends nothing") {
  Slot s(1, true);
  CHECK(s.slot->put_stream("", {}) == nullptr);
  CHECK(std::get<AnswerSlot::Stream>(*s.slot->take()).queue == nullptr);
  CHECK(s.streams->open == 0);
}

TEST_CASE("an answer after the client has gone is thrown away") {
  Slot s;
  const auto answer = AnswerSlot::answer_of(s.slot);
  s.slot->abandon();
  answer->send({});
  CHECK(answer->stream("", {}) == nullptr);
  CHECK_FALSE(s.slot->take());
}

TEST_CASE("a queue wakes once for what comes before it is looked at") {
  int wakes = 0;
  StreamQueue queue(10, [&] { ++wakes; });
  CHECK(queue.send(bytes(1)));
  CHECK(queue.send(bytes(1)));
  CHECK(queue.send(nullptr));
  CHECK(wakes == 1);
  const auto taken = queue.take(8, 100);
  CHECK(taken.pieces.size() == 2);
  CHECK(taken.bytes == 2);
  CHECK(queue.send(bytes(1)));
  CHECK(wakes == 2);
}

TEST_CASE("what was taken counts as unread until it was sent; too much cuts the stream off") {
  int wakes = 0;
  StreamQueue queue(10, [&] { ++wakes; });
  CHECK(queue.send(bytes(6)));
  const auto taken = queue.take(8, 100);
  CHECK(queue.send(bytes(4)));
  CHECK_FALSE(queue.send(bytes(1)));
  CHECK(queue.is_cut_off());
  CHECK(wakes == 3);  // The connection may be stuck in a write, and has to know.
  CHECK_FALSE(queue.send(bytes(1)));
  CHECK(queue.take(8, 100).pieces.empty());

  StreamQueue read(10, [] {});
  for (int i = 0; i < 5; ++i) {
    CHECK(read.send(bytes(10)));
    read.sent(read.take(8, 100).bytes);
  }
  CHECK_FALSE(read.is_cut_off());
}

TEST_CASE("a queue gives out bounded helpings, and one piece however large") {
  StreamQueue queue(100, [] {});
  for (int i = 0; i < 3; ++i) CHECK(queue.send(bytes(8)));
  CHECK(queue.take(2, 100).pieces.size() == 2);
  CHECK(queue.send(bytes(8)));
  CHECK(queue.take(8, 4).pieces.size() == 1);
  queue.finish();
  const auto rest = queue.take(8, 4);
  CHECK(rest.pieces.size() == 1);
  CHECK(rest.state == StreamQueue::State::finished);
  CHECK_FALSE(queue.send(bytes(1)));
}
