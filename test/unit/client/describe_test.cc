#include "client/describe.h"

#include <doctest/doctest.h>

namespace quorate::client {
namespace {

TEST_CASE("operations are described with their path, never with secrets") {
  CHECK(describe(GetData{"/a"}) == "get /a");
  CHECK(describe(Create{"/a/b", Blob("secret"), {}, CreateMode::persistent, 0, false}) ==
        "create /a/b");
  CHECK(describe(WhoAmI{}) == "whoAmI");
  CHECK(describe(Authenticate{"digest", "ann:secret"}) == "authenticate digest");
}

TEST_CASE("a failed multi names the operation that failed") {
  const Operation operation =
      Multi{{Create{"/a", {}, {}, CreateMode::persistent, 0, false}, SetData{"/b", {}, 3}}};
  Reply reply;
  reply.error = ErrorCode::bad_version;
  reply.body = MultiReply{{{ErrorCode::runtime_inconsistency, {}}, {ErrorCode::bad_version, {}}}};

  CHECK(explain(operation, reply) ==
        "operation 2 of 2, set /b: the node has another version; nothing was changed");
}

TEST_CASE("what a request weighs grows with its data") {
  const std::size_t empty = bytes_of(SetData{"/a", {}, any_version});
  CHECK(bytes_of(SetData{"/a", Blob(std::string(1000, 'x')), any_version}) == empty + 1000);
  CHECK(bytes_of(Multi{{SetData{"/a", Blob(std::string(1000, 'x')), any_version}}}) > 1000);
}

}  // namespace
}  // namespace quorate::client
