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

TEST_CASE("blobs are equal by content") {
  CHECK(Blob{std::string_view{"a"}} == Blob{std::string_view{"a"}});
  CHECK_FALSE(Blob{std::string_view{"a"}} == Blob{std::string_view{"b"}});
}

TEST_CASE("assigning a blob to itself keeps it") {
  Blob blob{std::string_view{"self"}};
  const Blob& same = blob;
  blob = same;

  CHECK(blob.text() == "self");
}

}  // namespace
}  // namespace quorate
