#include "actors/console/tree_view.h"

#include <string>

namespace quorate {
namespace {

std::string_view name_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::persistent:
      return "persistent";
    case NodeKind::ephemeral:
      return "ephemeral";
    case NodeKind::container:
      return "container";
    case NodeKind::ttl:
      return "ttl";
  }
  return "persistent";
}

std::string perms_text(std::uint32_t given) {
  std::string text;
  const auto add = [&](std::uint32_t perm, char letter) {
    if ((given & perm) != 0) text += letter;
  };
  add(perms::create, 'c');
  add(perms::remove, 'd');
  add(perms::read, 'r');
  add(perms::write, 'w');
  add(perms::admin, 'a');
  return text;
}

Json limit_json(std::int64_t limit) { return limit < 0 ? Json(nullptr) : Json(limit); }

Json quota_json(const NodeQuota& quota) {
  return {{"path", quota.path},
          {"nodes", quota.usage.count},
          {"bytes", quota.usage.bytes},
          {"nodes_soft", limit_json(quota.limits.count)},
          {"bytes_soft", limit_json(quota.limits.bytes)},
          {"nodes_hard", limit_json(quota.limits.count_hard)},
          {"bytes_hard", limit_json(quota.limits.bytes_hard)}};
}

}  // namespace

Json stat_view(const Stat& stat) {
  const bool is_owned = stat.ephemeral_owner != SessionId{};
  return {{"czxid", to_string(stat.czxid)},
          {"mzxid", to_string(stat.mzxid)},
          {"pzxid", to_string(stat.pzxid)},
          {"ctime_ms", stat.ctime_ms},
          {"mtime_ms", stat.mtime_ms},
          {"version", stat.version},
          {"cversion", stat.cversion},
          {"aversion", stat.aversion},
          {"ephemeral_owner", is_owned ? Json(to_string(stat.ephemeral_owner)) : Json(nullptr)},
          {"data_bytes", stat.data_length},
          {"children", stat.num_children}};
}

Json stat_view(const NodeStat& stat) {
  Json json = stat_view(stat.stat);
  json["kind"] = name_of(stat.kind);
  return json;
}

Json acl_view(const Acl& acl) {
  Json json = Json::array();
  for (const AclEntry& entry : acl) {
    const std::size_t end = entry.scheme == "digest" ? entry.id.find(':') : std::string::npos;
    json.push_back({{"perms", perms_text(entry.perms)},
                    {"scheme", entry.scheme},
                    {"id", entry.id.substr(0, end)}});
  }
  return json;
}

Json node_view(std::string_view path, Zxid applied, const NodeAnswer& node) {
  Json json = {{"path", path},
               {"zxid", to_string(applied)},
               {"stat", stat_view(node.stat)},
               {"acl", acl_view(node.acl)},
               {"readable", node.is_readable}};
  if (node.is_readable) {
    json["data"] = data_json(node.data);
    json["truncated"] = node.data.size() > shown_data_max;
  }
  json["quota"] = node.quota ? quota_json(*node.quota) : Json(nullptr);
  json["watchers"] = node.watchers;
  return json;
}

Json children_view(std::string_view path, Zxid applied, const ChildrenAnswer& children) {
  Json items = Json::array();
  for (const auto& [name, stat] : children.children)
    items.push_back({{"name", name}, {"stat", stat_view(stat)}});
  return {{"path", path},
          {"zxid", to_string(applied)},
          {"total", children.total},
          {"more", children.has_more},
          {"items", std::move(items)}};
}

Json found_view(std::string_view text, std::string_view under, const FoundAnswer& found) {
  return {{"text", text},
          {"under", under},
          {"more", found.has_more},
          {"looked_at", found.looked_at},
          {"paths", found.paths}};
}

Json biggest_view(std::string_view path, const BiggestAnswer& biggest) {
  Json items = Json::array();
  for (const BiggestAnswer::Item& item : biggest.items)
    items.push_back({{"path", item.path}, {"nodes", item.nodes}, {"bytes", item.bytes}});
  return {{"path", path}, {"items", std::move(items)}};
}

Json changed_view(std::string_view path, const EditAnswer& edited) {
  Json json = {{"path", edited.path.empty() ? std::string(path) : edited.path},
               {"zxid", to_string(edited.zxid)}};
  if (edited.stat) json["stat"] = stat_view(*edited.stat);
  return json;
}

}  // namespace quorate
