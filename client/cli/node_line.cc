#include "client/cli/node_line.h"

#include <utility>

#include "client/cli/acl_text.h"

namespace quorate::cli {
namespace {

constexpr int format_version = 1;
constexpr const char* header_key = "quorate_export";

Error refused(const std::string& why) { return {ErrorCode::bad_arguments, why}; }

}  // namespace

std::string to_line(const NodeLine& node) {
  Json json{{"path", node.path}};
  if (node.data != Blob()) json["data"] = to_json(node.data);
  if (node.acl != open_acl()) json["acl"] = to_text(node.acl);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<NodeLine> parse_line(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return refused("it is not a JSON object");
  if (!json.contains("path") || !json["path"].is_string()) return refused("\"path\" is missing");
  NodeLine node;
  node.path = json["path"].get<std::string>();
  if (!node.path.starts_with('/')) return refused("\"path\" does not start with /");
  if (json.contains("data")) {
    auto data = data_of(json["data"]);
    if (!data.ok()) return refused(data.error().text);
    node.data = std::move(*data);
  }
  node.acl = open_acl();
  if (!json.contains("acl")) return node;
  if (!json["acl"].is_string()) return refused("\"acl\" is not a string");
  auto acl = parse_acl(json["acl"].get<std::string>());
  if (!acl.ok()) return acl.error();
  node.acl = std::move(*acl);
  return node;
}

std::string header_line(const std::string& root) {
  return Json{{header_key, format_version}, {"root", root}}.dump(-1, ' ', false,
                                                                 Json::error_handler_t::replace);
}

Result<bool> is_header(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains(header_key)) return false;
  if (json[header_key] != format_version) {
    return refused("it is of format " + json[header_key].dump() + ", this program reads " +
                   std::to_string(format_version));
  }
  return true;
}

}  // namespace quorate::cli
