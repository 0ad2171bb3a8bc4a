#include "actors/console/audit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace quorate {
namespace {

using Json = nlohmann::ordered_json;

/// Of a text that a client may have made long.
constexpr std::size_t text_bytes_max = 4096;

Error failed(const std::string& what, const std::string& path) {
  return {ErrorCode::io_error, "cannot " + what + " " + path + ": " + std::strerror(errno)};
}

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<AuditEntry> entry_of(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto seq = json.find("seq");
  const auto at = json.find("at_ms");
  if (seq == json.end() || !seq->is_number_unsigned()) return std::nullopt;
  if (at == json.end() || !at->is_number_integer()) return std::nullopt;
  AuditEntry entry;
  entry.seq = seq->get<std::uint64_t>();
  entry.at_ms = at->get<std::int64_t>();
  entry.who = text_of(json, "who");
  entry.role = text_of(json, "role");
  entry.from = text_of(json, "from");
  const auto via = json.find("via");
  if (via != json.end() && via->is_number_unsigned()) entry.via = via->get<std::uint32_t>();
  entry.act = text_of(json, "act");
  entry.target = text_of(json, "target");
  entry.reason = text_of(json, "reason");
  entry.outcome = text_of(json, "outcome");
  entry.text = text_of(json, "text");
  return entry;
}

void shorten(std::string& text) {
  if (text.size() <= text_bytes_max) return;
  text.resize(text_bytes_max);
  text += "...";
}

bool contains(const AuditEntry& entry, std::string_view search) {
  const auto has = [search](const std::string& text) {
    return text.find(search) != std::string::npos;
  };
  return has(entry.who) || has(entry.from) || has(entry.act) || has(entry.target) ||
         has(entry.reason) || has(entry.outcome) || has(entry.text);
}

/// That a rename is on stable storage too.
void sync_folder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) ::fsync(fd.get());
}

}  // namespace

nlohmann::ordered_json to_json(const AuditEntry& entry) {
  Json json{{"seq", entry.seq},
            {"at_ms", entry.at_ms},
            {"who", entry.who},
            {"role", entry.role},
            {"from", entry.from}};
  if (entry.via) json["via"] = *entry.via;
  json["act"] = entry.act;
  json["target"] = entry.target;
  if (!entry.reason.empty()) json["reason"] = entry.reason;
  json["outcome"] = entry.outcome;
  if (!entry.text.empty()) json["text"] = entry.text;
  return json;
}

Result<std::unique_ptr<AuditLog>> AuditLog::open(const std::string& folder,
                                                 std::uint64_t file_bytes_max) {
  std::unique_ptr<AuditLog> log(new AuditLog(folder + "/audit.log", file_bytes_max));
  if (Status status = log->load(); !status) return status.error();
  return log;
}

Status AuditLog::load() {
  // Behind a rotation the newest entries are in two files.
  load_file(path_ + ".1");
  load_file(path_);
  give_up_begun();
  return open_file();
}

void AuditLog::load_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  while (std::getline(file, line)) {
    // Ended by the file's end, not by the line's.
    ends_in_line_ = !file.eof();
    std::optional<AuditEntry> entry =
        line.size() <= entry_bytes_max ? entry_of(line) : std::nullopt;
    if (!entry) {
      ++damaged_;
      continue;
    }
    last_seq_ = std::max(last_seq_, entry->seq);
    keep(*std::move(entry));
  }
}

Status AuditLog::open_file() {
  fd_.reset(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct stat info {};
  if (!fd_.valid() || ::fstat(fd_.get(), &info) != 0) return failed("open", path_);
  if (!S_ISREG(info.st_mode)) return {ErrorCode::io_error, path_ + " is no file"};
  size_ = static_cast<std::uint64_t>(info.st_size);
  if (size_ == 0) ends_in_line_ = true;
  return {};
}

Status AuditLog::rotate() {
  const auto name = [this](int number) { return path_ + "." + std::to_string(number); };
  for (int number = old_files; number > 0; --number) {
    const std::string from = number == 1 ? path_ : name(number - 1);
    if (std::rename(from.c_str(), name(number).c_str()) != 0 && errno != ENOENT)
      return failed("rename", from);
  }
  if (Status status = open_file(); !status) return status;
  sync_folder(path_);
  return {};
}

Result<std::uint64_t> AuditLog::append(AuditEntry entry, bool is_destructive) {
  entry.seq = last_seq_ + 1;
  if (Status status = write(entry, is_destructive); !status) return status.error();
  keep(entry);
  tell(entry);
  return entry.seq;
}

Status AuditLog::append_outcome(AuditEntry entry, bool is_destructive) {
  const Status status = write(entry, is_destructive);
  keep(entry);
  tell(entry);
  return status;
}

Status AuditLog::write(AuditEntry& entry, bool is_destructive) {
  for (std::string* text : {&entry.who, &entry.role, &entry.from, &entry.act, &entry.target,
                            &entry.reason, &entry.outcome, &entry.text})
    shorten(*text);
  const std::string line =
      to_json(entry).dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
  Status status = write_line(line);
  if (status.ok()) {
    last_seq_ = std::max(last_seq_, entry.seq);
    if (is_destructive) status = sync();
  }
  if (!status.ok()) ++write_failures_;
  return status;
}

Status AuditLog::write_line(const std::string& line) {
  if (!fd_.valid() || size_ >= file_bytes_max_) {
    if (Status status = fd_.valid() ? rotate() : open_file(); !status) return status;
  }
  const std::string bytes = ends_in_line_ ? line : '\n' + line;
  const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
  if (written != static_cast<ssize_t>(bytes.size())) {
    // A part of a line may stand there now.
    if (written > 0) {
      ends_in_line_ = false;
      size_ += static_cast<std::uint64_t>(written);
      errno = ENOSPC;
    }
    return failed("write to", path_);
  }
  ends_in_line_ = true;
  size_ += bytes.size();
  return {};
}

Status AuditLog::sync() {
  if (::fsync(fd_.get()) == 0) return {};
  // What became of the line is not known, and asking again would not tell.
  const Status status = failed("sync", path_);
  fd_.reset();
  return status;
}

void AuditLog::keep(AuditEntry entry) {
  const auto at =
      std::lower_bound(entries_.begin(), entries_.end(), entry.seq,
                       [](const AuditEntry& kept, std::uint64_t seq) { return kept.seq < seq; });
  if (at != entries_.end() && at->seq == entry.seq) {
    *at = std::move(entry);
    return;
  }
  entries_.insert(at, std::move(entry));
  if (entries_.size() > entries_kept) entries_.pop_front();
}

void AuditLog::tell(const AuditEntry& entry) {
  if (listener_) listener_(entry);
}

void AuditLog::give_up_begun() {
  for (AuditEntry& entry : entries_) {
    if (entry.outcome != AuditEntry::begun) continue;
    entry.outcome = AuditEntry::unknown;
    entry.text = "the server ended before it could note what came of it";
  }
}

std::vector<AuditEntry> AuditLog::newest(std::size_t limit, std::string_view search) const {
  std::vector<AuditEntry> found;
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && found.size() < limit; ++entry)
    if (search.empty() || contains(*entry, search)) found.push_back(*entry);
  return found;
}

}  // namespace quorate
