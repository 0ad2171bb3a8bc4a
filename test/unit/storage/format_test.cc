// The formats on disk never change unnoticed: golden bytes, and every damaged bit is seen.
#include <doctest/doctest.h>

#include <string>

#include "core/base/crc32c.h"
#include "storage/bytes.h"
#include "storage/fence.h"
#include "storage/log_entry.h"
#include "storage/promises_codec.h"
#include "test/unit/storage/store_files.h"
#include "test/unit/storage/temporary_directory.h"

namespace quorate::test {
namespace {

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char byte : bytes) {
    out.push_back(digits[static_cast<unsigned char>(byte) >> 4]);
    out.push_back(digits[static_cast<unsigned char>(byte) & 15]);
  }
  return out;
}

LogPosition golden_before() { return {Zxid::at(Epoch{7}, 0x1e), 0x0123456789abcdef}; }
LogRecord golden_record() { return {Zxid::at(Epoch{7}, 0x1f), Blob(std::string_view("a txn"))}; }

std::string entry_value(const LogPosition& before, const LogRecord& record) {
  const LogEntryHeader header = entry_header(before, advance(before, record), record.bytes.text());
  return std::string(header.data(), header.size()) + std::string(record.bytes.text());
}

std::string_view view(const LogKey& key) { return {key.data(), key.size()}; }

TEST_CASE("keys sort as zxids do") {
  const Zxid small = Zxid::at(Epoch{1}, 0xffffffff);
  const Zxid large = Zxid::at(Epoch{2}, 1);

  CHECK(view(log_key(small)) < view(log_key(large)));
  CHECK(zxid_of_key(view(log_key(large))) == large);
}

TEST_CASE("the chain hash and the entry of a record are what they always were") {
  const LogPosition after = advance(golden_before(), golden_record());

  CHECK(after.chain == 0xb752d922bfe44aec);
  CHECK(hex(entry_value(golden_before(), golden_record())) ==
        "2d7c4f53011e00000007000000ec4ae4bf22d952b7612074786e");
}

TEST_CASE("every flipped bit of an entry is damage") {
  const std::string good = entry_value(golden_before(), golden_record());
  const LogKey key = log_key(golden_record().zxid);
  REQUIRE(decode_entry(view(key), good).ok());

  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    CHECK(decode_entry(view(key), bad).code() == ErrorCode::damaged);
  }
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK(decode_entry(view(key), good.substr(0, size)).code() == ErrorCode::damaged);
  const LogKey other = log_key(Zxid{5});
  CHECK(decode_entry(view(other), good).code() == ErrorCode::damaged);
}

TEST_CASE("a record of a newer format is not called damaged") {
  std::string value = entry_value(golden_before(), golden_record());
  value[4] = 2;
  const LogKey key = log_key(golden_record().zxid);
  store_u32(value.data(), crc32c(std::string_view(value).substr(4), crc32c(view(key))));

  CHECK(decode_entry(view(key), value).code() == ErrorCode::unimplemented);
}

TEST_CASE("an entry follows only the position it was made for") {
  const std::string value = entry_value(golden_before(), golden_record());
  const LogKey key = log_key(golden_record().zxid);
  const auto entry = decode_entry(view(key), value);
  REQUIRE(entry.ok());

  CHECK(check_follows(golden_before(), *entry).ok());
  CHECK(check_follows({golden_before().zxid, 1}, *entry).code() == ErrorCode::damaged);
  CHECK(check_follows({Zxid{3}, golden_before().chain}, *entry).code() == ErrorCode::damaged);
}

Promises golden_promises() {
  Promises promises;
  promises.cluster = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  promises.server = ServerId{3};
  promises.incarnation = Incarnation{7};
  promises.accepted_epoch = Epoch{9};
  promises.accepted_leader = ServerId{2};
  promises.current_epoch = Epoch{8};
  promises.recovering_to = Zxid::at(Epoch{8}, 77);
  promises.image_directory = "image-4";
  return promises;
}

TEST_CASE("promises are stored as they always were, and come back") {
  const std::string bytes = encode_promises(golden_promises());

  CHECK(hex(bytes) ==
        "b29b880d010000000102030405060708090a0b0c0d0e0f100300000007000000000000000900000002000000"
        "08000000010000004d0000000800000007000000696d6167652d34");
  CHECK(decode_promises(bytes).value() == golden_promises());
  CHECK(decode_promises(encode_promises(Promises{})).value() == Promises{});
}

TEST_CASE("every flipped bit of promises is damage") {
  const std::string good = encode_promises(golden_promises());

  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    CHECK(decode_promises(bad).code() == ErrorCode::damaged);
  }
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK(decode_promises(good.substr(0, size)).code() == ErrorCode::damaged);
}

FenceMark mark(std::uint32_t counter) {
  return {Zxid::at(Epoch{4}, counter), 6, golden_promises()};
}

TEST_CASE("a fence keeps its last mark") {
  const TemporaryDirectory directory;
  const std::string path = directory / "fence";
  CHECK(Fence::open(path).value() == nullptr);
  {
    auto fence = Fence::create(path, mark(1));
    REQUIRE(fence.ok());
    for (std::uint32_t i = 2; i <= 7; ++i) REQUIRE((*fence)->write(mark(i)).ok());
  }

  CHECK(Fence::open(path).value()->mark() == mark(7));
  const FenceMark early{Zxid{}, 0, std::nullopt};
  REQUIRE(Fence::create(path, early).ok());
  CHECK(Fence::open(path).value()->mark() == early);
}

TEST_CASE("a torn write of a fence leaves the mark before it") {
  const TemporaryDirectory directory;
  const std::string path = directory / "fence";
  {
    auto fence = Fence::create(path, mark(1));
    REQUIRE(fence.ok());
    REQUIRE((*fence)->write(mark(2)).ok());
    REQUIRE((*fence)->write(mark(3)).ok());
  }
  const std::string whole = contents(path);
  REQUIRE(whole.size() == 8192);

  // Serial 3 is in the second slot.
  for (std::size_t i = 0; i < 1024; i += 3) {
    CAPTURE(i);
    std::string torn = whole;
    torn[4096 + i] = static_cast<char>(torn[4096 + i] ^ 0x40);
    put_contents(path, torn);
    CHECK(Fence::open(path).value()->mark() == mark(2));
  }
  put_contents(path, whole.substr(0, 4096 + 20));
  CHECK(Fence::open(path).value()->mark() == mark(2));
}

TEST_CASE("a fence without a readable slot is damaged, and so is one slot in the other's place") {
  const TemporaryDirectory directory;
  const std::string path = directory / "fence";
  { REQUIRE(Fence::create(path, mark(1)).ok()); }
  const std::string whole = contents(path);

  for (const std::string& bad :
       {std::string(), std::string(8192, '\0'), whole.substr(0, 10), whole.substr(4096),
        std::string(4096, 'x') + whole.substr(0, 4096)}) {
    put_contents(path, bad);
    CHECK(Fence::open(path).code() == ErrorCode::damaged);
  }
}

}  // namespace
}  // namespace quorate::test
