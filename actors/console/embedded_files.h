// The files of the page, as they were when the program was built.
#pragma once

#include <span>
#include <string_view>

namespace quorate {

struct EmbeddedFile {
  std::string_view path;  ///< "/assets/page.js".
  std::string_view plain;
  std::string_view packed;  ///< With gzip.
};

/// Generated: see cmake/EmbedFiles.cmake.
[[nodiscard]] std::span<const EmbeddedFile> embedded_files();

}  // namespace quorate
