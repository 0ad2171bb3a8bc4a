#include "storage/wal_scan.h"

#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/crc32c.h"
#include "storage/bytes.h"
#include "storage/log_entry.h"
#include "storage/rocks_status.h"

namespace quorate {
namespace {

constexpr std::string_view marker_magic = "Qsync";

// RocksDB's WAL format: blocks of 32 KiB filled with fragments; a fragment has a masked CRC-32C of
// type and payload, a length of 16 bits and a type, and never crosses a block.
constexpr std::size_t block_bytes = 32768;
constexpr std::size_t header_bytes = 7;
enum FragmentType : unsigned char { full = 1, first = 2, middle = 3, last = 4 };

std::uint32_t unmask(std::uint32_t masked) {
  const std::uint32_t rotated = masked - 0xa282ead8U;
  return (rotated >> 17) | (rotated << 15);
}

struct Fragment {
  unsigned char type = 0;
  std::string_view payload;
};

/// The fragment at `at`, if there is a valid one.
std::optional<Fragment> fragment_at(std::string_view wal, std::size_t at) {
  const std::size_t block_left = block_bytes - at % block_bytes;
  const std::size_t left = std::min(wal.size() - at, block_left);
  if (left < header_bytes) return std::nullopt;
  const auto type = static_cast<unsigned char>(wal[at + 6]);
  if (type < full || type > last) return std::nullopt;
  const std::size_t size = static_cast<unsigned char>(wal[at + 4]) |
                           (std::size_t{static_cast<unsigned char>(wal[at + 5])} << 8);
  if (header_bytes + size > left) return std::nullopt;
  if (crc32c(wal.substr(at + 6, 1 + size)) != unmask(load_u32(wal.data() + at)))
    return std::nullopt;
  return Fragment{type, wal.substr(at + header_bytes, size)};
}

/// What one batch in the WAL says.
struct BatchContent : rocksdb::WriteBatch::Handler {
  Zxid highest;
  std::optional<Zxid> cut_from;
  std::uint64_t synced_below = 0;

