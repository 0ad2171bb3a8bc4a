#include "core/base/blob.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace quorate {
namespace {

TEST_CASE("copies of a blob share their bytes") {
  const Blob one{std::string_view{"hello"}};
  const Blob two = one;

  CHECK(one.data() == two.data());
  CHECK(two.text() == "hello");
}

TEST_CASE("a blob outlives the one it was copied from") {
  Blob copy;
  {
    const Blob original{std::string_view{"kept"}};
    copy = original;
  }

  CHECK(copy.text() == "kept");
}

TEST_CASE("an empty blob has no bytes") {
  CHECK(Blob{std::string_view{}}.empty());
  CHECK(Blob{} == Blob{std::string_view{}});
}

TEST_CASE("null has no bytes either, and is not the same as empty") {
  const Blob null = Blob::null();
  Blob copy = null;

  CHECK(null.is_null());
  CHECK(null.text().empty());
  CHECK(copy == null);
  CHECK_FALSE(null == Blob());
  CHECK_FALSE(Blob(std::string_view{}).is_null());
  copy = Blob(std::string_view{"a"});
  CHECK_FALSE(copy.is_null());
  CHECK(null.is_null());
}

TEST_CASE("blobs are equal by content") {
  CHECK(Blob{std::string_view{"a"}} == Blob{std::string_view{"a"}});
  CHECK_FALSE(Blob{std::string_view{"a"}} == Blob{std::string_view{"b"}});
}

TEST_CASE("a blob is filled in place, over zeros, at an address for any integer") {
  const std::byte* written = nullptr;
  const Blob blob = Blob::filled(10, [&](std::span<std::byte> space) {
    CHECK(space.size() == 10);
    CHECK(reinterpret_cast<std::uintptr_t>(space.data()) % alignof(std::uint64_t) == 0);
    written = space.data();
    space[0] = std::byte{'a'};
    space[9] = std::byte{'b'};
  });

  CHECK(blob.data() == written);
  CHECK(blob.text() == std::string_view("a\0\0\0\0\0\0\0\0b", 10));
  CHECK(Blob::filled(0, [](auto) { FAIL("there is nothing to fill"); }).empty());
}

TEST_CASE("assigning a blob to itself keeps it") {
  Blob blob{std::string_view{"self"}};
  const Blob& same = blob;
  blob = same;

  CHECK(blob.text() == "self");
}

}  // namespace
}  // namespace quorate
