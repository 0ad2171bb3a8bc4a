// What was done through the console, by whom: a file that only grows, and the newest in memory.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/runtime/unique_fd.h"
#include "core/base/result.h"

namespace quorate {

/// As AuditEntry of the API has it.
struct AuditEntry {
  std::uint64_t seq = 0;  ///< Given by the log: 1, 2, ...
  std::int64_t at_ms = 0;
  std::string who;
  std::string role;
  std::string from;
  std::optional<std::uint32_t> via;  ///< The server that passed it on.
  std::string act;
  std::string target;
  std::string reason;
  std::string outcome;  ///< "ok", the code of the error, or one of the two below.
  std::string text;

  /// It is under way.
  static constexpr std::string_view begun = "begun";
  /// It began, and the server ended before it could note what came of it.
  static constexpr std::string_view unknown = "unknown";

  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

/// Its members in the order of the API. What is not UTF-8 is replaced when it is written.
[[nodiscard]] nlohmann::ordered_json to_json(const AuditEntry& entry);

/// The file `audit.log` of a folder, a JSON object on each line. When it has grown large it becomes
/// audit.log.1, that one audit.log.2, and so on; the oldest goes.
///
/// An act that is done has two lines of one number: one from before, which says "begun", and one
/// with its outcome. They are one entry here. Where the second one is missing the outcome is
/// unknown.
///
/// A line is one write; a crash can damage the last one at most, which is skipped at the next
/// start. Not for several threads at once.
class AuditLog {
 public:
  using Listener = std::function<void(const AuditEntry&)>;

  static constexpr std::uint64_t default_file_bytes_max = 8U << 20;
  static constexpr int old_files = 4;
  static constexpr std::size_t entries_kept = 1000;
  static constexpr std::size_t entry_bytes_max = 64U << 10;

  /// Errors: io_error, naming the file.
  [[nodiscard]] static Result<std::unique_ptr<AuditLog>> open(
      const std::string& folder, std::uint64_t file_bytes_max = default_file_bytes_max);

  /// Appends an entry and returns the number that it was given; `is_destructive`: it is on stable
  /// storage before this returns. Error io_error: nothing was kept, and an act that it says has
  /// begun must not be done.
  [[nodiscard]] Result<std::uint64_t> append(AuditEntry entry, bool is_destructive);

  /// Appends what came of the act that began as `entry.seq`, which is kept in any case.
  [[nodiscard]] Status append_outcome(AuditEntry entry, bool is_destructive);

  /// Nothing is under way any more: nobody will say what came of it.
  void give_up_begun();

  /// The newest `limit` of those kept that contain `search` in any text, newest first.
  [[nodiscard]] std::vector<AuditEntry> newest(std::size_t limit,
                                               std::string_view search = {}) const;

  /// Called for each entry from now on, and again with its outcome.
  void listen(Listener listener) { listener_ = std::move(listener); }

  /// How often something could not be written.
  [[nodiscard]] std::uint64_t write_failures() const { return write_failures_; }

  /// Of the newest entry, also of earlier processes.
  [[nodiscard]] std::uint64_t last_seq() const { return last_seq_; }

  /// Lines of the file that could not be read at the start.
  [[nodiscard]] std::size_t damaged() const { return damaged_; }

 private:
  AuditLog(std::string path, std::uint64_t file_bytes_max)
      : path_(std::move(path)), file_bytes_max_(file_bytes_max) {}
  [[nodiscard]] Status load();
  void load_file(const std::string& path);
  [[nodiscard]] Status open_file();
  [[nodiscard]] Status rotate();
  [[nodiscard]] Status write(AuditEntry& entry, bool is_destructive);
  [[nodiscard]] Status write_line(const std::string& line);
  [[nodiscard]] Status sync();
  void keep(AuditEntry entry);
  void tell(const AuditEntry& entry);

  std::string path_;
  std::uint64_t file_bytes_max_;
  UniqueFd fd_;
  std::uint64_t size_ = 0;
  bool ends_in_line_ = true;  ///< False: a part of a line stands at the end.
  std::uint64_t last_seq_ = 0;
  std::size_t damaged_ = 0;
  std::uint64_t write_failures_ = 0;
  std::deque<AuditEntry> entries_;  ///< By number.
  Listener listener_;
};

}  // namespace quorate
