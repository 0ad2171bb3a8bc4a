// Writes the files of schema/golden that are missing: write_golden FOLDER.
//
// It never changes a file: bytes that were published once are what others rely on.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "test/unit/schema/golden_values.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_golden FOLDER\n");
    return 2;
  }
  for (const auto& [file, bytes] : quorate::test::golden_files()) {
    const std::filesystem::path path = std::filesystem::path(argv[1]) / file;
    if (std::filesystem::exists(path)) continue;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << quorate::test::to_hex(bytes);
    std::printf("%s\n", path.c_str());
  }
  return 0;
}
