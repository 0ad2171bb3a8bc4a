// What clients read. Nothing here changes the state, and get_data allocates nothing.
#include <algorithm>
#include <utility>

#include "core/tree/path.h"
#include "core/tree/state.h"

namespace quorate {
namespace {

// What an encoding takes at most, in either protocol, besides the bytes themselves.
constexpr std::size_t reply_bytes = 64;
constexpr std::size_t entry_bytes = 16;
constexpr std::size_t stat_bytes = 120;

/// Counts towards the limit of a reply.
class ReplyBudget {
 public:
  explicit ReplyBudget(std::size_t limit) : limit_(limit) {}
  /// False when `bytes` more don't fit; they aren't counted then.
  [[nodiscard]] bool take(std::size_t bytes) {
    if (bytes > limit_ - used_) return false;
    used_ += bytes;
    return true;
  }

 private:
  std::size_t limit_;
  std::size_t used_ = 0;
};

/// "", blanks and "/" stand for everything.
std::string_view prefix_of(std::string_view prefix) {
  if (prefix == "/") return {};
  const bool is_blank = prefix.find_first_not_of(" \t\r\n") == std::string_view::npos;
  return is_blank ? std::string_view{} : prefix;
}

ChildList::Cursor children_after(const Znode& node, std::string_view name) {
  static const ChildList none;
  const ChildList& children = node.family() == nullptr ? none : node.family()->children;
  return name.empty() ? children.begin() : children.after(name);
}

}  // namespace

bool State::may(std::uint32_t wanted, const Znode& node,
                std::span<const Identity> identities) const {
  return settings_.skip_acl || tree_.is_allowed(node, wanted, identities);
}

Result<const Znode*> State::find_readable(std::string_view path,
                                          std::span<const Identity> identities) const {
  const Znode* node = tree_.find(path);
  if (node == nullptr) return ErrorCode::no_node;
  if (!may(perms::read, *node, identities)) return ErrorCode::no_auth;
  return node;
}

Result<DataReply> State::get_data(std::string_view path,
                                  std::span<const Identity> identities) const {
  const auto node = find_readable(path, identities);
  if (!node.ok()) return node.error();
  return DataReply{tree_.data_of(**node), tree_.stat_of(**node)};
}

Result<StatReply> State::exists(std::string_view path, std::span<const Identity> identities) const {
  if (path.find('\0') != std::string_view::npos) return ErrorCode::bad_arguments;
  const auto node = find_readable(path, identities);
  if (!node.ok()) return node.error();
  return StatReply{tree_.stat_of(**node)};
}

Result<AclReply> State::get_acl(std::string_view path, std::span<const Identity> identities) const {
  const Znode* node = tree_.find(path);
  if (node == nullptr) return ErrorCode::no_node;
  if (!may(perms::read | perms::admin, *node, identities)) return ErrorCode::no_auth;
  const Acl& acl = *tree_.acl_of(*node);
  const bool sees_all = may(perms::admin, *node, identities);
  return AclReply{sees_all ? acl : masked(acl), tree_.stat_of(*node)};
}

Result<ChildrenReply> State::get_children(std::string_view path,
                                          std::span<const Identity> identities,
                                          std::size_t reply_bytes_max) const {
  const auto node = find_readable(path, identities);
  if (!node.ok()) return node.error();
  ReplyBudget budget(reply_bytes_max);
  const std::size_t count = (*node)->child_count();
  // Refused at once where even empty names would not fit.
  if (!ReplyBudget(reply_bytes_max).take(reply_bytes + stat_bytes + count * entry_bytes)) {
    return ErrorCode::reply_too_large;
  }
  if (!budget.take(reply_bytes + stat_bytes)) return ErrorCode::reply_too_large;
  ChildrenReply reply;
  reply.names.reserve(count);
  ChildList::Cursor cursor = children_after(**node, {});
  while (const Znode* child = cursor.next()) {
    if (!budget.take(entry_bytes + child->name().size())) return ErrorCode::reply_too_large;
    reply.names.emplace_back(child->name());
  }
  reply.stat = tree_.stat_of(**node);
  return reply;
}

Result<ListReply> State::list_children(const ListChildren& request,
                                       std::span<const Identity> identities,
                                       std::size_t reply_bytes_max) const {
  const auto node = find_readable(request.path, identities);
  if (!node.ok()) return node.error();
  ReplyBudget budget(reply_bytes_max);
  if (!budget.take(reply_bytes + stat_bytes)) return ErrorCode::reply_too_large;
  ListReply reply;
  reply.stat = tree_.stat_of(**node);
  const bool wants_inside = request.with_stat || request.with_data;
  ChildList::Cursor cursor = children_after(**node, request.start_after);
  while (const Znode* child = cursor.next()) {
    ListedChild listed;
    if (request.limit != 0 && reply.children.size() == request.limit) {
      reply.more = true;
      break;
    }
    std::size_t bytes = entry_bytes + child->name().size();
    if (wants_inside) {
      listed.readable = may(perms::read, *child, identities);
      if (request.with_stat && listed.readable) listed.stat = tree_.stat_of(*child);
      if (request.with_data && listed.readable) listed.data = tree_.data_of(*child);
      bytes += stat_bytes + entry_bytes + listed.data.size();
    }
    if (!budget.take(bytes)) {
      // A page that cannot show one child would be asked for again and again.
      if (reply.children.empty()) return ErrorCode::reply_too_large;
      reply.more = true;
      break;
    }
    listed.name = child->name();
    reply.children.push_back(std::move(listed));
  }
  return reply;
}

Result<CountReply> State::count_descendants(std::string_view path,
                                            std::span<const Identity> identities) const {
  const auto node = find_readable(path, identities);
  if (!node.ok()) return node.error();
  return CountReply{(*node)->descendants()};
}

Result<PathsReply> State::get_ephemerals(SessionId session, std::string_view prefix,
                                         std::size_t reply_bytes_max) const {
  if (reply_bytes_max < reply_bytes) return ErrorCode::reply_too_large;
  auto paths =
      tree_.ephemerals_of(session, prefix_of(prefix), entry_bytes, reply_bytes_max - reply_bytes);
  if (!paths) return ErrorCode::reply_too_large;
  return PathsReply{std::move(*paths)};
}

Result<MultiReadReply> State::multi_read(const MultiRead& request,
                                         std::span<const Identity> identities,
                                         std::size_t reply_bytes_max) const {
  ReplyBudget budget(reply_bytes_max);
  if (!budget.take(reply_bytes)) return ErrorCode::reply_too_large;
  MultiReadReply reply;
  reply.results.reserve(request.ops.size());
  for (const MultiReadOp& op : request.ops) {
    MultiReadResult result;
    std::size_t bytes = entry_bytes + stat_bytes;
    if (const auto* get = std::get_if<GetData>(&op)) {
      auto data = get_data(get->path, identities);
      result.error = data.code();
      if (data.ok()) {
        bytes += data->data.size();
        result.body = std::move(*data);
      }
    } else {
      auto children = get_children(std::get<GetChildren>(op).path, identities, reply_bytes_max);
      if (children.code() == ErrorCode::reply_too_large) return ErrorCode::reply_too_large;
      result.error = children.code();
      if (children.ok()) {
        for (const std::string& name : children->names) bytes += entry_bytes + name.size();
        result.body = std::move(*children);
      }
    }
    if (!budget.take(bytes)) return ErrorCode::reply_too_large;
    reply.results.push_back(std::move(result));
  }
  return reply;
}

bool State::may_read(std::string_view path, std::span<const Identity> identities) const {
  const Znode* node = tree_.find(path);
  return node == nullptr || may(perms::read, *node, identities);
}

std::vector<std::string> State::reapable(std::int64_t now_ms, std::size_t most,
                                         std::optional<std::int64_t> unused_ms) const {
  std::vector<std::string> paths = tree_.reapable().due(now_ms, most);
  if (!unused_ms) return paths;
  const std::int64_t before = now_ms - std::max(*unused_ms, unused_ms_min);
  for (std::string& path : tree_.reapable().unused(before, most - paths.size())) {
    paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace quorate
