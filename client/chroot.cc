#include "client/chroot.h"

#include <variant>

namespace quorate::client {

void Chroot::enter(std::string& path) const {
  if (prefix_.empty() || !path.starts_with('/')) return;
  if (path == "/") {
    path = prefix_;
  } else {
    path.insert(0, prefix_);
  }
}

void Chroot::enter(Operation& operation) const {
  if (prefix_.empty()) return;
  std::visit(
      [this]<class Op>(Op& op) {
        if constexpr (requires { op.ops; }) {
          for (auto& part : op.ops) {
            std::visit(
                [this]<class Part>(Part& inner) {
                  if constexpr (requires { inner.path; }) enter(inner.path);
                },
                part);
          }
        } else if constexpr (std::is_same_v<Op, GetEphemerals>) {
          // A plain string prefix: "/" must not match the chroot's neighbours.
          op.prefix.insert(0, op.prefix.starts_with('/') ? prefix_ : prefix_ + "/");
        } else if constexpr (requires { op.path; }) {
          enter(op.path);
        }
      },
      operation);
}

bool Chroot::contains(const std::string& path) const {
  return path.starts_with(prefix_) &&
         (path.size() == prefix_.size() || path[prefix_.size()] == '/');
}

void Chroot::leave(std::string& path) const {
  if (prefix_.empty() || !contains(path)) return;
  path.erase(0, prefix_.size());
  if (path.empty()) path = "/";
}

void Chroot::leave(Reply& reply) const {
  if (prefix_.empty()) return;
  if (auto* created = std::get_if<CreateReply>(&reply.body)) leave(created->path);
  if (auto* echoed = std::get_if<PathReply>(&reply.body)) leave(echoed->path);
  if (auto* list = std::get_if<PathsReply>(&reply.body)) {
    std::erase_if(list->paths, [this](const std::string& path) { return !contains(path); });
    for (std::string& path : list->paths) leave(path);
  }
  if (auto* multi = std::get_if<MultiReply>(&reply.body)) {
    for (MultiResult& result : multi->results) {
      if (auto* created = std::get_if<CreateReply>(&result.body)) leave(created->path);
    }
  }
}

}  // namespace quorate::client
