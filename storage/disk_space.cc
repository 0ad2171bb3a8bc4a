#include "storage/disk_space.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "storage/files.h"

namespace quorate {

Result<DiskSpace> disk_space(const std::string& directory) {
  std::error_code error;
  const auto space = std::filesystem::space(directory, error);
  if (error) return io_error("ask for the free space of", directory, error.value());
  return DiskSpace{space.available, space.capacity};
}

Status take_reserve(const std::string& path, std::uint64_t bytes) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return io_error("create", path, errno);
  const int result = bytes == 0 ? 0 : ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
  ::close(descriptor);
  if (result == 0) return {};
  // Half a reserve would only take room from those who need it now.
  const Status released = release_reserve(path);
  return released ? Status{io_error("reserve space in", path, result)} : released;
}

Status release_reserve(const std::string& path) { return remove_all(path); }

}  // namespace quorate
