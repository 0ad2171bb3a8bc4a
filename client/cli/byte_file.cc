#include "client/cli/byte_file.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace quorate::cli {
namespace {

constexpr int compression_level = 6;
constexpr std::size_t chunk_bytes = 128 << 10;
constexpr std::size_t line_bytes_max = std::size_t{64} << 20;
constexpr std::string_view zstd_magic = "\x28\xb5\x2f\xfd";

Error file_error(const std::string& name, const std::string& why) {
  return {ErrorCode::bad_arguments, (name == "-" ? "standard input or output" : name) + ": " + why};
}

Error last_error(const std::string& name) {
  return file_error(name, std::generic_category().message(errno));
}

std::string part_of(const std::string& name) { return name + ".part"; }

}  // namespace

struct LineWriter::Compressor {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  std::vector<char> out = std::vector<char>(ZSTD_CStreamOutSize());
  ~Compressor() { ZSTD_freeCCtx(context); }
};

LineWriter::LineWriter(std::string name, std::FILE* file, bool compress)
    : name_(std::move(name)), file_(file) {
  if (!compress) return;
  compressor_ = std::make_unique<Compressor>();
  ZSTD_CCtx_setParameter(compressor_->context, ZSTD_c_compressionLevel, compression_level);
  ZSTD_CCtx_setParameter(compressor_->context, ZSTD_c_checksumFlag, 1);
}

LineWriter::~LineWriter() {
  if (file_ != nullptr && file_ != stdout) {
    std::fclose(file_);
    ::unlink(part_of(name_).c_str());  // Not whole: better none than half a file.
  }
}

Result<std::unique_ptr<LineWriter>> LineWriter::open(const std::string& name, bool compress) {
  std::FILE* file = name == "-" ? stdout : std::fopen(part_of(name).c_str(), "wbe");
  if (file == nullptr) return last_error(part_of(name));
  return std::unique_ptr<LineWriter>(new LineWriter(name, file, compress));
}

Status LineWriter::put(std::string_view bytes) {
  if (file_ == nullptr) return file_error(name_, "it is closed");
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) return last_error(name_);
  return {};
}

Status LineWriter::compress(std::string_view bytes, bool last) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  while (true) {
    ZSTD_outBuffer out{compressor_->out.data(), compressor_->out.size(), 0};
    const std::size_t left =
        ZSTD_compressStream2(compressor_->context, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left) != 0U) return file_error(name_, ZSTD_getErrorName(left));
    if (Status written = put({compressor_->out.data(), out.pos}); !written.ok()) return written;
    if (last ? left == 0 : in.pos == in.size) return {};
  }
}

Status LineWriter::write(std::string_view line) {
  for (const std::string_view part : {line, std::string_view("\n")}) {
    if (Status written = compressor_ ? compress(part, false) : put(part); !written.ok()) {
      return written;
    }
  }
  return {};
}

Status LineWriter::close() {
  if (compressor_) {
    if (Status ended = compress({}, true); !ended.ok()) return ended;
  }
  if (std::fflush(file_) != 0) return last_error(name_);
  if (file_ == stdout) return {};
  if (::fsync(::fileno(file_)) != 0) return last_error(name_);
  if (std::fclose(std::exchange(file_, nullptr)) != 0) return last_error(name_);
  if (std::rename(part_of(name_).c_str(), name_.c_str()) != 0) return last_error(name_);
  return {};
}

struct LineReader::Decompressor {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  std::vector<char> out = std::vector<char>(ZSTD_DStreamOutSize());
  ~Decompressor() { ZSTD_freeDCtx(context); }
};

LineReader::LineReader(std::string name, std::FILE* file) : name_(std::move(name)), file_(file) {
  struct stat facts {};
  if (::fstat(::fileno(file_), &facts) == 0 && S_ISREG(facts.st_mode)) {
    size_ = static_cast<std::uint64_t>(facts.st_size);
  }
}

LineReader::~LineReader() {
  if (file_ != stdin) std::fclose(file_);
}

Result<std::unique_ptr<LineReader>> LineReader::open(const std::string& name) {
  std::FILE* file = name == "-" ? stdin : std::fopen(name.c_str(), "rbe");
  if (file == nullptr) return last_error(name);
  return std::unique_ptr<LineReader>(new LineReader(name, file));
}

/// Adds a chunk to the text.
Status LineReader::fill() {
  std::string chunk(chunk_bytes, '\0');
  chunk.resize(std::fread(chunk.data(), 1, chunk.size(), file_));
  if (std::ferror(file_) != 0) return last_error(name_);
  position_ += chunk.size();
  at_end_ = chunk.empty();
  if (std::exchange(first_, false) && chunk.starts_with(zstd_magic)) {
    decompressor_ = std::make_unique<Decompressor>();
  }
  text_.erase(0, std::exchange(start_, 0));
  if (!decompressor_) {
    text_ += chunk;
    return {};
  }
  if (at_end_ && frame_open_) return file_error(name_, "the compressed stream ends too soon");
  ZSTD_inBuffer in{chunk.data(), chunk.size(), 0};
  std::size_t produced = 0;
  do {
    ZSTD_outBuffer out{decompressor_->out.data(), decompressor_->out.size(), 0};
    const std::size_t left = ZSTD_decompressStream(decompressor_->context, &out, &in);
    if (ZSTD_isError(left) != 0U) return file_error(name_, ZSTD_getErrorName(left));
    if (!chunk.empty()) frame_open_ = left != 0;
    text_.append(decompressor_->out.data(), out.pos);
    produced = out.pos;
    if (text_.size() > 2 * line_bytes_max) return file_error(name_, "a line is above 64 MiB");
  } while (in.pos < in.size || produced == decompressor_->out.size());
  return {};
}

Result<std::optional<std::string>> LineReader::next() {
  std::size_t searched = start_;
  while (true) {
    const std::size_t end = text_.find('\n', searched);
    if (end != std::string::npos) {
      std::string line = text_.substr(start_, end - start_);
      start_ = end + 1;
      return std::optional<std::string>(std::move(line));
    }
    if (at_end_) {
      if (start_ == text_.size()) return std::optional<std::string>();
      std::string line = text_.substr(std::exchange(start_, text_.size()));
      return std::optional<std::string>(std::move(line));
    }
    if (text_.size() - start_ > line_bytes_max) return file_error(name_, "a line is above 64 MiB");
    searched = text_.size() - start_;  // fill() moves the text to the front.
    if (Status filled = fill(); !filled.ok()) return filled.error();
  }
}

}  // namespace quorate::cli
