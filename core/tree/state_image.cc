// The state as an image: what has changed since the last one, and a whole one taken in.
#include <limits>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/tree/state.h"
#include "core/txn/feature_level.h"

namespace quorate {

std::size_t State::unsealed() const {
  return tree_.unsealed() + sessions_.unsealed() + (settings_unsealed_ ? 1 : 0);
}

std::uint64_t State::unsealed_bytes() const {
  constexpr std::uint64_t session_bytes = 160;
  return tree_.unsealed_bytes() + sessions_.unsealed() * session_bytes;
}

void State::begin_seal() {
  sealing_ = {last_applied_, last_time_ms_, digest(), {}, false};
  if (settings_unsealed_) sealing_.changes.emplace_back(ImageSettings{settings_});
  settings_unsealed_ = false;
  for (auto& [id, session] : sessions_.seal()) {
    if (session) {
      sealing_.changes.emplace_back(ImageSession{id, *session});
    } else {
      sealing_.changes.emplace_back(ImageSessionGone{id});
    }
  }
  tree_.begin_seal();
}

ImageChanges State::seal_some(std::size_t records) {
  check(is_sealing(), "slices come of a seal that was begun");
  ImageChanges slice{sealing_.zxid, sealing_.time_ms, sealing_.digest,
                     std::exchange(sealing_.changes, {}), false};
  tree_.seal_some(records, slice.changes);
  slice.is_last = !is_sealing();
  return slice;
}

ImageChanges State::seal() {
  begin_seal();
  return seal_some(std::numeric_limits<std::size_t>::max());
}

Status State::load(const ImageRecord& record) {
  if (!is_loading_) {
    check(last_applied_ == Zxid{}, "an image is loaded into a fresh state");
    tree_.start_load();
    is_loading_ = true;
  }
  if (const auto* session = std::get_if<ImageSession>(&record)) {
    if (session->id.value != 0 && sessions_.load(session->id, session->session)) return {};
    return Status(ErrorCode::damaged,
                  "image: an invalid or repeated session=" + to_string(session->id));
  }
  if (const auto* settings = std::get_if<ImageSettings>(&record)) {
    settings_ = settings->settings;
    settings_unsealed_ = false;
    return {};
  }
  if (const auto* acl = std::get_if<ImageAcl>(&record)) return tree_.load(*acl);
  if (const auto* node = std::get_if<ImageNode>(&record)) return tree_.load(*node);
  return tree_.load(std::get<ImageData>(record));
}

Status State::finish_load(Zxid zxid, std::int64_t time_ms, std::uint64_t expected) {
  if (!is_loading_) return Status(ErrorCode::damaged, "image: it has no records");
  if (settings_unsealed_) return Status(ErrorCode::damaged, "image: the settings are missing");
  if (!feature_level::is_known(settings_.feature_level)) {
    return Status(ErrorCode::unimplemented, "image: written under the rules of feature level " +
                                                std::to_string(settings_.feature_level));
  }
  Status finished = tree_.finish_load();
  if (!finished.ok()) return finished;
  for (const SessionId owner : tree_.ephemeral_owners()) {
    if (sessions_.find(owner) != nullptr) continue;
    return Status(ErrorCode::damaged, "image: ephemerals of a missing session=" + to_string(owner));
  }
  if (digest() != expected) return Status(ErrorCode::damaged, "image: the digest differs");
  last_applied_ = zxid;
  last_time_ms_ = time_ms;
  is_loading_ = false;
  return {};
}

}  // namespace quorate
