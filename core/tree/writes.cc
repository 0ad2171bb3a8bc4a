#include "core/tree/writes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/tree/path.h"

namespace quorate {
namespace {

constexpr std::size_t sequence_digits = 10;

MultiResult refusal(ErrorCode error) { return {error, {}}; }

/// All that a delete asks of a path, and a create before it knows the whole one.
bool is_plain(std::string_view path) {
  return path.find('/') != std::string_view::npos && path.find('\0') == std::string_view::npos;
}

/// Of any path with a '/': parents of odd paths simply don't exist.
std::string_view raw_parent(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return path.substr(0, slash == 0 ? 1 : slash);
}

/// Ten digits, zero-padded; longer when the counter is.
void append_sequence(std::string& path, std::int64_t counter) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), counter);
  const auto size = static_cast<std::size_t>(end - digits.data());
  if (size < sequence_digits) path.append(sequence_digits - size, '0');
  path.append(digits.data(), size);
}

NodeKind kind_of(CreateMode mode) {
  if (is_ephemeral(mode)) return NodeKind::ephemeral;
  if (has_ttl(mode)) return NodeKind::ttl;
  return mode == CreateMode::container ? NodeKind::container : NodeKind::persistent;
}

bool matches(std::int32_t wanted, std::int32_t version) {
  return wanted == any_version || wanted == version;
}

/// `sum` would be above `limit`; -1 is none.
bool exceeds(std::int64_t limit, std::uint64_t sum) {
  return limit >= 0 && sum > static_cast<std::uint64_t>(limit);
}

}  // namespace

Writes::Writes(Tree& tree, const EnsembleSettings& settings, const Txn& txn)
    : tree_(tree),
      settings_(settings),
      session_(txn.submission.session),
      identities_(txn.submission.identities),
      stamp_{txn.zxid, txn.time_ms} {}

ErrorCode Writes::arguments(const Create& create, const EnsembleSettings& settings) {
  if (create.mode > CreateMode::ttl_sequential) return ErrorCode::bad_arguments;
  if (has_ttl(create.mode)) {
    if (!settings.extended_types) return ErrorCode::unimplemented;
    if (create.ttl_ms < 1 || create.ttl_ms > ttl_ms_max) return ErrorCode::bad_arguments;
  } else if (create.ttl_ms != 0) {
    return ErrorCode::bad_arguments;
  }
  if (create.if_absent && is_sequential(create.mode)) return ErrorCode::bad_arguments;
  return ErrorCode::ok;
}

bool Writes::is_allowed(const Znode& node, std::uint32_t wanted) const {
  return settings_.skip_acl || tree_.is_allowed(node, wanted, identities_);
}

/// Whether the nearest quota allows `count` more znodes and `bytes` more data.
ErrorCode Writes::quota_error(std::string_view path, std::uint64_t count,
                              std::int64_t bytes) const {
  if (!settings_.enforce_quota) return ErrorCode::ok;
  const auto quota = tree_.quotas().of(path);
  if (!quota) return ErrorCode::ok;
  const QuotaUsage usage = tree_.usage_of(quota->path);
  if (count > 0 && exceeds(quota->limits.count_hard, usage.count + count)) {
    return ErrorCode::quota_exceeded;
  }
  if (bytes > 0 &&
      exceeds(quota->limits.bytes_hard, usage.bytes + static_cast<std::uint64_t>(bytes))) {
    return ErrorCode::quota_exceeded;
  }
  return ErrorCode::ok;
}

MultiResult Writes::operator()(const Create& create) {
  const ErrorCode wrong = arguments(create, settings_);
  if (wrong != ErrorCode::ok) return refusal(wrong);
  if (is_ephemeral(create.mode) && session_.value == 0) return refusal(ErrorCode::session_expired);
  if (!is_plain(create.path)) return refusal(ErrorCode::bad_arguments);
  Znode* parent = tree_.find(raw_parent(create.path));
  if (parent == nullptr) return refusal(ErrorCode::no_node);
  if (!is_allowed(*parent, perms::create)) return refusal(ErrorCode::no_auth);
  std::string path = create.path;
  if (is_sequential(create.mode)) append_sequence(path, parent->children_created());
  if (!path::validate(path).ok()) return refusal(ErrorCode::bad_arguments);
  if (const Znode* present = tree_.find(path)) return already_there(*present, create);
  if (path::name(path).size() > Znode::name_bytes_max) return refusal(ErrorCode::bad_arguments);
  if (parent->kind() == NodeKind::ephemeral) {
    return refusal(ErrorCode::no_children_for_ephemerals);
  }
  const ErrorCode quota = quota_error(path, 1, static_cast<std::int64_t>(create.data.size()));
  if (quota != ErrorCode::ok) return refusal(quota);
  return make(*parent, std::move(path), create);
}

MultiResult Writes::already_there(const Znode& node, const Create& create) {
  if (!create.if_absent) return refusal(ErrorCode::node_exists);
  if (!is_allowed(node, perms::read)) return refusal(ErrorCode::no_auth);
  return {ErrorCode::ok, CreateReply{create.path, tree_.stat_of(node), false}};
}

MultiResult Writes::make(Znode& parent, std::string path, const Create& create) {
  const NodeKind kind = kind_of(create.mode);
  const NewNode spec{kind, kind == NodeKind::ephemeral ? session_ : SessionId{}, create.ttl_ms,
                     create.data, create.acl};
  const Znode& node = tree_.create(parent, path, spec, stamp_);
  note(EventType::created, path, node);
  return {ErrorCode::ok, CreateReply{std::move(path), tree_.stat_of(node), true}};
}

