#include "config/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "config/properties.h"

namespace quorate {
namespace {

std::string reason(int error) { return std::error_code(error, std::generic_category()).message(); }

Error refused(const std::string& path, std::string_view what) {
  return Error{ErrorCode::bad_arguments, fmt::format("{}: {}", path, what)};
}

/// Reads to the end, but at most the limit and one byte, whatever the size claims to be.
Result<std::string> read_all(int descriptor, const std::string& path) {
  std::string text;
  text.resize(properties_bytes_max + 1);
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::read(descriptor, text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refused(path, "cannot be read: " + reason(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  if (filled > properties_bytes_max)
    return refused(path, fmt::format("is larger than {} bytes", properties_bytes_max));
  text.resize(filled);
  return text;
}

Status make_directories(const std::string& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (::mkdir(part.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
      return Error{
          ErrorCode::io_error,
          fmt::format("{}: cannot be made: {}; make it, or set data_dir", part, reason(errno))};
    }
    if (end == std::string::npos) return {};
  }
}

Status prepare_directory(const std::string& path, bool create) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    if (errno != ENOENT)
      return Error{ErrorCode::io_error, fmt::format("{}: {}", path, reason(errno))};
    if (!create) {
      return Error{ErrorCode::io_error,
                   fmt::format("{}: does not exist, and data_dir_create is false; is a volume not "
                               "mounted?",
                               path)};
    }
    if (Status status = make_directories(path); !status) return status;
  } else if (!S_ISDIR(found.st_mode)) {
    return Error{ErrorCode::io_error, fmt::format("{}: is not a directory", path)};
  }
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return Error{ErrorCode::io_error,
                 fmt::format("{}: user {} may not write there: {}; change its owner", path,
                             ::geteuid(), reason(errno))};
  }
  return {};
}

}  // namespace

Result<std::string> read_small_file(const std::string& path) {
  // Not blocking: opening a named pipe must not hang the start.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    const std::string text = fmt::format("{}: cannot be opened: {}", path, reason(errno));
    return Error{missing ? ErrorCode::no_node : ErrorCode::bad_arguments, text};
  }
  struct stat found {};
  const bool regular = ::fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode);
  auto text = regular ? read_all(descriptor, path)
                      : Result<std::string>(refused(path, "is not a regular file"));
  ::close(descriptor);
  return text;
}

std::vector<std::pair<std::string, std::string>> process_environment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line = *entry;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return variables;
}

Status prepare_directories(const Config& config) {
  if (Status status = prepare_directory(config.data_dir, config.data_dir_create); !status)
    return status;
  return prepare_directory(config.data_log_dir, config.data_dir_create);
}

}  // namespace quorate
