#include "client/cli/byte_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace quorate::cli {
namespace {

namespace fs = std::filesystem;

/// A folder of its own, gone with its end.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "quorate-byte-file-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::vector<std::string> many_lines() {
  std::vector<std::string> lines = {"first", "", std::string(300'000, 'l')};
  for (int i = 0; i < 20'000; ++i) lines.push_back("line " + std::to_string(i));
  return lines;
}

void write_all(const std::string& name, bool compress, const std::vector<std::string>& lines) {
  auto writer = LineWriter::open(name, compress);
  REQUIRE(writer.ok());
  for (const std::string& line : lines) REQUIRE((*writer)->write(line).ok());
  REQUIRE((*writer)->close().ok());
}

Result<std::vector<std::string>> read_all(const std::string& name) {
  auto reader = LineReader::open(name);
  if (!reader.ok()) return reader.error();
  std::vector<std::string> lines;
  while (true) {
    auto line = (*reader)->next();
    if (!line.ok()) return line.error();
    if (!*line) return lines;
    lines.push_back(std::move(**line));
  }
}

std::string bytes_of(const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_CASE("lines come back as they went, compressed or not") {
  const Folder folder;
  const auto lines = many_lines();
  for (const bool compress : {false, true}) {
    const std::string name = folder.file(compress ? "lines.zst" : "lines");
    write_all(name, compress, lines);
    CHECK(read_all(name).value() == lines);
  }
  CHECK(fs::file_size(folder.file("lines.zst")) < fs::file_size(folder.file("lines")) / 3);
}

TEST_CASE("a last line without a newline counts") {
  const Folder folder;
  std::ofstream(folder.file("x")) << "one\ntwo";
  CHECK(read_all(folder.file("x")).value() == std::vector<std::string>{"one", "two"});
}

TEST_CASE("an empty file has no lines") {
  const Folder folder;
  write_all(folder.file("plain"), false, {});
  write_all(folder.file("zstd"), true, {});
  CHECK(read_all(folder.file("plain")).value().empty());
  CHECK(read_all(folder.file("zstd")).value().empty());
}

TEST_CASE("a damaged or cut compressed file is refused, wherever it is cut") {
  const Folder folder;
  write_all(folder.file("whole"), true, {"one", "two", "three"});
  const std::string whole = bytes_of(folder.file("whole"));
  for (std::size_t size = 5; size < whole.size(); ++size) {
    std::ofstream(folder.file("cut"), std::ios::binary) << whole.substr(0, size);
    CAPTURE(size);
    CHECK_FALSE(read_all(folder.file("cut")).ok());
  }
  for (std::size_t at = 5; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    std::ofstream(folder.file("damaged"), std::ios::binary) << damaged;
    const auto read = read_all(folder.file("damaged"));
    CAPTURE(at);
    CHECK((!read.ok() || *read == std::vector<std::string>{"one", "two", "three"}));
  }
}

TEST_CASE("a file that was not closed leaves nothing behind, and keeps what was there") {
  const Folder folder;
  const std::string name = folder.file("x");
  write_all(name, false, {"old"});
  {
    auto writer = LineWriter::open(name, false);
    REQUIRE((*writer)->write("half").ok());
  }
  CHECK(read_all(name).value() == std::vector<std::string>{"old"});
  CHECK_FALSE(fs::exists(name + ".part"));
}

TEST_CASE("a file that cannot be opened is named") {
  const Folder folder;
  const auto reader = LineReader::open(folder.file("none"));
  REQUIRE_FALSE(reader.ok());
  CHECK(reader.error().text.find("none") != std::string::npos);
  CHECK_FALSE(LineWriter::open(folder.file("no/such/folder"), false).ok());
}

}  // namespace
}  // namespace quorate::cli
