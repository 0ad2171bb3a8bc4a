#include "storage/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace quorate {
namespace {

namespace fs = std::filesystem;

Status io_status(std::string_view what, std::string_view path, const std::error_code& error) {
  if (!error) return {};
  return io_error(what, path, error.value());
}

std::string parent_of(const std::string& path) {
  const auto parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

Status write_all(int descriptor, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return io_error("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(descriptor) != 0) return io_error("sync", path, errno);
  return {};
}

}  // namespace

Error io_error(std::string_view what, std::string_view path, int error_number) {
  std::string text = "cannot ";
  text.append(what).append(" ").append(path).append(": ");
  return {ErrorCode::io_error, text + std::generic_category().message(error_number)};
}

Status write_file_durably(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return io_error("create", fresh, errno);
  const Status written = write_all(descriptor, fresh, bytes);
  ::close(descriptor);
  if (!written) return written;
  return move_durably(fresh, path);
}

Status sync_directory(const std::string& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return io_error("open", directory, errno);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  if (result != 0) return io_error("sync", directory, error);
  return {};
}

Status make_directory(const std::string& directory) {
  if (exists(directory)) return {};
  const std::string parent = parent_of(directory);
  if (parent != directory) {
    const Status made = make_directory(parent);
    if (!made) return made;
  }
  constexpr mode_t owner_only = 0700;  // What is kept there is for nobody else to read.
  if (::mkdir(directory.c_str(), owner_only) != 0 && errno != EEXIST)
    return io_error("create", directory, errno);
  return sync_directory(parent);
}

Status move_durably(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return io_status("rename to", to, error);
  const Status synced = sync_directory(parent_of(to));
  if (!synced || parent_of(from) == parent_of(to)) return synced;
  return sync_directory(parent_of(from));
}

Status swap_durably(const std::string& one, const std::string& other) {
  if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0)
    return sync_directory(parent_of(one));
  if (errno != EINVAL && errno != ENOSYS) return io_error("exchange", one, errno);
  const std::string third = one + ".old";
  Status done = move_durably(one, third);
  if (done) done = move_durably(other, one);
  return done ? move_durably(third, other) : done;
}

Status remove_all(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  return io_status("remove", path, error);
}

Status link_file(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::create_hard_link(from, to, error);
  return io_status("link to", to, error);
}

Status copy_file(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) return io_status("copy to", to, error);
  const int descriptor = ::open(to.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return io_error("open", to, errno);
  const int result = ::fsync(descriptor);
  const int number = errno;
  ::close(descriptor);
  return result == 0 ? Status{} : Status{io_error("sync", to, number)};
}

bool exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

Result<std::vector<std::string>> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entries(directory, error);
  if (error == std::errc::no_such_file_or_directory) return names;
  for (; !error && entries != fs::directory_iterator(); entries.increment(error))
    names.push_back(entries->path().filename().string());
  if (error) return io_status("list", directory, error).error();
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> read_file(const std::string& path, std::uint64_t bytes_max) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return io_error("open", path, errno);
  std::string bytes;
  std::array<char, 65536> piece{};
  ssize_t got = 0;
  while ((got = ::read(descriptor, piece.data(), piece.size())) > 0 && bytes.size() <= bytes_max)
    bytes.append(piece.data(), static_cast<std::size_t>(got));
  const int error = errno;
  ::close(descriptor);
  if (got < 0) return io_error("read", path, error);
  if (bytes.size() > bytes_max) return {ErrorCode::damaged, path + " is larger than it can be"};
  return bytes;
}

}  // namespace quorate
