#include "actors/console/access.h"

#include <arpa/inet.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/console.h"
#include "config/words.h"
#include "core/base/check.h"

namespace quorate {
namespace {

constexpr std::string_view cookie_name = "quorate_console";
constexpr std::chrono::seconds look_interval{1};
constexpr std::chrono::minutes failure_window{1};
constexpr const char* challenge = R"(Bearer realm="quorate")";

/// A host and perhaps a port, as in a Host header.
struct Authority {
  std::string host;  ///< In small letters; IPv6 without brackets.
  std::string port;  ///< Empty: none is given.
};

std::optional<Authority> authority_of(std::string_view text) {
  Authority authority;
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    authority.host = words::lower_case(text.substr(1, end - 1));
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
    authority.host = words::lower_case(text.substr(0, end));
  }
  if (authority.host.empty()) return std::nullopt;
  if (end == text.size()) return authority;
  if (text[end] != ':') return std::nullopt;
  authority.port = text.substr(end + 1);
  const bool is_number = !authority.port.empty() && authority.port.size() <= 5 &&
                         std::all_of(authority.port.begin(), authority.port.end(),
                                     [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return std::nullopt;
  return authority;
}

bool is_ip(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

bool is_any_address(std::string_view address) { return address == "0.0.0.0" || address == "::"; }

bool is_safe(const HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

/// The value of our cookie.
std::string_view cookie_of(const HttpRequest& request) {
  for (const std::string_view pair : words::split(request.header("cookie"), ';')) {
    const std::string_view trimmed = words::trimmed(pair);
    const std::size_t equals = trimmed.find('=');
    if (equals != std::string_view::npos && trimmed.substr(0, equals) == cookie_name)
      return trimmed.substr(equals + 1);
  }
  return {};
}

std::string random_secret() {
  std::array<unsigned char, 32> bytes{};
  check(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1,
        "random numbers are to be had");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string cookie_header(std::string_view value, std::chrono::seconds life, bool is_tls) {
  std::string header(cookie_name);
  header.append("=").append(value).append("; HttpOnly; SameSite=Strict; Path=/; Max-Age=");
  header.append(std::to_string(life.count()));
  if (is_tls) header.append("; Secure");
  return header;
}

Refusal unauthenticated(std::string text, std::string help) {
  return {
      401, "unauthenticated", std::move(text), std::move(help), {{"WWW-Authenticate", challenge}}};
}

Refusal wrong_token() {
  return {401,
          "unauthenticated",
          "this token is unknown or has expired",
          "make one with `quorate console token` and add its line to console_tokens_file",
          {{"WWW-Authenticate", R"(Bearer realm="quorate", error="invalid_token")"}}};
}

Refusal forbidden(std::string text, std::string help) {
  return {403, "forbidden", std::move(text), std::move(help), {}};
}

bool is_json(std::string_view type) {
  return words::lower_case(words::trimmed(type.substr(0, type.find(';')))) == "application/json";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> security_headers(bool is_tls, bool is_api) {
  std::vector<std::pair<std::string, std::string>> headers{
      {"Content-Security-Policy",
       "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"}};
  if (is_api) headers.emplace_back("Cache-Control", "no-store");
  if (is_tls) headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  return headers;
}

HttpResponse response_of(const Refusal& refusal, bool is_tls) {
  nlohmann::ordered_json error{{"code", refusal.code}, {"text", refusal.text}};
  if (!refusal.help.empty()) error["do"] = refusal.help;
  const nlohmann::ordered_json body{{"error", std::move(error)}};
  HttpResponse response;
  response.status = refusal.status;
  // Texts may quote what a client sent, which need not be UTF-8.
  response.body = std::make_shared<const std::string>(
      body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  response.headers = security_headers(is_tls, true);
  response.headers.insert(response.headers.end(), refusal.headers.begin(), refusal.headers.end());
  return response;
}

Access::Access(AccessRules rules)
    : rules_(std::move(rules)),
      is_loopback_(is_loopback_address(rules_.address)),
      is_open_(is_loopback_ && rules_.tokens_file.empty()) {
  for (std::string& name : rules_.names) name = words::lower_case(name);
}

Result<std::unique_ptr<Access>> Access::make(AccessRules rules, WallTime now) {
  std::unique_ptr<Access> access(new Access(std::move(rules)));
  access->looked_at_ = now;
  if (access->rules_.tokens_file.empty()) return access;
  Result<TokensFile> file = TokensFile::load(access->rules_.tokens_file);
  if (!file) return file.error();
  access->tokens_file_ = *std::move(file);
  return access;
}

const Tokens& Access::tokens() const {
  static const Tokens none;
  return tokens_file_ ? tokens_file_->tokens() : none;
}

void Access::refresh(WallTime now) {
  // A clock that was set back must not keep the file from being looked at.
  const auto since = now - looked_at_;
  if (!tokens_file_ || (since >= WallTime::duration::zero() && since < look_interval)) return;
  looked_at_ = now;
  const Result<TokensFile::Reload> reloaded = tokens_file_->reload();
  if (!reloaded || *reloaded == TokensFile::Reload::done) reload_ = reloaded.status();
}

// ---- Where a request comes from.

std::optional<Refusal> Access::judge_host(const HttpRequest& request) const {
  const std::optional<Authority> asked = authority_of(request.header("host"));
  const std::string default_port = request.is_tls ? "443" : "80";
  const auto is_ours = [&](const Authority& authority) {
    for (const std::string& name : rules_.names) {
      const std::optional<Authority> ours = authority_of(name);
      if (ours && ours->host == authority.host &&
          (ours->port.empty() || ours->port == authority.port))
        return true;
    }
    const std::string& port = authority.port.empty() ? default_port : authority.port;
    if (port != std::to_string(rules_.port)) return false;
    const std::string& host = authority.host;
    if (host == words::lower_case(rules_.address)) return true;
    // A name can be made to lead anywhere, an address cannot.
    if (is_any_address(rules_.address)) return is_ip(host) || host == "localhost";
    return is_loopback_ && (host == "localhost" || host == "127.0.0.1" || host == "::1");
  };
  if (asked && is_ours(*asked)) return std::nullopt;
  return Refusal{421,
                 "wrong_host",
                 "the Host of the request (" + words::quoted(request.header("host")) +
                     ") is no name of this console",
                 "use the address that the console listens at, or add the name to console_names",
                 {}};
}

/// Browsers tell what page a request comes from; other clients say nothing.
std::optional<Refusal> Access::judge_site(const HttpRequest& request) const {
  static constexpr const char* help = "use the console's own page, or a client that is no browser";
  const std::string_view site = request.header("sec-fetch-site");
  const bool is_foreign_site = !site.empty() && site != "same-origin" && site != "none";
  if (is_safe(request)) {
    // A link may lead here. What a page fetches behind the scenes would only take up room.
    if (is_foreign_site && request.header("sec-fetch-mode") != "navigate")
      return forbidden("a page of another site asked for this", help);
    return std::nullopt;
  }
  const std::string_view origin = request.header("origin");
  if (!origin.empty()) {
    const std::size_t scheme = origin.find("://");
    const bool is_web =
        origin.starts_with("https://") || (origin.starts_with("http://") && !request.is_tls);
    // The Host is one of ours already.
    const bool is_ours = is_web && words::lower_case(origin.substr(scheme + 3)) ==
                                       words::lower_case(request.header("host"));
    if (!is_ours) return forbidden("the request comes from a page of another origin", help);
  }
  if (is_foreign_site) return forbidden("the request comes from a page of another site", help);
  if (request.header("x-quorate-console") != "1")
    return forbidden("the header X-Quorate-Console is missing",
                     "send X-Quorate-Console: 1 with whatever is not GET");
  if (!request.body.empty() && !is_json(request.header("content-type")))
    return Refusal{400,
                   "bad_request",
                   "the body is not said to be JSON",
                   "send Content-Type: application/json",
                   {}};
  return std::nullopt;
}

// ---- Who sends it.

const Token* Access::valid_token(const SecretHash& hash, WallTime now) const {
  const Token* token = tokens().find(hash);
  const bool is_valid = token != nullptr && (!token->expires || now < *token->expires);
  return is_valid ? token : nullptr;
}

std::deque<Access::Cookie>::iterator Access::find_cookie(const HttpRequest& request) {
  const std::string_view value = cookie_of(request);
  if (value.empty()) return cookies_.end();
  const SecretHash secret = hash_of_secret(value);
  return std::find_if(cookies_.begin(), cookies_.end(), [&secret](const Cookie& cookie) {
    return equal_in_constant_time(cookie.secret, secret);
  });
}

Access::Identified Access::identify_bearer(std::string_view authorization, const Caller& nobody,
                                           WallTime now) {
  const std::size_t blank = authorization.find(' ');
  if (words::lower_case(authorization.substr(0, blank)) != "bearer" ||
      blank == std::string_view::npos) {
    counters_.wrong_token.add();
    return unauthenticated("only bearer tokens are understood", "send Authorization: Bearer TOKEN");
  }
  const SecretHash hash = hash_of_secret(words::trimmed(authorization.substr(blank + 1)));
  const Token* token = valid_token(hash, now);
  if (token != nullptr) return Caller{token->name, token->role, nobody.from, token->expires};
  return refuse_token(nobody.from, now);
}

Refusal Access::refuse_token(const std::string& from, WallTime now) {
  if (std::optional<Refusal> refusal = count_failure(from, now)) {
    counters_.throttled.add();
    return *std::move(refusal);
  }
  counters_.wrong_token.add();
  return wrong_token();
}

Access::Identified Access::identify(const HttpRequest& request, WallTime now) {
  Caller caller{{}, ConsoleRole::none, request.remote, {}};
  if (is_open_) {
    caller.name = "loopback";
    caller.role = ConsoleRole::admin;
    return caller;
  }
  const std::string_view authorization = request.header("authorization");
  if (!authorization.empty()) return identify_bearer(authorization, caller, now);
  if (const auto cookie = find_cookie(request); cookie != cookies_.end()) {
    const Token* token = valid_token(cookie->token, now);
    if (token != nullptr && now < cookie->expires)
      return Caller{token->name, token->role, request.remote, cookie->expires};
    cookies_.erase(cookie);
  }
  if (!request.certificate || !rules_.takes_certificates) return caller;
  // Without a file that says more, whoever is vouched for may look.
  caller.role =
      tokens_file_ ? tokens().role_of_certificate(*request.certificate) : ConsoleRole::viewer;
  if (caller.role != ConsoleRole::none) caller.name = *request.certificate;
  return caller;
}

std::variant<Caller, Refusal> Access::judge(const HttpRequest& request, ConsoleRole needed,
                                            bool changes, WallTime now) {
  refresh(now);
  if (std::optional<Refusal> refusal = judge_host(request)) {
    counters_.wrong_host.add();
    return *refusal;
  }
  if (std::optional<Refusal> refusal = judge_site(request)) {
    counters_.foreign_site.add();
    return *refusal;
  }
  return judge_sender(request, needed, changes, now);
}

Access::Identified Access::judge_sender(const HttpRequest& request, ConsoleRole needed,
                                        bool changes, WallTime now) {
  Identified identified = identify(request, now);
  const auto* caller = std::get_if<Caller>(&identified);
  if (caller == nullptr) return identified;
  if (caller->role < needed) {
    const std::string role(to_string(needed));
    if (caller->role == ConsoleRole::none) {
      counters_.unauthenticated.add();
      return unauthenticated("this needs the role " + role, "log in, or send a token");
    }
    counters_.forbidden.add();
    return forbidden("this needs the role " + role + ", and " + words::quoted(caller->name) +
                         " is " + std::string(to_string(caller->role)),
                     "use a token with that role");
  }
  if (changes && rules_.read_only) {
    counters_.read_only.add();
    return Refusal{403,
                   "read_only",
                   "nothing can be changed through this console",
                   "use a server whose console_read_only is false",
                   {}};
  }
  counters_.allowed.add();
  return identified;
}

// ---- Cookies.

std::variant<Access::Login, Refusal> Access::login(const HttpRequest& request,
                                                   std::string_view token, WallTime now) {
  refresh(now);
  if (std::optional<Refusal> refusal = too_many_failures(request.remote, now)) {
    counters_.throttled.add();
    return *refusal;
  }
  const SecretHash hash = hash_of_secret(token);
  const Token* found = valid_token(hash, now);
  if (found == nullptr) return refuse_token(request.remote, now);
  std::erase_if(cookies_, [now](const Cookie& cookie) { return cookie.expires <= now; });
  if (cookies_.size() >= cookies_max) cookies_.pop_front();
  WallTime expires = now + cookie_life;
  if (found->expires) expires = std::min(expires, *found->expires);
  const std::string secret = random_secret();
  cookies_.push_back({hash_of_secret(secret), hash, expires});
  const auto life = std::chrono::duration_cast<std::chrono::seconds>(expires - now);
  return Login{{found->name, found->role, request.remote, expires},
               cookie_header(secret, life, request.is_tls)};
}

std::string Access::logout(const HttpRequest& request) {
  if (const auto cookie = find_cookie(request); cookie != cookies_.end()) cookies_.erase(cookie);
  return cookie_header("", std::chrono::seconds(0), request.is_tls);
}

// ---- Failures.

std::optional<Refusal> Access::too_many_failures(const std::string& from, WallTime now) const {
  const auto found = failures_.find(from);
  if (found == failures_.end() || found->second.count < failures_max) return std::nullopt;
  const auto since = now - found->second.since;
  if (since < WallTime::duration::zero() || since >= failure_window) return std::nullopt;
  const auto wait = std::chrono::ceil<std::chrono::seconds>(failure_window - since);
  return Refusal{429,
                 "too_many",
                 "too many tokens from this address were wrong",
                 "wait a minute, then use a token that is in console_tokens_file",
                 {{"Retry-After", std::to_string(wait.count())}}};
}

std::optional<Refusal> Access::count_failure(const std::string& from, WallTime now) {
  if (std::optional<Refusal> refusal = too_many_failures(from, now)) return refusal;
  const auto is_over = [now](const Failures& failures) {
    const auto since = now - failures.since;
    return since < WallTime::duration::zero() || since >= failure_window;
  };
  if (failures_.find(from) == failures_.end() && failures_.size() >= addresses_max) {
    std::erase_if(failures_, [&](const auto& entry) { return is_over(entry.second); });
    // Still full: the oldest is forgotten, for memory counts more than its remaining seconds.
    if (failures_.size() >= addresses_max) {
      failures_.erase(std::min_element(
          failures_.begin(), failures_.end(),
          [](const auto& a, const auto& b) { return a.second.since < b.second.since; }));
    }
  }
  Failures& failures = failures_[from];
  if (failures.count == 0 || is_over(failures)) failures = {now, 0};
  ++failures.count;
  return std::nullopt;
}

}  // namespace quorate
