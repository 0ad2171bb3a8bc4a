// The state as an image: what has changed since the last one, and a whole one taken in.
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/tree/state.h"
#include "core/txn/feature_level.h"

namespace quorate {

std::size_t State::unsealed() const {
  return tree_.unsealed() + sessions_.unsealed() + (settings_unsealed_ ? 1 : 0);
}

ImageChanges State::seal() {
  ImageChanges sealed;
  sealed.zxid = last_applied_;
  sealed.time_ms = last_time_ms_;
  sealed.digest = digest();
  sealed.changes.reserve(unsealed());
  if (settings_unsealed_) sealed.changes.emplace_back(ImageSettings{settings_});
  settings_unsealed_ = false;
  for (auto& [id, session] : sessions_.seal()) {
    if (session) {
      sealed.changes.emplace_back(ImageSession{id, *session});
    } else {
      sealed.changes.emplace_back(ImageSessionGone{id});
    }
  }
  tree_.seal(sealed.changes);
  return sealed;
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
