#include "core/tree/image_digest.h"

#include <variant>

#include "core/tree/digest.h"

namespace quorate {

Status ImageDigest::add(const ImageRecord& record) {
  if (const auto* node = std::get_if<ImageNode>(&record)) {
    if (!acls_.contains(node->acl)) {
      return Status(ErrorCode::damaged, "image: a znode's ACL is missing, path=" + node->path);
    }
    nodes_ += stat_digest(*node, acls_.digest(node->acl));
  } else if (const auto* data = std::get_if<ImageData>(&record)) {
    nodes_ += data_digest(*data);
  } else if (const auto* acl = std::get_if<ImageAcl>(&record)) {
    if (!acls_.load(acl->id, acl->acl)) {
      return Status(ErrorCode::damaged, "image: an ACL's id or content occurs twice");
    }
  } else if (const auto* session = std::get_if<ImageSession>(&record)) {
    if (!sessions_.load(session->id, session->session)) {
      return Status(ErrorCode::damaged, "image: a session occurs twice");
    }
  } else {
    settings_ = std::get<ImageSettings>(record).settings;
  }
  return {};
}

std::uint64_t ImageDigest::value() const {
  return nodes_ + sessions_.digest() + settings_digest(settings_);
}

}  // namespace quorate