  rocksdb::Status PutCF(std::uint32_t family, const rocksdb::Slice& key,
                        const rocksdb::Slice& /*value*/) override {
    if (family == 0 && key.size() == sizeof(LogKey))
      highest = std::max(highest, zxid_of_key({key.data(), key.size()}));
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(std::uint32_t /*family*/, const rocksdb::Slice& /*key*/) override {
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteRangeCF(std::uint32_t family, const rocksdb::Slice& begin,
                                const rocksdb::Slice& /*end*/) override {
    if (family == 0 && begin.size() == sizeof(LogKey))
      cut_from = zxid_of_key({begin.data(), begin.size()});
    return rocksdb::Status::OK();
  }
  void LogData(const rocksdb::Slice& blob) override {
    const std::string_view data(blob.data(), blob.size());
    if (data.size() == marker_magic.size() + 8 && data.starts_with(marker_magic))
      synced_below = std::max(synced_below, load_u64(data.data() + marker_magic.size()));
  }
};

/// Follows the fragments of all files and keeps what matters for the report.
class Scan {
 public:
  void file(const std::string& name, std::string_view wal) {
    begin_file(name);
    std::size_t at = 0;
    while (at < wal.size()) {
      const std::size_t block_left = block_bytes - at % block_bytes;
      if (block_left < header_bytes) {
        at += block_left;
        continue;
      }
      const auto found = fragment_at(wal, at);
      if (!found) {
        bad_spot(at);
        ++at;  // A damaged length says nothing: try every place behind it.
        continue;
      }
      if (!fragment(*found, at)) bad_spot(record_at_);
      at += header_bytes + found->payload.size();
    }
    if (in_record_) bad_spot(record_at_);
  }

  [[nodiscard]] std::optional<WalTear> tear() const { return tear_; }

 private:
  void begin_file(const std::string& name) {
    file_ = name;
    in_record_ = false;
    record_.clear();
  }

  void bad_spot(std::size_t at) {
    in_record_ = false;
    if (tear_) return;
    tear_ = WalTear{file_, at, highest_, Zxid{}, false};
  }

  /// False when the fragments do not make a record.
  bool fragment(const Fragment& fragment, std::size_t at) {
    const bool starts = fragment.type == full || fragment.type == first;
    if (starts) {
      const bool unfinished = in_record_;
      if (unfinished) bad_spot(record_at_);
      record_.assign(fragment.payload);
      record_at_ = at;
      in_record_ = true;
    } else {
      if (!in_record_) {
        record_at_ = at;
        return false;
      }
      record_.append(fragment.payload);
    }
    if (fragment.type != full && fragment.type != last) return true;
    in_record_ = false;
    return batch(record_);
  }

  bool batch(const std::string& bytes) {
    constexpr std::size_t batch_header_bytes = 12;
    if (bytes.size() < batch_header_bytes) return false;
    const std::uint64_t sequence = load_u64(bytes.data());
    const std::uint32_t count = load_u32(bytes.data() + 8);
    BatchContent content;
    if (!rocksdb::WriteBatch(bytes).Iterate(&content).ok()) return false;
    // Nothing is missing: the bad spot was never a record.
    if (tear_ && first_behind_ == 0 && next_ != 0 && sequence == next_) tear_.reset();
    if (tear_) {
      behind_tear(sequence, content);
      return true;
    }
    next_ = sequence + count;
    if (content.cut_from && highest_ >= *content.cut_from)
      highest_ = Zxid{content.cut_from->value - 1};
    highest_ = std::max(highest_, content.highest);
    return true;
  }

  /// The numbers from next_ (unknown when the bad spot came first) up to that of the first batch
  /// behind it are lost. Whoever wrote a batch and knew one of them synced proves damage.
  void behind_tear(std::uint64_t sequence, const BatchContent& content) {
    tear_->last_after = std::max(tear_->last_after, content.highest);
    if (first_behind_ == 0) first_behind_ = sequence;
    const std::uint64_t lost = next_ != 0 ? next_ : first_behind_ - 1;
    if (content.synced_below > lost) tear_->synced_lost = true;
  }

  std::string file_;
  std::string record_;
  std::size_t record_at_ = 0;
  bool in_record_ = false;
  Zxid highest_;
  std::uint64_t next_ = 0;  ///< RocksDB's number of what follows the last good batch; 0: unknown.
  std::uint64_t first_behind_ = 0;  ///< Number of the first batch behind the bad spot.
  std::optional<WalTear> tear_;
};

}  // namespace

void put_sync_marker(rocksdb::WriteBatch& batch, std::uint64_t synced_below) {
  ByteWriter marker;
  marker.raw(marker_magic).u64(synced_below);
  batch.PutLogData(marker.str());
}

Result<WalReport> scan_wal(rocksdb::Env& env, const std::string& directory) {
  std::vector<std::string> names;
  const auto listed = env.GetChildren(directory, &names);
  if (!listed.ok()) return rocks_error("listing " + directory, listed);
  std::vector<std::pair<std::uint64_t, std::string>> files;
  for (const std::string& name : names) {
    const std::size_t digits = name.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string::npos || name.substr(digits) != ".log") continue;
    files.emplace_back(std::strtoull(name.c_str(), nullptr, 10), directory + "/" + name);
  }
  std::sort(files.begin(), files.end());

  WalReport report;
  report.found = !files.empty();
  Scan scan;
  for (const auto& [number, path] : files) {
    std::string wal;
    const auto read = rocksdb::ReadFileToString(&env, path, &wal);
    if (!read.ok()) return rocks_error("reading " + path, read);
    scan.file(path, wal);
  }
  report.tear = scan.tear();
  return report;
}

}  // namespace quorate
