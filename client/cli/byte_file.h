// Files of lines, compressed or not.
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace quorate::cli {

/// Writes to a file or standard output, through zstd when asked. A regular file appears under its
/// name only when close() succeeded; until then it is NAME.part.
class LineWriter {
 public:
  /// `name` "-": standard output. Error bad_arguments names the file and why.
  [[nodiscard]] static Result<std::unique_ptr<LineWriter>> open(const std::string& name,
                                                                bool compress);
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  /// Adds the line and a newline. After an error nothing more is written.
  Status write(std::string_view line);
  /// Ends the compressed stream, syncs and renames.
  Status close();

 private:
  struct Compressor;
  LineWriter(std::string name, std::FILE* file, bool compress);
  Status compress(std::string_view bytes, bool last);
  Status put(std::string_view bytes);

  std::string name_;
  std::FILE* file_;
  std::unique_ptr<Compressor> compressor_;
};

/// Reads what LineWriter wrote, or any text; recognises zstd by its magic number.
class LineReader {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LineReader>> open(const std::string& name);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// The next line without its newline, or nothing at the end. Errors: a damaged or truncated
  /// compressed stream, a line above 64 MiB.
  [[nodiscard]] Result<std::optional<std::string>> next();
  /// Bytes of the file read so far, and in all (0: unknown), for progress.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  struct Decompressor;
  LineReader(std::string name, std::FILE* file);
  Status fill();

  std::string name_;
  std::FILE* file_;
  std::unique_ptr<Decompressor> decompressor_;
  std::string text_;       ///< Read and not handed out.
  std::size_t start_ = 0;  ///< Of the next line in it.
  bool first_ = true;
  bool at_end_ = false;
  bool frame_open_ = false;
  std::uint64_t position_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace quorate::cli
