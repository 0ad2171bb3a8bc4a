#include "actors/boot.h"

#include <doctest/doctest.h>

#include "actors/credentials.h"
#include "storage/memory_store.h"
#include "test/unit/storage/temporary_directory.h"

namespace quorate {
namespace {

const ClusterId drawn = cluster_id_of("drawn at random");
const ClusterId east = cluster_id_of("east");
const ClusterId west = cluster_id_of("west");

Result<Boot> start(MemoryDisk& disk, std::uint32_t server, const std::optional<ClusterId>& cluster,
                   Incarnation before = {}) {
  MemoryStore store(disk);
  const test::TemporaryDirectory directory;
  const auto words = LastWords::open(directory / "last_words");
  REQUIRE(words.ok());
  return boot(store, ServerId{server}, {drawn, before}, 1, **words, cluster);
}

TEST_CASE("a fresh store is stamped with server and ensemble, by name or at random") {
  MemoryDisk named;
  MemoryDisk unnamed;

  CHECK(start(named, 3, east).value().promises.cluster == east);
  CHECK(start(unnamed, 3, {}).value().promises.cluster == drawn);
  CHECK(start(unnamed, 3, {}).value().promises.server == ServerId{3});
}

TEST_CASE("a store of another ensemble is refused, and says nothing was wrong with it") {
  MemoryDisk disk;
  REQUIRE(start(disk, 3, east).ok());

  const auto refused = start(disk, 3, west);

  REQUIRE_FALSE(refused.ok());
  CHECK(refused.code() == ErrorCode::foreign);
  CHECK(refused.error().text.find("cluster_id") != std::string::npos);
  CHECK(start(disk, 3, east).ok());
  // Who names no ensemble takes whatever the store says.
  CHECK(start(disk, 3, {}).value().promises.cluster == east);
}

TEST_CASE("a store of another server is refused") {
  MemoryDisk disk;
  REQUIRE(start(disk, 3, {}).ok());

  CHECK(start(disk, 4, {}).code() == ErrorCode::foreign);
  CHECK(start(disk, 3, {}).ok());
}

TEST_CASE("each start is an incarnation of its own") {
  MemoryDisk disk;

  CHECK(start(disk, 3, {}).value().promises.incarnation == Incarnation{1});
  CHECK(start(disk, 3, {}).value().promises.incarnation == Incarnation{2});
}

TEST_CASE("only a fresh store begins at the incarnation it is given") {
  MemoryDisk disk;

  CHECK(start(disk, 3, {}, Incarnation{500}).value().promises.incarnation == Incarnation{501});
  CHECK(start(disk, 3, {}, Incarnation{900}).value().promises.incarnation == Incarnation{502});
}

}  // namespace
}  // namespace quorate
