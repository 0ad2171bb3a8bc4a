#include "client/cli/multi_text.h"

#include <array>
#include <limits>
#include <utility>

#include "client/cli/acl_text.h"
#include "client/cli/text.h"

namespace quorate::cli {
namespace {

constexpr std::array<std::pair<std::string_view, CreateMode>, 7> modes = {
    {{"persistent", CreateMode::persistent},
     {"ephemeral", CreateMode::ephemeral},
     {"persistent_sequential", CreateMode::persistent_sequential},
     {"ephemeral_sequential", CreateMode::ephemeral_sequential},
     {"container", CreateMode::container},
     {"ttl", CreateMode::ttl},
     {"ttl_sequential", CreateMode::ttl_sequential}}};

Error refused(const std::string& why) { return {ErrorCode::bad_arguments, why}; }

/// The parser's exceptions end here.
Result<Json> parse_json(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return refused("it is not JSON");
  return json;
}

Result<Json> parse_list(std::string_view text) {
  if (const auto whole = parse_json(text); whole.ok() && whole->is_array()) return *whole;
  Json list = Json::array();
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto json = parse_json(line);
    if (!json.ok()) return refused("line " + std::to_string(number) + ": " + json.error().text);
    list.push_back(std::move(*json));
  }
  return list;
}

/// Reads the keys of one operation; the first thing wrong is kept.
class Reader {
 public:
  Reader(const Json& json, const std::function<std::string(std::string_view)>& resolve)
      : json_(json), resolve_(resolve) {}

  std::string text(const char* key, bool required) {
    if (!json_.contains(key)) {
      if (required) fail(key, "is missing");
      return {};
    }
    if (!json_[key].is_string()) {
      fail(key, "must be a string");
      return {};
    }
    return json_[key].get<std::string>();
  }
  std::string path() {
    const std::string given = text("path", true);
    return given.empty() ? given : resolve_(given);
  }
  Blob data() {
    if (!json_.contains("data")) return {};
    auto data = data_of(json_["data"]);
    if (!data.ok()) {
      fail("data", data.error().text);
      return {};
    }
    return std::move(*data);
  }
  std::int64_t number(const char* key, std::int64_t otherwise, std::int64_t max) {
    if (!json_.contains(key)) return otherwise;
    if (!json_[key].is_number_integer() || json_[key].get<std::int64_t>() > max ||
        json_[key].get<std::int64_t>() < -max) {
      fail(key, "must be a whole number");
      return otherwise;
    }
    return json_[key].get<std::int64_t>();
  }
  std::int32_t version() {
    return static_cast<std::int32_t>(
        number("version", any_version, std::numeric_limits<std::int32_t>::max()));
  }
  bool flag(const char* key) {
    if (!json_.contains(key)) return false;
    if (!json_[key].is_boolean()) fail(key, "must be true or false");
    return json_[key].is_boolean() && json_[key].get<bool>();
  }
  Acl acl() {
    const std::string given = text("acl", false);
    if (given.empty()) return {};
    auto acl = parse_acl(given);
    if (!acl.ok()) fail("acl", acl.error().text);
    return acl.ok() ? std::move(*acl) : Acl();
  }
  CreateMode mode() {
    const std::string given = text("mode", false);
    if (given.empty()) return CreateMode::persistent;
    const auto mode = parse_mode(given);
    if (!mode.ok()) fail("mode", mode.error().text);
    return mode.ok() ? *mode : CreateMode::persistent;
  }
  /// A misspelt key must not go unnoticed.
  void allow(std::initializer_list<std::string_view> keys) {
    for (const auto& [key, value] : json_.items()) {
      bool known = false;
      for (const std::string_view allowed : keys) known = known || allowed == key;
      if (!known) fail(key.c_str(), "is not known here");
    }
  }
  void fail(const char* key, const std::string& why) {
    if (error_.empty()) error_ = "\"" + std::string(key) + "\" " + why;
  }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  const Json& json_;
  const std::function<std::string(std::string_view)>& resolve_;
  std::string error_;
};

Result<MultiOp> parse_op(const Json& json,
                         const std::function<std::string(std::string_view)>& resolve) {
  if (!json.is_object()) return refused("it is not a JSON object");
  Reader in(json, resolve);
  const std::string op = in.text("op", true);
  MultiOp result;
  if (op == "create") {
    in.allow({"op", "path", "data", "acl", "mode", "ttl_ms", "if_absent"});
    result = Create{in.path(),
                    in.data(),
                    in.acl(),
                    in.mode(),
                    in.number("ttl_ms", 0, std::int64_t{1} << 40),
                    in.flag("if_absent")};
  } else if (op == "set") {
    in.allow({"op", "path", "data", "version"});
    result = SetData{in.path(), in.data(), in.version()};
  } else if (op == "delete") {
    in.allow({"op", "path", "version"});
    result = Delete{in.path(), in.version()};
  } else if (op == "check") {
    in.allow({"op", "path", "version", "absent"});
    result = Check{in.path(), in.version(), in.flag("absent")};
  } else {
    in.fail("op", "must be create, set, delete or check");
  }
  if (!in.error().empty()) return refused(in.error());
  return result;
}

}  // namespace

std::string_view name_of(CreateMode mode) { return modes[static_cast<std::size_t>(mode)].first; }

Result<CreateMode> parse_mode(std::string_view text) {
  for (const auto& [name, mode] : modes) {
    if (name == text) return mode;
  }
  return refused("\"" + std::string(text) + "\" is no mode");
}

Result<Multi> parse_multi(std::string_view text,
                          const std::function<std::string(std::string_view)>& resolve) {
  const auto list = parse_list(text);
  if (!list.ok()) return list.error();
  Multi multi;
  for (const Json& json : *list) {
    auto op = parse_op(json, resolve);
    if (!op.ok()) {
      return refused("operation " + std::to_string(multi.ops.size() + 1) + ": " + op.error().text);
    }
    multi.ops.push_back(std::move(*op));
  }
  if (multi.ops.empty()) return refused("there are no operations");
  return multi;
}

}  // namespace quorate::cli
