#include "core/base/error_code.h"

#include <doctest/doctest.h>

namespace quorate {
namespace {

TEST_CASE("every code survives the wire") {
  for (int i = 0; i <= static_cast<int>(ErrorCode::cut); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    CAPTURE(to_string(code));
    CHECK(error_code_of(wire_number(code)) == code);
  }
}

TEST_CASE("codes carry ZooKeeper's numbers") {
  CHECK(wire_number(ErrorCode::ok) == 0);
  CHECK(wire_number(ErrorCode::no_node) == -101);
  CHECK(wire_number(ErrorCode::node_exists) == -110);
  CHECK(wire_number(ErrorCode::throttled) == -127);
}

TEST_CASE("an unknown number is a system error") {
  CHECK(error_code_of(-104) == ErrorCode::system_error);
  CHECK(error_code_of(7) == ErrorCode::system_error);
}

}  // namespace
}  // namespace quorate
