#include "actors/console/api_call.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace quorate {
namespace {

/// What the tree holds need not be UTF-8, JSON has to be.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

AdminAnswer answer_of(const Refusal& refusal) {
  Json error{{"code", refusal.code}, {"text", refusal.text}};
  if (!refusal.help.empty()) error["do"] = refusal.help;
  return {refusal.status, dump({{"error", std::move(error)}})};
}

AdminAnswer answer_of(const Json& json) { return {200, dump(json)}; }

Refusal bad_request(std::string text) { return {400, "bad_request", std::move(text), {}}; }
Refusal not_found(std::string text) { return {404, "not_found", std::move(text), {}}; }

Refusal refusal_of(ErrorCode code, std::string text) {
  if (text.empty()) text = to_string(code);
  switch (code) {
    case ErrorCode::bad_arguments:
    case ErrorCode::invalid_acl:
    case ErrorCode::request_too_large:
      return bad_request(std::move(text));
    case ErrorCode::no_node:
    case ErrorCode::no_watcher:
    case ErrorCode::unknown_session:
    case ErrorCode::session_expired:
      return not_found(std::move(text));
    case ErrorCode::no_auth:
      return {403, "forbidden", std::move(text),
              "give an identity that the ACL admits; the role of the console is not enough"};
    case ErrorCode::bad_version:
      return {412, "stale", std::move(text), "look at what is there now, and decide again"};
    case ErrorCode::node_exists:
    case ErrorCode::not_empty:
    case ErrorCode::no_children_for_ephemerals:
    case ErrorCode::quota_exceeded:
      return {409, "conflict", std::move(text), {}};
    case ErrorCode::throttled:
      return {429, "too_many", std::move(text), "ask again in a moment"};
    case ErrorCode::operation_timeout:
    case ErrorCode::request_timeout:
      return {504, "timeout", std::move(text), {}};
    default:
      return {503, "unavailable", std::move(text), {}};
  }
}

void ApiCall::wrong(std::string text) {
  if (!wrong_) wrong_ = bad_request(std::move(text));
}

std::uint64_t ApiCall::number(std::string_view name, std::uint64_t otherwise, std::uint64_t max) {
  const std::string_view given = request().option(name);
  if (given.empty()) return otherwise;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
  if (error != std::errc() || end != given.data() + given.size() || value > max) {
    wrong(std::string(name) + ": a number up to " + std::to_string(max) + " is wanted");
    return otherwise;
  }
  return value;
}

bool ApiCall::flag(std::string_view name) { return word(name, "false true") == "true"; }

std::string ApiCall::word(std::string_view name, std::string_view words) {
  const std::string_view given = request().option(name);
  std::string first;
  for (std::string_view rest = words; !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    if (first.empty()) first = one;
    if (one == given) return std::string(one);
  }
  if (!given.empty()) wrong(std::string(name) + ": one of these is wanted: " + std::string(words));
  return first;
}

std::string ApiCall::text(std::string_view name, std::size_t bytes_max) {
  const std::string_view given = request().option(name);
  if (given.size() > bytes_max)
    wrong(std::string(name) + ": at most " + std::to_string(bytes_max) + " bytes are taken");
  return std::string(given.substr(0, bytes_max));
}

bool ApiCall::parse_body() {
  body_ = Json::parse(request().body, nullptr, false);
  if (body_.is_object()) return true;
  refuse(bad_request("the body is no JSON object"));
  return false;
}

std::optional<std::int64_t> ApiCall::body_number(std::string_view name, std::int64_t min,
                                                 std::int64_t max) {
  const auto found = body_.find(name);
  if (found == body_.end() || found->is_null()) return std::nullopt;
  const bool is_large = found->is_number_unsigned() &&
                        found->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
  if (!found->is_number_integer() || is_large || found->get<std::int64_t>() < min ||
      found->get<std::int64_t>() > max) {
    wrong(std::string(name) + ": a whole number from " + std::to_string(min) + " to " +
          std::to_string(max) + " is wanted");
    return std::nullopt;
  }
  return found->get<std::int64_t>();
}

std::optional<std::string> ApiCall::body_text(std::string_view name, std::size_t bytes_max) {
  const auto found = body_.find(name);
  if (found == body_.end() || found->is_null()) return std::nullopt;
  if (!found->is_string() || found->get_ref<const std::string&>().size() > bytes_max) {
    wrong(std::string(name) + ": a text of at most " + std::to_string(bytes_max) +
          " bytes is wanted");
    return std::nullopt;
  }
  return found->get<std::string>();
}

std::optional<bool> ApiCall::body_flag(std::string_view name) {
  const auto found = body_.find(name);
  if (found == body_.end() || found->is_null()) return std::nullopt;
  if (!found->is_boolean()) {
    wrong(std::string(name) + ": true or false is wanted");
    return std::nullopt;
  }
  return found->get<bool>();
}

bool ApiCall::is_refused() {
  if (wrong_) refuse(*std::exchange(wrong_, std::nullopt));
  return answered_;
}

void ApiCall::refuse(Refusal refusal) { send(answer_of(refusal)); }

void ApiCall::send(AdminAnswer answer) {
  if (std::exchange(answered_, true)) return;
  call_->answer(std::move(answer));
}

}  // namespace quorate
