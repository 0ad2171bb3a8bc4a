#include "client/cli/input_data.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <istream>
#include <system_error>

namespace quorate::cli {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{1} << 30;

}  // namespace

Result<std::string> read_file(Context& context, const std::string& file) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) {
      return Error{ErrorCode::bad_arguments, file + ": " + std::generic_category().message(errno)};
    }
  }
  std::istream& in = file == "-" ? context.input().in : opened;
  std::string bytes;
  std::array<char, 16384> chunk{};
  while (in.read(chunk.data(), chunk.size()) || in.gcount() > 0) {
    bytes.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > file_bytes_max) {
      return Error{ErrorCode::bad_arguments, file + ": more than 1 GiB"};
    }
  }
  if (in.bad()) return Error{ErrorCode::bad_arguments, file + ": reading failed"};
  return bytes;
}

Result<std::string> data_from(Context& context, const std::optional<std::string>& argument,
                              const std::string& file) {
  if (file.empty()) return argument.value_or("");
  if (argument) {
    return Error{ErrorCode::bad_arguments, "data is given twice: as an argument and by --file"};
  }
  return read_file(context, file);
}

}  // namespace quorate::cli
