#include "storage/log_entry.h"

#include <algorithm>
#include <string>

#include "core/base/crc32c.h"
#include "storage/bytes.h"

namespace quorate {
namespace {

constexpr char entry_version = 1;
constexpr std::size_t version_at = 4;
constexpr std::size_t previous_at = 5;

std::uint32_t checksum(std::string_view key, std::string_view behind_crc) {
  return crc32c(behind_crc, crc32c(key));
}

}  // namespace

LogKey log_key(Zxid zxid) {
  LogKey key{};
  store_u64(key.data(), zxid.value);
  std::reverse(key.begin(), key.end());
  return key;
}

Zxid zxid_of_key(std::string_view key) {
  LogKey reversed{};
  std::reverse_copy(key.begin(), key.end(), reversed.begin());
  return Zxid{load_u64(reversed.data())};
}

LogEntryHeader entry_header(const LogPosition& before, const LogPosition& after,
                            std::string_view bytes) {
  LogEntryHeader header{};
  header[version_at] = entry_version;
  store_u64(header.data() + previous_at, before.zxid.value);
  store_u64(header.data() + previous_at + 8, after.chain);
  const LogKey key = log_key(after.zxid);
  const std::string_view proof(header.data() + version_at, header.size() - version_at);
  const std::uint32_t crc = crc32c(bytes, checksum({key.data(), key.size()}, proof));
  store_u32(header.data(), crc);
  return header;
}

Result<LogEntry> decode_entry(std::string_view key, std::string_view value) {
  if (key.size() != sizeof(LogKey))
    return {ErrorCode::damaged, "the log holds a key of " + std::to_string(key.size()) + " bytes"};
  const Zxid zxid = zxid_of_key(key);
  if (value.size() < entry_header_bytes)
    return {ErrorCode::damaged, "record " + to_string(zxid) + " is cut short"};
  if (checksum(key, value.substr(version_at)) != load_u32(value.data()))
    return {ErrorCode::damaged, "record " + to_string(zxid) + " has a wrong checksum"};
  if (value[version_at] != entry_version) {
    return {ErrorCode::unimplemented,
            "record " + to_string(zxid) + " has format " +
                std::to_string(static_cast<unsigned char>(value[version_at])) +
                ", which this program does not know; start a newer one"};
  }
  const Zxid previous{load_u64(value.data() + previous_at)};
  const std::uint64_t chain = load_u64(value.data() + previous_at + 8);
  return LogEntry{{zxid, chain}, previous, value.substr(entry_header_bytes)};
}

Status check_follows(const LogPosition& before, const LogEntry& entry) {
  if (entry.previous != before.zxid) {
    return {ErrorCode::damaged, "record " + to_string(entry.position.zxid) + " follows " +
                                    to_string(entry.previous) + ", but the one before it is " +
                                    to_string(before.zxid)};
  }
  if (advance(before, entry.position.zxid, entry.bytes) != entry.position) {
    return {ErrorCode::damaged, "record " + to_string(entry.position.zxid) +
                                    " does not continue the chain hash of the history"};
  }
  return {};
}

}  // namespace quorate
