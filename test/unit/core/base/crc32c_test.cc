#include "core/base/crc32c.h"

#include <doctest/doctest.h>

#include <string>

namespace quorate {
namespace {

TEST_CASE("the checksum is CRC-32C, with and without the processor's help") {
  CHECK(crc32c("123456789") == 0xe3069283);
  CHECK(crc32c_portable("123456789") == 0xe3069283);
  CHECK(crc32c("6789", crc32c("12345")) == 0xe3069283);
  CHECK(crc32c("") == 0);
  const std::string zeros(70000, '\0');
  CHECK(crc32c(zeros) == crc32c_portable(zeros));
}

}  // namespace
}  // namespace quorate
