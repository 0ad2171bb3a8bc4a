#include "client/admin/answer.h"

#include <array>
#include <cmath>
#include <utility>

#include "client/utf8.h"

namespace quorate::admin {
namespace {

constexpr std::array<std::pair<std::string_view, ErrorCode>, 15> codes = {
    {{"bad_request", ErrorCode::bad_arguments},
     {"unauthenticated", ErrorCode::auth_failed},
     {"forbidden", ErrorCode::no_auth},
     {"not_found", ErrorCode::no_node},
     {"conflict", ErrorCode::bad_version},
     {"not_restartable", ErrorCode::bad_version},
     {"stale", ErrorCode::bad_version},
     {"too_large", ErrorCode::request_too_large},
     {"wrong_host", ErrorCode::bad_arguments},
     {"too_many", ErrorCode::throttled},
     {"not_linked", ErrorCode::not_serving},
     {"unavailable", ErrorCode::not_serving},
     {"timeout", ErrorCode::operation_timeout},
     {"unimplemented", ErrorCode::unimplemented},
     {"internal", ErrorCode::system_error}}};

ErrorCode error_code_of_status(unsigned status) {
  switch (status) {
    case 400:
    case 405:
    case 421:
      return ErrorCode::bad_arguments;
    case 401:
      return ErrorCode::auth_failed;
    case 403:
      return ErrorCode::no_auth;
    case 404:
      return ErrorCode::no_node;
    case 409:
    case 412:
      return ErrorCode::bad_version;
    case 413:
      return ErrorCode::request_too_large;
    case 429:
      return ErrorCode::throttled;
    case 502:
    case 503:
      return ErrorCode::not_serving;
    case 504:
      return ErrorCode::operation_timeout;
    default:
      return ErrorCode::system_error;
  }
}

/// How deep brackets go; those in strings do not count.
std::size_t nesting_of(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

std::string well_formed(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = client::sequence_length(text);
    out.append(length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

const Json& nothing() {
  static const Json null;
  return null;
}

}  // namespace

ErrorCode error_code_of(std::string_view api_code, unsigned status) {
  for (const auto& [name, code] : codes) {
    if (name == api_code) return code;
  }
  return error_code_of_status(status);
}

Result<Json> parse_json(std::string_view text) {
  if (nesting_of(text) > nesting_max) {
    return Error{ErrorCode::marshalling_error, "what was sent is nested too deep"};
  }
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) value = Json::parse(well_formed(text), nullptr, false);
  if (value.is_discarded()) return Error{ErrorCode::marshalling_error, "what was sent is no JSON"};
  return value;
}

Result<Json> json_of(const HttpAnswer& answer, std::string_view console) {
  Result<Json> body = parse_json(answer.body);
  const std::string who(console);
  if (answer.status >= 200 && answer.status < 300) {
    if (!body.ok()) return Error{body.error().code, who + ": " + body.error().text};
    return body;
  }
  const std::string status = std::to_string(answer.status);
  const std::string code = body.ok() ? text_of(*body, "error.code") : "";
  if (code.empty()) {
    return Error{error_code_of_status(answer.status),
                 who + " answers with HTTP " + status + " and is no console of a server"};
  }
  std::string text = text_of(*body, "error.text");
  if (text.empty()) text = "refused";
  if (const std::string advice = text_of(*body, "error.do"); !advice.empty()) {
    text += "; " + advice;
  }
  return Error{error_code_of(code, answer.status), text + " [" + code + "]"};
}

const Json& field(const Json& value, std::string_view path) {
  const Json* at = &value;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const std::string name(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    if (!at->is_object()) return nothing();
    const auto found = at->find(name);
    if (found == at->end()) return nothing();
    at = &*found;
  }
  return *at;
}

std::string text_of(const Json& value, std::string_view path) {
  const Json& found = field(value, path);
  return found.is_string() ? found.get<std::string>() : "";
}

std::optional<std::int64_t> integer_of(const Json& value, std::string_view path) {
  const Json& found = field(value, path);
  if (found.is_number_unsigned() && found.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  if (found.is_number_integer()) return found.get<std::int64_t>();
  const auto number = number_of(value, path);
  // Beyond that, a double has no room for a fraction either, and may not fit.
  if (!number || std::abs(*number) > 9e15) return std::nullopt;
  return std::llround(*number);
}

std::optional<double> number_of(const Json& value, std::string_view path) {
  const Json& found = field(value, path);
  if (!found.is_number()) return std::nullopt;
  return found.get<double>();
}

bool is_true(const Json& value, std::string_view path) {
  const Json& found = field(value, path);
  return found.is_boolean() && found.get<bool>();
}

const Json& list_of(const Json& value, std::string_view path) {
  static const Json empty = Json::array();
  const Json& found = field(value, path);
  return found.is_array() ? found : empty;
}

}  // namespace quorate::admin
