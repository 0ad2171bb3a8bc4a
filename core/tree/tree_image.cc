// The tree as records, out and in. What comes in was on a disk: nothing in it is believed.
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/check.h"
#include "core/tree/digest.h"
#include "core/tree/path.h"
#include "core/tree/tree.h"

namespace quorate {
namespace {

ImageNode record_of(const Znode& node, std::string path) {
  ImageNode record;
  record.path = std::move(path);
  record.czxid = node.czxid;
  record.mzxid = node.mzxid;
  record.pzxid = node.pzxid();
  record.ctime_ms = node.ctime_ms;
  record.mtime_ms = node.mtime_ms;
  record.version = node.version;
  record.aversion = node.aversion();
  record.children_created = node.children_created();
  record.children_deleted = node.children_deleted();
  record.acl = node.acl;
  record.ephemeral_owner = node.owner();
  record.container = node.kind() == NodeKind::container;
  record.ttl_ms = node.ttl_ms();
  record.null_data = node.data.is_null();
  return record;
}

Status damaged(std::string_view what, std::string_view path) {
  return Status(ErrorCode::damaged,
                "image: " + std::string(what) + " path=" + std::string(path.substr(0, 256)));
}

/// What is wrong with a record in itself; nullptr when nothing is.
const char* defect_of(const ImageNode& record) {
  if (!path::validate(record.path).ok()) return "invalid path";
  if (record.children_created < 0 || record.children_deleted < 0) return "negative counter";
  if (record.ttl_ms < 0 || record.ttl_ms > ttl_ms_max) return "time to live out of range";
  const int kinds = (record.ephemeral_owner.value != 0 ? 1 : 0) + (record.container ? 1 : 0) +
                    (record.ttl_ms != 0 ? 1 : 0);
  if (kinds > 1) return "several kinds at once";
  return nullptr;
}

bool needs_family(const ImageNode& record) {
  return record.pzxid != record.czxid || record.children_created != 0 ||
         record.children_deleted != 0 || record.ttl_ms != 0 || record.aversion != 0;
}

void fill(Znode& node, const ImageNode& record) {
  node.czxid = record.czxid;
  node.mzxid = record.mzxid;
  node.ctime_ms = record.ctime_ms;
  node.mtime_ms = record.mtime_ms;
  node.version = record.version;
  node.acl = record.acl;
  if (record.null_data) node.data = Blob::null();
  if (node.kind() == NodeKind::ephemeral) node.set_owner(record.ephemeral_owner);
  if (!needs_family(record)) return;
  Family& family = node.ensure_family();
  family.pzxid = record.pzxid;
  family.created = record.children_created;
  family.deleted = record.children_deleted;
  family.ttl_ms = record.ttl_ms;
  family.aversion = record.aversion;
}

}  // namespace

std::uint64_t Tree::unsealed_bytes() const {
  constexpr std::uint64_t record_bytes = 256;  // About: a stat, and the path twice.
  return unsealed() * record_bytes + unsealed_.data_bytes();
}

void Tree::begin_seal() {
  check(steps_.empty(), "a seal begins between two txns");
  unsealed_.begin_seal();
  // Few, and znodes refer to them: these are given at once.
  for (const auto& [id, acl] : acls_.seal()) {
    if (acl == nullptr) {
      sealed_early_.emplace_back(ImageAclGone{id});
    } else {
      sealed_early_.emplace_back(ImageAcl{id, *acl});
    }
  }
}

void Tree::give(Znode& node, std::vector<ImageChange>& out) {
  std::string path = node.path();
  if (unsealed_.holds_data(node)) {
    if (!node.data.empty()) {
      out.emplace_back(ImageData{path, node.data});
    } else if (node.data_in_image()) {
      out.emplace_back(ImageDataGone{path});
    }
  }
  out.emplace_back(record_of(node, std::move(path)));
  unsealed_.given(node);
}

void Tree::seal_some(std::size_t most, std::vector<ImageChange>& out) {
  check(steps_.empty(), "a seal lies between two txns");
  const std::size_t enough = most > out.max_size() ? most : out.size() + most;
  std::move(sealed_early_.begin(), sealed_early_.end(), std::back_inserter(out));
  sealed_early_.clear();
  while (out.size() < enough) {
    Znode* node = unsealed_.next_held();
    if (node == nullptr) break;
    give(*node, out);
  }
  std::string path;
  while (out.size() < enough) {
    if (!unsealed_.next_gone(path)) break;
    out.emplace_back(ImageNodeGone{std::move(path)});
  }
}

void Tree::start_load() {
  check(steps_.empty(), "an image is loaded between two txns");
  root_.reset();
  table_.clear();
  acls_.clear();
  quotas_ = {};
  ephemerals_.clear();
  ephemeral_count_ = 0;
  reapable_.clear();
  unsealed_.reset();
  sealed_early_.clear();
  last_loaded_ = nullptr;
  last_path_.clear();
  digest_ = digest_committed_ = 0;
}

Status Tree::load(const ImageAcl& record) {
  if (acls_.load(record.id, record.acl)) return {};
  return Status(ErrorCode::damaged,
                "image: an ACL's id or content occurs twice, id=" + std::to_string(record.id));
}

/// Siblings mostly come one after the other.
Znode* Tree::loaded_parent(std::string_view path) {
  if (last_loaded_ != nullptr && last_loaded_->parent != nullptr &&
      last_loaded_->parent->parent != nullptr && last_loaded_->parent->is_at(path)) {
    return last_loaded_->parent;
  }
  return find(path);
}

Status Tree::load(const ImageNode& record) {
  if (const char* defect = defect_of(record)) return damaged(defect, record.path);
  // In ascending order, as an image has them, none can occur twice.
  if (record.path <= last_path_ && find(record.path) != nullptr) {
    return damaged("a znode occurs twice", record.path);
  }
  if (!acls_.contains(record.acl)) return damaged("a znode's ACL is missing", record.path);
  const bool is_root = record.path == reserved::root;
  const std::string_view name = is_root ? std::string_view{} : path::name(record.path);
  if (name.size() > Znode::name_bytes_max) return damaged("a name is too long", record.path);
  Znode* parent = is_root ? nullptr : loaded_parent(path::parent(record.path));
  if (!is_root && parent == nullptr) return damaged("a znode's parent is missing", record.path);
  if (!is_root && parent->kind() == NodeKind::ephemeral) {
    return damaged("an ephemeral has a child", record.path);
  }
  if (is_root && kind_of(record) != NodeKind::persistent) {
    return damaged("the root is not persistent", record.path);
  }

  Znode* node = Znode::make(parent, name, kind_of(record));
  fill(*node, record);
  acls_.acquire(record.acl);
  node->set_in_image(true, false);
  if (is_root) {
    root_.reset(node);
  } else {
    parent->ensure_family();
    link_later(*node, record.path);
    reapable_.refresh(parent);
  }
  reapable_.refresh(node);
  const PathDigest at(record.path);
  digest_ += stat_digest_of(*node, at);
  refresh_quota(*node, record.path);
  last_loaded_ = node;
  last_digest_ = at;
  if (record.path > last_path_) last_path_ = record.path;
  return {};
}

Status Tree::load(const ImageData& record) {
  // Data mostly comes right behind its znode.
  const bool is_last = last_loaded_ != nullptr && last_loaded_->parent != nullptr &&
                       last_loaded_->is_at(record.path);
  Znode* node = is_last ? last_loaded_ : find(record.path);
  if (node == nullptr) return damaged("data of a missing znode", record.path);
  if (!node->data.empty()) return damaged("a znode's data occurs twice", record.path);
  if (node->data.is_null()) return damaged("data of a znode that has none", record.path);
  if (record.data.empty()) return damaged("data without data", record.path);
  add_to_ancestors(*node, 0, record.data.size());
  node->data = record.data;
  node->set_in_image(true, true);
  digest_ += data_digest(*node, is_last ? last_digest_ : PathDigest(record.path));
  refresh_quota(*node, record.path);
  return {};
}

Status Tree::finish_load() {
  for (const std::string_view path : reserved::all) {
    if (find(path) == nullptr) return damaged("a reserved znode is missing", path);
  }
  table_.settle();
  last_loaded_ = nullptr;
  last_path_.clear();
  acls_.finish_load();
  digest_committed_ = digest_;
  return {};
}

}  // namespace quorate
