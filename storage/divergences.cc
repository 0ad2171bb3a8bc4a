#include "storage/divergences.h"

#include <chrono>
#include <string_view>
#include <utility>

#include "core/base/crc32c.h"
#include "storage/bytes.h"
#include "storage/files.h"
#include "storage/image_names.h"
#include "storage/store.h"

namespace quorate {
namespace {

constexpr std::string_view magic = "QDIVERG1";
constexpr std::size_t note_bytes = 8 + 4 * 8;
constexpr std::string_view pending_name = "/diverged";
constexpr std::string_view last_name = "/diverged.last";
constexpr std::string_view aside_prefix = "diverged-";

std::string encode(const DivergenceNote& note) {
  std::string bytes(note_bytes + 4, '\0');
  bytes.replace(0, magic.size(), magic);
  store_u64(bytes.data() + 8, note.zxid.value);
  store_u64(bytes.data() + 16, note.digest);
  store_u64(bytes.data() + 24, note.expected);
  store_u64(bytes.data() + 32, static_cast<std::uint64_t>(note.wall_ms));
  store_u32(bytes.data() + note_bytes, crc32c(std::string_view(bytes).substr(0, note_bytes)));
  return bytes;
}

Result<std::optional<DivergenceNote>> read_note(const std::string& path) {
  if (!exists(path)) return std::optional<DivergenceNote>();
  const auto bytes = read_file(path, note_bytes + 4);
  if (!bytes) return bytes.error();
  const std::string_view body = std::string_view(*bytes).substr(0, note_bytes);
  const bool whole = bytes->size() == note_bytes + 4 && body.starts_with(magic) &&
                     load_u32(bytes->data() + note_bytes) == crc32c(body);
  if (!whole) {
    return {ErrorCode::damaged,
            path +
                " cannot be read; it says that this server's state was found to be wrong: empty "
                "its directories and let it join anew"};
  }
  return std::optional(DivergenceNote{Zxid{load_u64(body.data() + 8)}, load_u64(body.data() + 16),
                                      load_u64(body.data() + 24),
                                      static_cast<std::int64_t>(load_u64(body.data() + 32))});
}

}  // namespace

std::string DivergenceNote::aside() const {
  return std::string(aside_prefix) + to_string(zxid) + "-" + std::to_string(wall_ms);
}

bool is_too_soon(const DivergenceNote& now, const DivergenceNote& before) {
  constexpr std::chrono::milliseconds rest = std::chrono::hours(1);
  return now.wall_ms - before.wall_ms < rest.count();
}

Status carry_out(const SetAsideStep& step) {
  switch (step.kind) {
    case SetAsideStep::Kind::make:
      return make_directory(step.from);
    case SetAsideStep::Kind::move:
      return move_durably(step.from, step.to);
    case SetAsideStep::Kind::remove:
      break;
  }
  return remove_all(step.from);
}

Divergences::Divergences(std::string data_directory, std::string log_directory)
    : data_directory_(std::move(data_directory)), log_directory_(std::move(log_directory)) {}

Status Divergences::note(const DivergenceNote& found) const {
  return write_file_durably(data_directory_ + std::string(pending_name), encode(found));
}

Result<std::optional<DivergenceNote>> Divergences::pending() const {
  return read_note(data_directory_ + std::string(pending_name));
}

Result<std::optional<DivergenceNote>> Divergences::last() const { return read_note(last_path()); }

std::string Divergences::last_path() const { return data_directory_ + std::string(last_name); }

Result<std::vector<SetAsideStep>> Divergences::steps(const DivergenceNote& found) const {
  using Kind = SetAsideStep::Kind;
  const std::string name = found.aside();
  const std::string data_aside = data_directory_ + "/" + name;
  const std::string log_aside = log_directory_ + "/" + name;
  const std::string checkpoints = data_directory_ + "/checkpoints";
  const auto in_data = names_in(data_directory_);
  const auto in_log = names_in(log_directory_);
  const auto in_checkpoints = names_in(checkpoints);
  for (const auto* names : {&in_data, &in_log, &in_checkpoints})
    if (!names->ok()) return names->error();

  std::vector<SetAsideStep> steps{{Kind::make, data_aside + "/checkpoints", {}},
                                  {Kind::make, log_aside, {}}};
  for (const std::string& image : *in_data)
    if (image_number(image))
      steps.push_back({Kind::move, data_directory_ + "/" + image, data_aside + "/" + image});
  for (const std::string& checkpoint : *in_checkpoints)
    steps.push_back(
        {Kind::move, checkpoints + "/" + checkpoint, data_aside + "/checkpoints/" + checkpoint});
  if (exists(log_directory_ + "/log"))
    steps.push_back({Kind::move, log_directory_ + "/log", log_aside + "/log"});
  const auto forget_older = [&](const std::string& directory, const auto& names) {
    for (const std::string& other : names)
      if (other.starts_with(aside_prefix) && other != name)
        steps.push_back({Kind::remove, directory + "/" + other, {}});
  };
  forget_older(data_directory_, *in_data);
  if (log_directory_ != data_directory_) forget_older(log_directory_, *in_log);
  steps.push_back({Kind::move, data_directory_ + std::string(pending_name), last_path()});
  return steps;
}

}  // namespace quorate
