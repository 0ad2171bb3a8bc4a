#include "core/base/hash.h"

#include <doctest/doctest.h>

#include <string>

namespace quorate {
namespace {

// Digests are compared between servers of different builds: these values never change.
TEST_CASE("hashes are the same on every server and for ever") {
  CHECK(hash64("") == 0x2d06800538d394c2ULL);
  CHECK(hash64("/zookeeper") == hash64("/zookeeper", 0));
  CHECK(hash64("/zookeeper") != hash64("/zookeeper", 1));
  CHECK(hash64("/a") != hash64("/b"));
}

TEST_CASE("a hash of pieces is the hash of the whole") {
  std::string whole;
  Hasher hasher(42);
  for (int i = 0; i < 100; ++i) {
    const std::string piece(static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
    whole += piece;
    hasher.add(piece);
  }

  CHECK(hasher.digest() == hash64(whole, 42));
}

TEST_CASE("a number is hashed as eight little-endian bytes") {
  Hasher number;
  number.add(std::uint64_t{0x0102030405060708});

  CHECK(number.digest() == hash64(std::string("\x08\x07\x06\x05\x04\x03\x02\x01")));
}

TEST_CASE("asking for a digest changes nothing") {
  Hasher hasher;
  hasher.add("one");
  const auto before = hasher.digest();

  CHECK(hasher.digest() == before);
  hasher.add("two");
  CHECK(hasher.digest() == hash64("onetwo"));
}

}  // namespace
}  // namespace quorate
