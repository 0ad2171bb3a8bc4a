#include "storage/last_words.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/base/crc32c.h"
#include "storage/bytes.h"
#include "storage/files.h"

namespace quorate {
namespace {

constexpr std::string_view magic = "QWORDS1\n";
constexpr std::size_t file_bytes = 512;
constexpr std::size_t rule_at = 8 + 8 + 4;
constexpr std::size_t rule_bytes_max = file_bytes - rule_at - 4;
using Page = std::array<char, file_bytes>;

std::string_view before_crc(const Page& page) { return {page.data(), file_bytes - 4}; }

std::optional<LastWord> decode(const Page& page) {
  if (!std::string_view(page.data(), page.size()).starts_with(magic)) return std::nullopt;
  if (load_u32(page.data() + file_bytes - 4) != crc32c(before_crc(page))) return std::nullopt;
  LastWord word;
  word.applying = Zxid{load_u64(page.data() + 8)};
  word.times = load_u32(page.data() + 16);
  word.rule.assign(page.data() + rule_at, ::strnlen(page.data() + rule_at, rule_bytes_max));
  return word;
}

}  // namespace

LastWords::LastWords(int descriptor, std::string path)
    : descriptor_(descriptor), path_(std::move(path)) {}

LastWords::~LastWords() { ::close(descriptor_); }

Result<std::unique_ptr<LastWords>> LastWords::open(const std::string& path) {
  if (!exists(path)) {
    // Written, not merely sized: speaking must not need a block that a full disk has not.
    const Status made = write_file_durably(path, std::string(file_bytes, '\0'));
    if (!made) return made.error();
  }
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return io_error("open", path, errno);
  std::unique_ptr<LastWords> words(new LastWords(descriptor, path));
  Page page{};
  const ssize_t got = ::pread(descriptor, page.data(), page.size(), 0);
  if (got < 0) return io_error("read", path, errno);
  words->left_ = decode(page);
  return words;
}

void LastWords::speak(const char* rule) noexcept {
  const Zxid zxid = mark_.zxid();
  if (zxid == Zxid{}) return;
  const bool again = left_ && left_->applying == zxid;
  Page page{};
  std::copy(magic.begin(), magic.end(), page.begin());
  store_u64(page.data() + 8, zxid.value);
  store_u32(page.data() + 16, again ? left_->times + 1 : 1);
  for (std::size_t i = 0; i < rule_bytes_max && rule != nullptr && rule[i] != '\0'; ++i)
    page[rule_at + i] = rule[i];
  store_u32(page.data() + file_bytes - 4, crc32c(before_crc(page)));
  // The process is ending: there is nobody to tell of an error.
  if (::pwrite(descriptor_, page.data(), page.size(), 0) < 0) return;
  ::fdatasync(descriptor_);
}

Status LastWords::clear() {
  const Page silence{};
  if (::pwrite(descriptor_, silence.data(), silence.size(), 0) !=
      static_cast<ssize_t>(silence.size()))
    return io_error("write", path_, errno);
  if (::fdatasync(descriptor_) != 0) return io_error("sync", path_, errno);
  left_.reset();
  return {};
}

}  // namespace quorate
