#include "client/chroot.h"

#include <doctest/doctest.h>

namespace quorate::client {
namespace {

const Chroot chroot("/app");

std::string entered(std::string path) {
  chroot.enter(path);
  return path;
}
std::string left(std::string path) {
  chroot.leave(path);
  return path;
}

TEST_CASE("paths enter and leave the chroot") {
  CHECK(entered("/") == "/app");
  CHECK(entered("/a/b") == "/app/a/b");
  CHECK(left("/app") == "/");
  CHECK(left("/app/a") == "/a");
}

TEST_CASE("what is not below the chroot keeps its path") {
  CHECK(left("/apple") == "/apple");
  CHECK(left("/other") == "/other");
}

TEST_CASE("a path without a leading slash cannot become a neighbour of the chroot") {
  CHECK(entered("le") == "le");
  CHECK(entered("") == "");
}

TEST_CASE("every path of a multi enters") {
  Operation operation = Multi{{Create{"/a", {}, {}, CreateMode::persistent, 0, false},
                               Delete{"/b", any_version}, Check{"/c", any_version, false}}};

  chroot.enter(operation);

  const auto& ops = std::get<Multi>(operation).ops;
  CHECK(std::get<Create>(ops[0]).path == "/app/a");
  CHECK(std::get<Delete>(ops[1]).path == "/app/b");
  CHECK(std::get<Check>(ops[2]).path == "/app/c");
}

TEST_CASE("the prefix of getEphemerals does not match neighbours of the chroot") {
  for (const char* prefix : {"", "/"}) {
    Operation operation = GetEphemerals{prefix};
    chroot.enter(operation);
    CHECK(std::get<GetEphemerals>(operation).prefix == "/app/");
  }
}

TEST_CASE("replies leave, and lists keep only what is inside") {
  Reply reply;
  reply.body = PathsReply{{"/app/a", "/apple/b", "/app"}};
  chroot.leave(reply);
  CHECK(std::get<PathsReply>(reply.body).paths == std::vector<std::string>{"/a", "/"});

  reply.body = MultiReply{{{ErrorCode::ok, CreateReply{"/app/x", {}, true}}}};
  chroot.leave(reply);
  CHECK(std::get<CreateReply>(std::get<MultiReply>(reply.body).results[0].body).path == "/x");

  reply.body = PathReply{"/app/s"};
  chroot.leave(reply);
  CHECK(std::get<PathReply>(reply.body).path == "/s");
}

TEST_CASE("without a chroot nothing changes") {
  const Chroot none("");
  std::string path = "/a";
  none.enter(path);
  CHECK(path == "/a");
  Operation operation = GetEphemerals{""};
  none.enter(operation);
  CHECK(std::get<GetEphemerals>(operation).prefix.empty());
}

}  // namespace
}  // namespace quorate::client
