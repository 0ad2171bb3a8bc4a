#include "actors/console/passed_on.h"

#include <utility>

namespace quorate {
namespace {

/// False when it is there and no text.
bool take(const Json& json, const char* key, std::string& into) {
  const auto found = json.find(key);
  if (found == json.end()) return true;
  if (!found->is_string()) return false;
  into = found->get<std::string>();
  return true;
}

bool take_query(const Json& json, std::multimap<std::string, std::string>& into) {
  const auto found = json.find("query");
  if (found == json.end()) return true;
  if (!found->is_array()) return false;
  for (const Json& pair : *found) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string())
      return false;
    into.emplace(pair[0].get<std::string>(), pair[1].get<std::string>());
  }
  return true;
}

}  // namespace

std::string encode_passed_on(const AdminRequestLine& request) {
  Json query = Json::array();
  for (const auto& [name, value] : request.query) query.push_back({name, value});
  Json json{{"method", request.method},     {"path", request.path},
            {"query", std::move(query)},    {"body", request.body},
            {"if_match", request.if_match}, {"identity", request.identity},
            {"who", request.caller.name},   {"role", to_string(request.caller.role)},
            {"from", request.caller.from}};

  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<AdminRequestLine> decode_passed_on(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  AdminRequestLine request;
  std::string role;
  const bool whole = take(json, "method", request.method) && take(json, "path", request.path) &&
                     take(json, "body", request.body) && take(json, "if_match", request.if_match) &&
                     take(json, "identity", request.identity) &&
                     take(json, "who", request.caller.name) && take(json, "role", role) &&
                     take(json, "from", request.caller.from) && take_query(json, request.query);
  if (!whole) return std::nullopt;
  request.caller.role = console_role(role).value_or(ConsoleRole::none);
  return request;
}

std::string path_for_self(const std::string& path) {
  constexpr std::string_view prefix = "/servers/";
  const std::size_t end = path.find('/', prefix.size());
  return std::string(prefix) + "self" + (end == std::string::npos ? "" : path.substr(end));
}

}  // namespace quorate
