#include "actors/four_letter_words/environment.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>

namespace quorate {

TEST_CASE("envi is a line for each key") {
  CHECK(environment_text({{"os.name", "Linux"}, {"user.dir", "/a b"}}) ==
        "Environment:\nos.name=Linux\nuser.dir=/a b\n");
}

TEST_CASE("the environment has ZooKeeper's keys, but for those of Java, in its order") {
  std::vector<std::string> keys;
  for (const auto& [key, value] : read_environment()) {
    keys.push_back(key);
    CHECK(value.find('\n') == std::string::npos);
    if (key != "user.home") CHECK_FALSE(value.empty());
  }
  CHECK(keys == std::vector<std::string>{"zookeeper.version", "host.name", "os.name", "os.arch",
                                         "os.version", "user.name", "user.home", "user.dir",
                                         "os.memory.free", "os.memory.max", "os.memory.total"});
}

TEST_CASE("open descriptors are counted") {
  const auto before = open_files();
  REQUIRE(before.has_value());
  CHECK(*before >= 3);
  const int one = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int another = ::open("/dev/null", O_RDONLY | O_CLOEXEC);

  CHECK(open_files() == *before + 2);

  ::close(one);
  ::close(another);
  REQUIRE(open_files_max().has_value());
  CHECK(*open_files_max() >= *before);
}

}  // namespace quorate