ErrorCode Writes::find_to_delete(std::string_view path, Znode*& found) {
  if (is_reserved(path) || !is_plain(path)) return ErrorCode::bad_arguments;
  const Znode* parent = tree_.find(raw_parent(path));
  if (parent == nullptr) return ErrorCode::no_node;
  if (!is_allowed(*parent, perms::remove)) return ErrorCode::no_auth;
  found = tree_.find(path);
  return found == nullptr ? ErrorCode::no_node : ErrorCode::ok;
}

MultiResult Writes::operator()(const Delete& remove_one) {
  Znode* node = nullptr;
  const ErrorCode error = find_to_delete(remove_one.path, node);
  if (error != ErrorCode::ok) return refusal(error);
  if (!matches(remove_one.version, node->version)) return refusal(ErrorCode::bad_version);
  if (node->child_count() != 0) return refusal(ErrorCode::not_empty);
  remove(*node, remove_one.path);
  return {};
}

MultiResult Writes::operator()(const DeleteTree& remove_all) {
  Znode* top = nullptr;
  const ErrorCode error = find_to_delete(remove_all.path, top);
  if (error != ErrorCode::ok) return refusal(error);
  const std::uint64_t limit = remove_all.limit == 0
                                  ? settings_.delete_tree_max
                                  : std::min(remove_all.limit, settings_.delete_tree_max);
  if (top->descendants() + 1 > limit) return refusal(ErrorCode::too_many_nodes);
  const std::vector<const Znode*> nodes = Tree::subtree(*top);
  for (const Znode* node : nodes) {
    if (node->child_count() != 0 && !is_allowed(*node, perms::remove)) {
      return refusal(ErrorCode::no_auth);
    }
  }
  // Parents come first in the list, so they go last. The znodes are the tree's own.
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    remove(const_cast<Znode&>(**node), (*node)->path());
  }
  return {};
}

MultiResult Writes::operator()(const SetData& set) {
  if (!path::validate(set.path).ok()) return refusal(ErrorCode::bad_arguments);
  Znode* node = tree_.find(set.path);
  if (node == nullptr) return refusal(ErrorCode::no_node);
  if (!is_allowed(*node, perms::write)) return refusal(ErrorCode::no_auth);
  const auto more =
      static_cast<std::int64_t>(set.data.size()) - static_cast<std::int64_t>(node->data.size());
  const ErrorCode quota = quota_error(set.path, 0, more);
  if (quota != ErrorCode::ok) return refusal(quota);
  if (!matches(set.version, node->version)) return refusal(ErrorCode::bad_version);
  tree_.set_data(*node, set.path, set.data, stamp_);
  note(EventType::data_changed, set.path, *node);
  return {ErrorCode::ok, StatReply{tree_.stat_of(*node)}};
}

MultiResult Writes::operator()(const SetAcl& set) {
  if (!path::validate(set.path).ok()) return refusal(ErrorCode::bad_arguments);
  Znode* node = tree_.find(set.path);
  if (node == nullptr) return refusal(ErrorCode::no_node);
  if (!is_allowed(*node, perms::admin)) return refusal(ErrorCode::no_auth);
  if (!matches(set.version, node->aversion())) return refusal(ErrorCode::bad_version);
  tree_.set_acl(*node, set.path, set.acl);
  return {ErrorCode::ok, StatReply{tree_.stat_of(*node)}};
}

MultiResult Writes::operator()(const Check& condition) {
  if (!path::validate(condition.path).ok()) return refusal(ErrorCode::bad_arguments);
  const Znode* node = tree_.find(condition.path);
  if (condition.absent) return refusal(node == nullptr ? ErrorCode::ok : ErrorCode::node_exists);
  if (node == nullptr) return refusal(ErrorCode::no_node);
  if (!is_allowed(*node, perms::read)) return refusal(ErrorCode::no_auth);
  if (!matches(condition.version, node->version)) return refusal(ErrorCode::bad_version);
  return {};
}

MultiResult Writes::operator()(const RefusedOp& refused) {
  // Stamped as a refusal; one without a reason is no success either.
  return refusal(refused.error == ErrorCode::ok ? ErrorCode::bad_arguments : refused.error);
}

MultiResult Writes::operator()(const Reap& reap) {
  Znode* node = tree_.find(reap.path);
  if (node == nullptr) return refusal(ErrorCode::no_node);
  if (node->child_count() != 0) return refusal(ErrorCode::not_empty);
  std::optional<std::int64_t> after = reapable_after(*node);
  // How long is long enough for an unused container, the leader has decided.
  if (!after) after = unused_reapable_after(*node);
  if (!after || stamp_.time_ms <= *after) return refusal(ErrorCode::bad_version);
  remove(*node, reap.path);
  return {};
}

void Writes::delete_ephemerals(SessionId session) {
  for (const std::string& path : tree_.ephemerals_of(session)) remove(*tree_.find(path), path);
}

void Writes::remove(Znode& node, std::string_view path) {
  note(EventType::deleted, path, node);
  tree_.remove(node, path, stamp_);
}

void Writes::note(EventType type, std::string_view path, const Znode& node) {
  Change change{type, std::string(path), tree_.acl_of(node), nullptr};
  const bool is_told_to_parent = type != EventType::data_changed && node.parent != nullptr;
  if (is_told_to_parent) change.parent_acl = tree_.acl_of(*node.parent);
  changes_.push_back(std::move(change));
}

}  // namespace quorate
