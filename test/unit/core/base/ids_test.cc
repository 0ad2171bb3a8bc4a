#include "core/base/ids.h"

#include <doctest/doctest.h>

#include <limits>

namespace quorate {
namespace {

TEST_CASE("a zxid is its epoch and its counter") {
  const Zxid zxid = Zxid::at(Epoch{7}, 0x1f);

  CHECK(zxid.value == 0x70000001fULL);
  CHECK(zxid.epoch() == Epoch{7});
  CHECK(zxid.counter() == 0x1f);
  CHECK(zxid.next() == Zxid::at(Epoch{7}, 0x20));
}

TEST_CASE("the last zxid of the last epoch keeps both halves") {
  const Zxid last = Zxid::at(Epoch{0x7fffffff}, std::numeric_limits<std::uint32_t>::max());

  CHECK(last.epoch() == Epoch{0x7fffffff});
  CHECK(last.counter() == 0xffffffff);
}

TEST_CASE("zxids are ordered by epoch, then by counter") {
  CHECK(Zxid{} < Zxid::at(Epoch{1}, 1));
  CHECK(Zxid::at(Epoch{1}, 0xffffffff) < Zxid::at(Epoch{2}, 1));
  CHECK(Zxid::at(Epoch{2}, 1) < Zxid::at(Epoch{2}, 2));
}

TEST_CASE("ids are shown as ZooKeeper's tools show them") {
  CHECK(to_string(Zxid::at(Epoch{7}, 0x1f)) == "7.1f");
  CHECK(to_string(Zxid{}) == "0.0");
  CHECK(to_string(SessionId{0x1000abc}) == "0x1000abc");
  CHECK(to_string(SessionId{-1}) == "0xffffffffffffffff");
}

TEST_CASE("origins of one connection are ordered by sequence") {
  const Origin first{ServerId{1}, Incarnation{2}, ConnectionSerial{3}, 4};
  Origin second = first;
  second.sequence = 5;

  CHECK(first < second);
  CHECK(second < Origin{ServerId{1}, Incarnation{2}, ConnectionSerial{4}, 1});
}

}  // namespace
}  // namespace quorate
