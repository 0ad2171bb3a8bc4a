#include "storage/fence.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <utility>

#include "core/base/check.h"
#include "core/base/crc32c.h"
#include "storage/bytes.h"
#include "storage/files.h"
#include "storage/promises_codec.h"

namespace quorate {
namespace {

constexpr std::string_view magic = "QFENCE1\n";
// Apart by more than a sector and a page, so that no single torn or lost write touches both.
constexpr std::size_t slot_distance = 4096;
constexpr std::size_t slot_bytes = 1024;

std::string encode_slot(const FenceMark& mark, std::uint64_t serial) {
  ByteWriter out;
  out.raw(magic).u64(serial).u64(mark.logged.value).u64(mark.changes);
  out.text(mark.promises ? encode_promises(*mark.promises) : std::string());
  check(out.str().size() + 4 <= slot_bytes, "promises are small");
  out.raw(std::string(slot_bytes - 4 - out.str().size(), '\0'));
  out.u32(crc32c(out.str()));
  return out.str();
}

struct Slot {
  FenceMark mark;
  std::uint64_t serial = 0;
};

std::optional<Slot> decode_slot(std::string_view bytes) {
  if (bytes.size() != slot_bytes || !bytes.starts_with(magic)) return std::nullopt;
  if (load_u32(bytes.data() + slot_bytes - 4) != crc32c(bytes.substr(0, slot_bytes - 4)))
    return std::nullopt;
  ByteReader in(bytes.substr(magic.size()));
  Slot slot;
  slot.serial = in.u64();
  slot.mark.logged = Zxid{in.u64()};
  slot.mark.changes = in.u64();
  const auto promises = in.text();
  if (promises.empty()) return slot;
  auto decoded = decode_promises(promises);
  if (!decoded) return std::nullopt;
  slot.mark.promises = *std::move(decoded);
  return slot;
}

}  // namespace

Fence::Fence(int descriptor, std::string path, FenceMark mark, std::uint64_t serial)
    : descriptor_(descriptor), path_(std::move(path)), mark_(std::move(mark)), serial_(serial) {}

Fence::~Fence() { ::close(descriptor_); }

Result<std::unique_ptr<Fence>> Fence::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) return std::unique_ptr<Fence>();
    return io_error("open", path, errno);
  }
  std::optional<Slot> newest;
  for (std::size_t i = 0; i < 2; ++i) {
    std::array<char, slot_bytes> bytes{};
    const ssize_t got =
        ::pread(descriptor, bytes.data(), slot_bytes, static_cast<off_t>(i * slot_distance));
    if (got != static_cast<ssize_t>(slot_bytes)) continue;  // An unreadable slot is a lost one.
    const auto slot = decode_slot({bytes.data(), slot_bytes});
    // A slot in the other's place is a misdirected write, not the newest truth.
    if (!slot || slot->serial % 2 != i) continue;
    if (!newest || slot->serial > newest->serial) newest = slot;
  }
  if (!newest) {
    ::close(descriptor);
    return {ErrorCode::damaged, "the fence " + path + " is damaged: neither slot is readable"};
  }
  return std::unique_ptr<Fence>(new Fence(descriptor, path, newest->mark, newest->serial));
}

Result<std::unique_ptr<Fence>> Fence::create(const std::string& path, const FenceMark& mark) {
  std::string bytes(2 * slot_distance, '\0');
  // Both slots from the start: a damaged one must not take the only copy with it.
  bytes.replace(0, slot_bytes, encode_slot(mark, 0));
  bytes.replace(slot_distance, slot_bytes, encode_slot(mark, 1));
  const Status written = write_file_durably(path, bytes);
  if (!written) return written.error();
  return open(path);
}

Status Fence::write(const FenceMark& mark) {
  const std::string slot = encode_slot(mark, serial_ + 1);
  const auto offset = static_cast<off_t>((serial_ + 1) % 2 * slot_distance);
  const ssize_t put = ::pwrite(descriptor_, slot.data(), slot.size(), offset);
  if (put != static_cast<ssize_t>(slot.size())) return io_error("write", path_, errno);
  if (::fdatasync(descriptor_) != 0) return io_error("sync", path_, errno);
  mark_ = mark;
  ++serial_;
  return {};
}

}  // namespace quorate
