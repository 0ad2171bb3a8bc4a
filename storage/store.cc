#include "storage/store.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "storage/image_names.h"

namespace quorate {
namespace {

constexpr std::size_t checkpoints_kept = 2;

}  // namespace

std::optional<std::uint64_t> image_number(std::string_view name) {
  if (!name.starts_with(image_prefix)) return std::nullopt;
  name.remove_prefix(image_prefix.size());
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) return std::nullopt;
  return number;
}

Result<std::string> new_image_name(Store& store) {
  const auto images = store.images();
  if (!images) return images.error();
  std::uint64_t highest = 0;
  for (const std::string& name : *images)
    highest = std::max(highest, image_number(name).value_or(0));
  return std::string(image_prefix) + std::to_string(highest + 1);
}

std::optional<Zxid> purge_point(std::span<const Zxid> checkpoints) {
  if (checkpoints.size() < checkpoints_kept) return std::nullopt;
  return checkpoints[checkpoints.size() - checkpoints_kept];
}

Status remove_old_checkpoints(Store& store) {
  const auto checkpoints = store.checkpoints();
  if (!checkpoints) return checkpoints.error();
  for (std::size_t i = 0; i + checkpoints_kept < checkpoints->size(); ++i) {
    const Status removed = store.remove_checkpoint((*checkpoints)[i]);
    if (!removed) return removed;
  }
  return {};
}

}  // namespace quorate
