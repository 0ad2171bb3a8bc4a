#include "bench/bare/append_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "bench/measure/clock.h"
#include "bench/measure/usage.h"
#include "bench/net/fd.h"
#include "bench/net/socket.h"

namespace quorate::bench {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{64} << 20;

Status append(int fd, const std::vector<char>& batch) {
  std::size_t written = 0;
  while (written < batch.size()) {
    const ssize_t count = ::write(fd, batch.data() + written, batch.size() - written);
    if (count < 0) return system_failure("write");
    written += static_cast<std::size_t>(count);
  }
  if (::fdatasync(fd) != 0) return system_failure("fdatasync");
  return {};
}

}  // namespace

Result<AppendLogResult> run_append_log(const AppendLogOptions& options) {
  std::string name = options.directory + "/bare-log-XXXXXX";
  const Fd file(::mkstemp(name.data()));
  if (!file.valid()) return system_failure("a file in " + options.directory);
  ::unlink(name.c_str());

  const std::vector<char> batch(options.record_bytes * options.batch_records, 'r');
  AppendLogResult result;
  std::size_t file_bytes = 0;
  const Nanoseconds cpu_before = own_cpu_ns();
  const Nanoseconds begin = now_ns();
  const Nanoseconds end = begin + static_cast<Nanoseconds>(options.seconds * ns_per_s);
  Nanoseconds at = begin;
  while (at < end) {
    if (file_bytes + batch.size() > file_bytes_max) {
      if (::ftruncate(file.get(), 0) != 0 || ::lseek(file.get(), 0, SEEK_SET) != 0) {
        return system_failure("ftruncate");
      }
      file_bytes = 0;
    }
    if (Status status = append(file.get(), batch); !status) return status.error();
    file_bytes += batch.size();
    result.records += options.batch_records;
    const Nanoseconds now = now_ns();
    result.sync_ns.record(static_cast<std::uint64_t>(now - at));
    at = now;
  }
  result.cpu_ns = own_cpu_ns() - cpu_before;
  result.seconds = static_cast<double>(at - begin) / ns_per_s;
  return result;
}

}  // namespace quorate::bench
