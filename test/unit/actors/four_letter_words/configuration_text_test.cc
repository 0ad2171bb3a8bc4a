#include "actors/four_letter_words/configuration_text.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "test/unit/storage/temporary_directory.h"

namespace quorate {
namespace {

Config alone() {
  Config config;
  config.data_dir = "/data";
  config.data_log_dir = "/log";
  return config;
}

void write(const std::filesystem::path& path, std::size_t bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << std::string(bytes, 'x');
}

}  // namespace

TEST_CASE("conf of a server on its own") {
  CHECK(conf_text(alone(), DirectorySizes{457, 12}) ==
        "clientPort=2181\n"
        "secureClientPort=-1\n"
        "dataDir=/data\n"
        "dataDirSize=457\n"
        "dataLogDir=/log\n"
        "dataLogSize=12\n"
        "tickTime=2000\n"
        "maxClientCnxns=60\n"
        "minSessionTimeout=4000\n"
        "maxSessionTimeout=40000\n"
        "clientPortListenBacklog=-1\n"
        "serverId=1\n");
}

TEST_CASE("conf of a member of an ensemble ends with its members") {
  Config config = alone();
  config.server_id = {2};
  const auto add = [&config](const char* number, const char* line) {
    REQUIRE(add_membership_line(config.membership, number, line).ok());
  };
  add("server.1", "10.0.0.1:2888:3888;2181");
  add("server.2", "10.0.0.2:2889:3889:observer;2181");

  CHECK(conf_text(config, DirectorySizes{})
            .ends_with("serverId=2\n"
                       "initLimit=10\n"
                       "syncLimit=5\n"
                       "electionAlg=3\n"
                       "electionPort=3889\n"
                       "quorumPort=2889\n"
                       "peerType=1\n"
                       "membership: \n"
                       "server.1=10.0.0.1:2888:3888:participant;"
                       "0.0.0.0:2181\n"
                       "server.2=10.0.0.2:2889:3889:observer;"
                       "0.0.0.0:2181\n"
                       "version=0"));
}

TEST_CASE("sizes that nobody could tell are left out") {
  const std::string text = conf_text(alone(), std::nullopt);
  CHECK(text.find("Size=") == std::string::npos);
  CHECK(text.find("dataDir=/data\ndataLogDir=/log\n") != std::string::npos);
}

TEST_CASE("directories have the bytes of all files below them") {
  const test::TemporaryDirectory directory;
  write(std::filesystem::path(directory.path()) / "data/image/one", 100);
  write(std::filesystem::path(directory.path()) / "data/two", 23);
  write(std::filesystem::path(directory.path()) / "log/three", 7);
  Config config;
  config.data_dir = directory / "data";
  config.data_log_dir = directory / "log";

  const DirectorySizes sizes = sizes_of_directories(config);

  CHECK(sizes.data == 123);
  CHECK(sizes.log == 7);
  CHECK(dirs_text(sizes) == "datadir_size: 123\nlogdir_size: 7\n");
  config.data_dir = directory / "gone";
  CHECK(sizes_of_directories(config).data == 0);
}

}  // namespace quorate
