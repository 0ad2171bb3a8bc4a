#include "client/admin/api.h"

#include <algorithm>
#include <fstream>
#include <utility>

namespace quorate::admin {
namespace {

constexpr std::string_view root = "/api/v1";
constexpr std::size_t page_items_max = 1000;
constexpr std::size_t token_bytes_max = 256;

std::vector<std::pair<std::string, std::string>> headers_of(const ApiOptions& options) {
  if (options.token.empty()) return {};
  return {{"Authorization", "Bearer " + options.token}};
}

}  // namespace

Result<std::string> read_token(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{ErrorCode::bad_arguments, "the token file " + file + " cannot be read"};
  // More is no token, whatever it is.
  std::string text(4096, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  constexpr const char* space = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string::npos) {
    return Error{ErrorCode::bad_arguments, "the token file " + file + " is empty"};
  }
  return text.substr(begin, text.find_last_not_of(space) + 1 - begin);
}

Status check_token(const std::string& token, const ConsoleUrl& url) {
  if (token.empty()) return {};
  const bool printable =
      std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!printable || token.size() > token_bytes_max) {
    return {ErrorCode::bad_arguments,
            "the token is none: at most 256 printable characters, without spaces"};
  }
  if (!url.tls && !url.is_loopback()) {
    return {ErrorCode::bad_arguments,
            "a token is not sent to " + url.authority() + " in clear; name it with https://"};
  }
  return {};
}

EventStream::EventStream(const ApiOptions& options)
    : options_(options), connection_(options.http) {}

Status EventStream::open(const std::string& target, const std::string& last_id) {
  HttpRequest request;
  request.target = std::string(root) + target;
  request.headers = headers_of(options_);
  if (!last_id.empty()) request.headers.emplace_back("Last-Event-ID", last_id);
  parser_ = SseParser(body_bytes_max);
  Result<HttpAnswer> answer = connection_.begin(request, options_.timeout);
  if (!answer.ok()) return answer.error();
  if (answer->status == 200 && answer->content_type.starts_with("text/event-stream")) return {};
  for (;;) {
    auto more = connection_.read_some(options_.timeout);
    if (!more.ok() || !*more || (*more)->empty()) break;
    answer->body += **more;
    if (answer->body.size() > page_items_max * 1024) break;
  }
  const auto refused = json_of(*answer, options_.http.url.text());
  if (!refused.ok()) return refused.error();
  return {ErrorCode::marshalling_error, options_.http.url.text() + " sends no event stream"};
}

Result<std::optional<SseEvent>> EventStream::next(std::chrono::milliseconds wait) {
  if (auto event = parser_.next()) return event;
  auto more = connection_.read_some(wait);
  if (!more.ok()) return more.error();
  if (!*more) return Error{ErrorCode::connection_loss, "the server ended the event stream"};
  if (const Status fed = parser_.feed(**more); !fed.ok()) return fed.error();
  return parser_.next();
}

Api::Api(const ApiOptions& options) : options_(options), connection_(options.http) {}

Result<Json> Api::get(std::string_view path, const Query& query) {
  HttpRequest request;
  request.target = std::string(root) + target_of(path, query);
  request.headers = headers_of(options_);
  const auto answer = connection_.exchange(request, options_.timeout);
  if (!answer.ok()) return answer.error();
  return json_of(*answer, options_.http.url.text());
}

Result<Json> Api::send(std::string_view method, std::string_view path, const Json& body,
                       const std::string& etag) {
  HttpRequest request;
  request.method = method;
  request.target = std::string(root).append(path);
  request.headers = headers_of(options_);
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("X-Quorate-Console", "1");
  const bool clean =
      std::all_of(etag.begin(), etag.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!etag.empty() && clean) request.headers.emplace_back("If-Match", etag);
  request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto answer = connection_.exchange(request, options_.timeout);
  if (!answer.ok()) return answer.error();
  return json_of(*answer, options_.http.url.text());
}

Result<Json> Api::get_list(std::string_view path, Query query, std::size_t count) {
  query.emplace_back("offset", "0");
  query.emplace_back("limit", "0");
  Result<Json> whole = Error{};
  std::size_t have = 0;
  while (have < count || have == 0) {
    query[query.size() - 2].second = std::to_string(have);
    const std::size_t asked = std::min(page_items_max, count - have);
    query.back().second = std::to_string(asked);
    auto page = get(path, query);
    if (!page.ok()) return page;
    const Json& items = list_of(*page, "items");
    const std::size_t came = items.size();
    const auto total = integer_of(*page, "total");
    if (have == 0) {
      whole = std::move(page);
    } else {
      for (const Json& item : items) (*whole)["items"].push_back(item);
    }
    have += came;
    const bool more = total ? static_cast<std::int64_t>(have) < *total : came == asked;
    if (came == 0 || !more) break;
  }
  return whole;
}

}  // namespace quorate::admin
