#include "config/files.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/properties.h"

using namespace quorate;

namespace {

/// A directory that goes away with its test.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string pattern = std::filesystem::temp_directory_path() / "quorate-config-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(at(name)) << text;
    return at(name);
  }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("a small file is read whole") {
  const ScratchDirectory scratch;

  CHECK(*read_small_file(scratch.write("a", "tickTime=1\n")) == "tickTime=1\n");
  CHECK(read_small_file(scratch.write("b", ""))->empty());
  CHECK(read_small_file(scratch.write("c", std::string(properties_bytes_max, 'x'))).ok());
}

TEST_CASE("what is missing, too large or no file is refused with its name") {
  const ScratchDirectory scratch;
  const std::string pipe = scratch.at("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), S_IRWXU) == 0);

  CHECK(read_small_file(scratch.at("none")).code() == ErrorCode::no_node);
  CHECK(read_small_file(scratch.write("f", "") + "/g").code() == ErrorCode::no_node);
  CHECK(read_small_file(scratch.at("")).code() == ErrorCode::bad_arguments);
  CHECK(read_small_file(pipe).error().text == pipe + ": is not a regular file");
  CHECK(read_small_file(scratch.write("big", std::string(properties_bytes_max + 1, 'x')))
            .error()
            .text.ends_with("is larger than 1048576 bytes"));
}

TEST_CASE("directories are made for the owner alone, where that is allowed") {
  const ScratchDirectory scratch;
  Config config;
  config.data_dir = scratch.at("a/b");
  config.data_log_dir = scratch.at("c");

  config.data_dir_create = false;
  CHECK(prepare_directories(config).error().text.find("is a volume not mounted?") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists(scratch.at("a")));

  config.data_dir_create = true;
  CHECK(prepare_directories(config).ok());
  CHECK(prepare_directories(config).ok());
  struct stat found {};
  REQUIRE(::stat(config.data_dir.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0700);

  config.data_log_dir = scratch.write("file", "");
  CHECK(prepare_directories(config).error().text == config.data_log_dir + ": is not a directory");
  CHECK(prepare_directories(config).code() == ErrorCode::io_error);
}

TEST_CASE("the variables of the process are seen") {
  REQUIRE(::setenv("QUORATE_TEST_SEEN", "a=b", 1) == 0);
  bool seen = false;

  for (const auto& [name, value] : process_environment())
    seen = seen || (name == "QUORATE_TEST_SEEN" && value == "a=b");

  CHECK(seen);
}
