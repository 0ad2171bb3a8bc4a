#include "core/base/result.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

namespace quorate {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{ErrorCode::bad_arguments, "odd"};
  return number / 2;
}

TEST_CASE("a result holds a value or a reason") {
  CHECK(half(4).ok());
  CHECK(*half(4) == 2);
  CHECK(half(4).code() == ErrorCode::ok);
  CHECK_FALSE(half(3).ok());
  CHECK(half(3).code() == ErrorCode::bad_arguments);
  CHECK(half(3).error() == Error{ErrorCode::bad_arguments, "odd"});
}

TEST_CASE("a result hands out what cannot be copied") {
  Result<std::unique_ptr<int>> result{std::make_unique<int>(7)};

  const std::unique_ptr<int> taken = std::move(result).value();

  CHECK(*taken == 7);
}

TEST_CASE("a value can be changed in place") {
  Result<std::string> result{std::string("ab")};
  result->push_back('c');

  CHECK(*result == "abc");
}

TEST_CASE("a status passes the reason on") {
  CHECK(half(4).status().ok());
  CHECK(half(3).status().error().text == "odd");
  CHECK(Status{}.code() == ErrorCode::ok);
  CHECK(Status(ErrorCode::no_node).code() == ErrorCode::no_node);
}

TEST_CASE("a status made of ok is a success") { CHECK(Status(ErrorCode::ok, "unused").ok()); }

}  // namespace
}  // namespace quorate
