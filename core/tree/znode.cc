#include "core/tree/znode.h"

#include <algorithm>
#include <limits>
#include <new>

#include "core/base/check.h"

namespace quorate {

Znode::Znode(Znode* parent_node, std::string_view name, NodeKind kind)
    : parent(parent_node),
      owner_(0),
      name_size_(static_cast<std::uint32_t>(name.size()) & name_bytes_max),
      kind_(static_cast<std::uint32_t>(kind) & 3U),
      has_family_(0),
      in_image_(0),
      data_in_image_(0),
      marks_(0),
      name_{} {}

Znode::~Znode() {
  if (has_family_ != 0) delete family_;
}

Znode* Znode::make(Znode* parent, std::string_view name, NodeKind kind) {
  check(name.size() <= name_bytes_max, "a name has at most 8 MiB");
  void* memory = ::operator new(std::max(sizeof(Znode), name_offset + name.size()));
  auto* node = new (memory) Znode(parent, name, kind);
  std::copy(name.begin(), name.end(), static_cast<char*>(memory) + name_offset);
  return node;
}

void Znode::destroy(Znode* node) {
  node->~Znode();
  ::operator delete(node);
}

std::string_view Znode::name() const {
  return {reinterpret_cast<const char*>(this) + name_offset, name_size_};
}

void Znode::path_to(std::string& out) const {
  if (parent == nullptr) {
    out = "/";
    return;
  }
  std::size_t size = 0;
  for (const Znode* node = this; node->parent != nullptr; node = node->parent) {
    size += node->name_size_ + 1;
  }
  out.resize(size);
  for (const Znode* node = this; node->parent != nullptr; node = node->parent) {
    const std::string_view name = node->name();
    size -= name.size();
    std::copy(name.begin(), name.end(), out.begin() + static_cast<std::ptrdiff_t>(size));
    out[--size] = '/';
  }
}

std::string Znode::path() const {
  std::string out;
  path_to(out);
  return out;
}

bool Znode::is_at(std::string_view path) const {
  const Znode* node = this;
  for (; node->parent != nullptr; node = node->parent) {
    const std::string_view name = node->name();
    if (path.size() <= name.size()) return false;
    const std::size_t slash = path.size() - name.size() - 1;
    if (path[slash] != '/' || path.substr(slash + 1) != name) return false;
    path = path.substr(0, slash);
  }
  return path.empty();
}

Family& Znode::ensure_family() {
  if (has_family_ == 0) {
    auto* family = new Family;
    family->pzxid = czxid;
    family->owner = owner();
    family_ = family;
    has_family_ = 1;
  }
  return *family_;
}

void Znode::drop_family() {
  if (has_family_ == 0) return;
  const SessionId former_owner = owner();
  delete family_;
  has_family_ = 0;
  owner_ = former_owner.value;
}

std::int64_t Znode::children_created() const { return has_family_ != 0 ? family_->created : 0; }
std::int64_t Znode::children_deleted() const { return has_family_ != 0 ? family_->deleted : 0; }
std::int64_t Znode::ttl_ms() const { return has_family_ != 0 ? family_->ttl_ms : 0; }
std::int32_t Znode::aversion() const { return has_family_ != 0 ? family_->aversion : 0; }

SessionId Znode::owner() const {
  if (kind() != NodeKind::ephemeral) return {};
  return has_family_ != 0 ? family_->owner : SessionId{owner_};
}

void Znode::set_owner(SessionId owner) {
  check(kind() == NodeKind::ephemeral, "only ephemerals have an owner");
  if (has_family_ != 0) {
    family_->owner = owner;
  } else {
    owner_ = owner.value;
  }
}

std::size_t Znode::child_count() const { return has_family_ != 0 ? family_->children.size() : 0; }
std::uint64_t Znode::descendants() const { return has_family_ != 0 ? family_->descendants : 0; }

std::uint64_t Znode::subtree_bytes() const {
  return data.size() + (has_family_ != 0 ? family_->descendant_bytes : 0);
}

Stat Znode::stat() const {
  Stat stat;
  stat.czxid = czxid;
  stat.mzxid = mzxid;
  stat.pzxid = pzxid();
  stat.ctime_ms = ctime_ms;
  stat.mtime_ms = mtime_ms;
  stat.version = version;
  // Creations and deletions; less the reserved children, which were never created.
  const auto children = static_cast<std::int64_t>(child_count());
  stat.cversion = 2 * children_created() - children;
  stat.aversion = aversion();
  stat.ephemeral_owner = owner();
  stat.data_length = static_cast<std::uint32_t>(data.size());
  stat.num_children = static_cast<std::uint32_t>(child_count());
  return stat;
}

void Znode::set_in_image(bool node, bool data_too) {
  in_image_ = node ? 1 : 0;
  data_in_image_ = data_too ? 1 : 0;
}

std::int32_t next_version(std::int32_t version) {
  if (version == std::numeric_limits<std::int32_t>::max()) {
    return std::numeric_limits<std::int32_t>::min();
  }
  return version == -2 ? 0 : version + 1;
}

}  // namespace quorate
