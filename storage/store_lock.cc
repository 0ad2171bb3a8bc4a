#include "storage/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>

#include "storage/files.h"

namespace quorate {
namespace {

std::string holder_of(int descriptor) {
  std::array<char, 24> text{};
  const ssize_t got = ::pread(descriptor, text.data(), text.size(), 0);
  std::string digits;
  for (ssize_t i = 0; i < got; ++i) {
    const char byte = text[static_cast<std::size_t>(i)];
    if (std::isdigit(static_cast<unsigned char>(byte)) == 0) break;
    digits.push_back(byte);
  }
  return digits.empty() ? "another process" : "process " + digits;
}

}  // namespace

Result<std::unique_ptr<StoreLock>> StoreLock::take(const std::string& directory) {
  const Status made = make_directory(directory);
  if (!made) return made.error();
  const std::string path = directory + "/lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return io_error("open", path, errno);
  std::unique_ptr<StoreLock> lock(new StoreLock(descriptor));
  // Belongs to the open file: it holds within a process, too.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return io_error("lock", path, errno);
    return {ErrorCode::io_error, directory + " is in use by " + holder_of(descriptor) +
                                     ": stop it, or give this server a directory of its own"};
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
    return io_error("write", path, errno);
  return lock;
}

StoreLock::~StoreLock() { ::close(descriptor_); }

}  // namespace quorate
