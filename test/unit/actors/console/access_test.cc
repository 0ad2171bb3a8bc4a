#include "actors/console/access.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "test/unit/storage/temporary_directory.h"

using namespace quorate;
using namespace quorate::test;
using namespace std::chrono_literals;

namespace {

using Headers = std::map<std::string, std::string, std::less<>>;

const WallTime start = std::chrono::sys_days(std::chrono::year(2027) / 1 / 15) + 8h;

std::string hex(const SecretHash& hash) {
  std::string text;
  for (const std::uint8_t byte : hash) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

HttpRequest request(const std::string& method, const Headers& headers) {
  HttpRequest request;
  request.method = method;
  request.path = "/";
  request.headers = headers;
  request.headers.try_emplace("host", "localhost:8080");
  request.remote = "192.0.2.7";
  return request;
}

HttpRequest get(const Headers& headers = {}) { return request("GET", headers); }

HttpRequest post(Headers headers = {}) {
  headers.try_emplace("x-quorate-console", "1");
  return request("POST", headers);
}

AccessRules loopback() {
  AccessRules rules;
  rules.address = "127.0.0.1";
  rules.port = 8080;
  return rules;
}

/// Access with a tokens file: view-token, op-token, admin-token, and one that has expired.
struct Guarded {
  explicit Guarded(AccessRules rules = loopback()) {
    write("view viewer " + hex(hash_of_secret("view-token")) + "\nop operator " +
          hex(hash_of_secret("op-token")) + " 2027-01-15\nadm admin " +
          hex(hash_of_secret("admin-token")) + "\nold admin " + hex(hash_of_secret("old-token")) +
          " 2027-01-14\ncert:CN=ops,O=Example operator\n");
    rules.tokens_file = folder / "tokens";
    rules.takes_certificates = true;
    auto made = Access::make(rules, start);
    REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().text));
    access = *std::move(made);
  }

  void write(const std::string& text) const {
    std::ofstream(folder / "tokens") << text;
    REQUIRE(::chmod((folder / "tokens").c_str(), 0600) == 0);
  }

  TemporaryDirectory folder;
  std::unique_ptr<Access> access;
};

std::unique_ptr<Access> made(const AccessRules& rules) {
  auto access = Access::make(rules, start);
  REQUIRE(access.ok());
  return *std::move(access);
}

Headers bearer(const std::string& token) { return {{"authorization", "Bearer " + token}}; }

/// "name role", or "status code".
std::string verdict(const std::variant<Caller, Refusal>& judged) {
  if (const auto* caller = std::get_if<Caller>(&judged))
    return caller->name + " " + std::string(to_string(caller->role));
  const auto& refusal = std::get<Refusal>(judged);
  return std::to_string(refusal.status) + " " + refusal.code;
}

std::string judged(Access& access, const HttpRequest& request,
                   ConsoleRole needed = ConsoleRole::none, bool changes = false,
                   WallTime now = start) {
  return verdict(access.judge(request, needed, changes, now));
}

/// The header Cookie that a browser sends after this login.
std::string cookie_after(const std::string& set_cookie) {
  return set_cookie.substr(0, set_cookie.find(';'));
}

std::string logged_in(Access& access, const std::string& token, WallTime now = start) {
  auto login = access.login(post(), token, now);
  REQUIRE(std::holds_alternative<Access::Login>(login));
  return cookie_after(std::get<Access::Login>(login).set_cookie);
}

std::string failed_login(Access& access, const std::string& token, WallTime now = start,
                         const std::string& from = "192.0.2.7") {
  HttpRequest login = post();
  login.remote = from;
  const auto result = access.login(login, token, now);
  if (std::holds_alternative<Access::Login>(result)) return "logged in";
  const auto& refusal = std::get<Refusal>(result);
  return std::to_string(refusal.status) + " " + refusal.code;
}

}  // namespace

// ---- The host.

TEST_CASE("a loopback console answers to its own names and addresses, with its port") {
  const auto access = made(loopback());
  for (const char* host : {"localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LocalHost:8080"}) {
    CAPTURE(host);
    CHECK(judged(*access, get({{"host", host}})) == "loopback admin");
  }
  for (const char* host : {"", "localhost", "localhost:80", "localhost:8081", "127.0.0.2:8080",
                           "evil.example.com:8080", "localhost.evil.example.com:8080",
                           "localhost:8080x", "localhost:", "localhost:8080:8080", "[::1]8080",
                           "[::1:8080", "::1:8080", "127.0.0.1.:8080", "user@localhost:8080"}) {
    CAPTURE(host);
    CHECK(judged(*access, get({{"host", host}})) == "421 wrong_host");
    CHECK(judged(*access, post({{"host", host}}), ConsoleRole::admin, true) == "421 wrong_host");
  }
}

TEST_CASE("the default port need not be named") {
  AccessRules rules = loopback();
  rules.port = 80;
  CHECK(judged(*made(rules), get({{"host", "localhost"}})) == "loopback admin");
  HttpRequest tls = get({{"host", "localhost"}});
  tls.is_tls = true;
  CHECK(judged(*made(rules), tls) == "421 wrong_host");
  rules.port = 443;
  CHECK(judged(*made(rules), tls) == "loopback admin");
}

TEST_CASE("a console for others answers to the address it listens at, or to any where it has all") {
  AccessRules rules = loopback();
  rules.address = "10.0.0.1";
  {
    const Guarded guarded(rules);
    CHECK(judged(*guarded.access, get({{"host", "10.0.0.1:8080"}})) == " none");
    CHECK(judged(*guarded.access, get({{"host", "10.0.0.2:8080"}})) == "421 wrong_host");
    CHECK(judged(*guarded.access, get({{"host", "localhost:8080"}})) == "421 wrong_host");
  }
  rules.address = "0.0.0.0";
  const Guarded guarded(rules);
  for (const char* host :
       {"10.0.0.2:8080", "[2001:db8::1]:8080", "127.0.0.1:8080", "localhost:8080"})
    CHECK(judged(*guarded.access, get({{"host", host}})) == " none");
  for (const char* host :
       {"10.0.0.2:80", "10.0.0.2", "evil.example.com:8080", "10.0.0.2.nip.io:8080"})
    CHECK(judged(*guarded.access, get({{"host", host}})) == "421 wrong_host");
}

TEST_CASE("further names are those that are configured") {
  AccessRules rules = loopback();
  rules.names = {"Console.Example.com", "other:9090", "[2001:db8::1]:80"};
  const auto access = made(rules);
  for (const char* host :
       {"console.example.com", "CONSOLE.example.com:443", "other:9090", "[2001:db8::1]:80"})
    CHECK(judged(*access, get({{"host", host}})) == "loopback admin");
  for (const char* host :
       {"example.com", "other", "other:9091", "xconsole.example.com", "[2001:db8::1]"})
    CHECK(judged(*access, get({{"host", host}})) == "421 wrong_host");
}

// ---- The site.

TEST_CASE("what changes something comes from our own page, or from no page") {
  const auto access = made(loopback());
  const auto change = [&](const Headers& headers) {
    return judged(*access, post(headers), ConsoleRole::admin, true);
  };
  CHECK(change({}) == "loopback admin");
  CHECK(change({{"origin", "http://localhost:8080"}}) == "loopback admin");
  CHECK(change({{"origin", "http://LOCALHOST:8080"}}) == "loopback admin");
  CHECK(change({{"sec-fetch-site", "same-origin"}}) == "loopback admin");
  CHECK(change({{"sec-fetch-site", "none"}}) == "loopback admin");
  for (const char* origin :
       {"null", "http://evil.example.com", "http://localhost", "http://localhost:8081",
        "http://127.0.0.1:8080", "file://localhost:8080", "localhost:8080",
        "http://localhost:8080.evil.example.com", "http://localhost:8080/"}) {
    CAPTURE(origin);
    CHECK(change({{"origin", origin}}) == "403 forbidden");
    CHECK(change({{"origin", origin}, {"sec-fetch-site", "same-origin"}}) == "403 forbidden");
  }
  for (const char* site : {"cross-site", "same-site", "anything"})
    CHECK(change({{"sec-fetch-site", site}}) == "403 forbidden");
}

TEST_CASE("under TLS a page without it is another origin") {
  const auto access = made(loopback());
  HttpRequest tls = post({{"origin", "http://localhost:8080"}});
  tls.is_tls = true;
  CHECK(judged(*access, tls) == "403 forbidden");
  tls.headers["origin"] = "https://localhost:8080";
  CHECK(judged(*access, tls) == "loopback admin");
}

TEST_CASE("links from elsewhere lead here, but pages elsewhere fetch nothing") {
  const auto access = made(loopback());
  CHECK(judged(*access, get({{"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "navigate"}})) ==
        "loopback admin");
  CHECK(judged(*access, get({{"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "no-cors"}})) ==
        "403 forbidden");
  CHECK(judged(*access, get({{"sec-fetch-site", "same-site"}})) == "403 forbidden");
  CHECK(judged(*access, get({{"sec-fetch-site", "same-origin"}})) == "loopback admin");
}

TEST_CASE("whatever is not GET or HEAD needs the header that no form can send") {
  const auto access = made(loopback());
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"}) {
    CAPTURE(method);
    CHECK(judged(*access, request(method, {})) == "403 forbidden");
    CHECK(judged(*access, request(method, {{"x-quorate-console", "true"}})) == "403 forbidden");
    CHECK(judged(*access, request(method, {{"x-quorate-console", "1"}})) == "loopback admin");
  }
  CHECK(judged(*access, request("HEAD", {})) == "loopback admin");
}

TEST_CASE("bodies say that they are JSON") {
  const auto access = made(loopback());
  HttpRequest change = post();
  change.body = "{}";
  CHECK(judged(*access, change) == "400 bad_request");
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonp",
                           "multipart/form-data; boundary=application/json"}) {
    change.headers["content-type"] = type;
    CHECK(judged(*access, change) == "400 bad_request");
  }
  for (const char* type : {"application/json", "Application/JSON; charset=utf-8"}) {
    change.headers["content-type"] = type;
    CHECK(judged(*access, change) == "loopback admin");
  }
}

// ---- Who it is.

TEST_CASE("on loopback without tokens whoever connects is admin") {
  const auto access = made(loopback());
  CHECK_FALSE(access->asks_for_login());
  CHECK(judged(*access, post(), ConsoleRole::admin, true) == "loopback admin");
  // What an old page still sends does no harm.
  CHECK(judged(*access, get(bearer("whatever"))) == "loopback admin");
  CHECK(std::get<Caller>(access->judge(get(), ConsoleRole::none, false, start)).from ==
        "192.0.2.7");
}

TEST_CASE("with tokens each role may do what the one before may") {
  const Guarded guarded;
  CHECK(guarded.access->asks_for_login());
  struct Row {
    const char* token;
    const char* none;
    const char* viewer;
    const char* operator_;
    const char* admin;
  };
  for (const Row& row :
       {Row{"view-token", "view viewer", "view viewer", "403 forbidden", "403 forbidden"},
        Row{"op-token", "op operator", "op operator", "op operator", "403 forbidden"},
        Row{"admin-token", "adm admin", "adm admin", "adm admin", "adm admin"}}) {
    CAPTURE(row.token);
    const HttpRequest asked = get(bearer(row.token));
    CHECK(judged(*guarded.access, asked, ConsoleRole::none) == row.none);
    CHECK(judged(*guarded.access, asked, ConsoleRole::viewer) == row.viewer);
    CHECK(judged(*guarded.access, asked, ConsoleRole::operator_) == row.operator_);
    CHECK(judged(*guarded.access, asked, ConsoleRole::admin) == row.admin);
  }
  CHECK(judged(*guarded.access, get(), ConsoleRole::none) == " none");
  CHECK(judged(*guarded.access, get(), ConsoleRole::viewer) == "401 unauthenticated");
}

TEST_CASE("unknown, expired and odd tokens are told that they are, even where none is needed") {
  const Guarded guarded;
  for (const Headers& headers :
       {bearer("nonsense"), bearer("old-token"), bearer(""), Headers{{"authorization", "Bearer"}},
        Headers{{"authorization", "Basic YTpi"}}, Headers{{"authorization", "view-token"}}}) {
    CAPTURE(headers.begin()->second);
    const auto result = guarded.access->judge(get(headers), ConsoleRole::none, false, start);
    REQUIRE(std::holds_alternative<Refusal>(result));
    const auto& refusal = std::get<Refusal>(result);
    CHECK(refusal.status == 401);
    REQUIRE(refusal.headers.size() == 1);
    CHECK(refusal.headers[0].first == "WWW-Authenticate");
    CHECK(refusal.headers[0].second.starts_with("Bearer realm=\"quorate\""));
  }
  CHECK(judged(*guarded.access, get({{"authorization", "bearer  view-token"}})) == "view viewer");
}

TEST_CASE("a token is valid until the end of its last day") {
  const Guarded guarded;
  const WallTime midnight = std::chrono::sys_days(std::chrono::year(2027) / 1 / 16);
  CHECK(judged(*guarded.access, get(bearer("op-token")), ConsoleRole::none, false, midnight - 1s) ==
        "op operator");
  CHECK(judged(*guarded.access, get(bearer("op-token")), ConsoleRole::none, false, midnight) ==
        "401 unauthenticated");
  const auto caller =
      guarded.access->judge(get(bearer("op-token")), ConsoleRole::none, false, start);
  CHECK(std::get<Caller>(caller).expires == midnight);
}

TEST_CASE("a certificate has the role of its subject") {
  Guarded guarded;
  HttpRequest shown = get();
  shown.certificate = "CN=ops,O=Example";
  CHECK(judged(*guarded.access, shown, ConsoleRole::operator_) == "CN=ops,O=Example operator");
  CHECK(judged(*guarded.access, shown, ConsoleRole::admin) == "403 forbidden");
  shown.certificate = "CN=else,O=Example";
  CHECK(judged(*guarded.access, shown, ConsoleRole::none) == " none");
  CHECK(judged(*guarded.access, shown, ConsoleRole::viewer) == "401 unauthenticated");
  // A token is the more deliberate statement.
  shown.certificate = "CN=ops,O=Example";
  shown.headers["authorization"] = "Bearer view-token";
  CHECK(judged(*guarded.access, shown) == "view viewer");
}

TEST_CASE("without a file that says more, a certificate lets one look") {
  AccessRules rules = loopback();
  rules.address = "0.0.0.0";
  rules.takes_certificates = true;
  const auto access = made(rules);
  CHECK(access->asks_for_login());
  HttpRequest shown = get();
  CHECK(judged(*access, shown, ConsoleRole::viewer) == "401 unauthenticated");
  shown.certificate = "CN=ops";
  CHECK(judged(*access, shown, ConsoleRole::viewer) == "CN=ops viewer");
  CHECK(judged(*access, shown, ConsoleRole::operator_) == "403 forbidden");
}

TEST_CASE("a certificate counts only where the console asks for one") {
  AccessRules rules = loopback();
  rules.address = "0.0.0.0";
  const auto access = made(rules);
  HttpRequest shown = get();
  shown.certificate = "CN=ops";
  CHECK(judged(*access, shown, ConsoleRole::viewer) == "401 unauthenticated");
}

TEST_CASE("a read-only console changes nothing for anybody, and lets people log in") {
  AccessRules rules = loopback();
  rules.read_only = true;
  CHECK(judged(*made(rules), post(), ConsoleRole::admin, true) == "403 read_only");
  CHECK(judged(*made(rules), get(), ConsoleRole::admin) == "loopback admin");
  const Guarded guarded(rules);
  CHECK(guarded.access->read_only());
  CHECK(judged(*guarded.access, post(bearer("admin-token")), ConsoleRole::viewer, true) ==
        "403 read_only");
  CHECK(judged(*guarded.access, post(bearer("view-token")), ConsoleRole::admin, true) ==
        "403 forbidden");
  CHECK(judged(*guarded.access, post()) == " none");
  CHECK_FALSE(logged_in(*guarded.access, "view-token").empty());
}

// ---- Cookies.

TEST_CASE("a token is traded for a cookie, which ends after twelve hours or by logging out") {
  const Guarded guarded;
  Access& access = *guarded.access;
  auto result = access.login(post(), "admin-token", start);
  REQUIRE(std::holds_alternative<Access::Login>(result));
  const auto& login = std::get<Access::Login>(result);
  CHECK(login.caller.name == "adm");
  CHECK(login.caller.role == ConsoleRole::admin);
  CHECK(login.caller.expires == start + 12h);
  const std::string cookie = cookie_after(login.set_cookie);
  CHECK(cookie.size() == std::string("quorate_console=").size() + 64);
  CHECK(login.set_cookie.substr(cookie.size()) ==
        "; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200");

  CHECK(judged(access, get({{"cookie", cookie}}), ConsoleRole::admin) == "adm admin");
  CHECK(judged(access, get({{"cookie", "a=b; " + cookie + ";c=d"}}), ConsoleRole::admin) ==
        "adm admin");
  CHECK(judged(access, get({{"cookie", cookie + "0"}})) == " none");
  CHECK(judged(access, get({{"cookie", "x" + cookie}})) == " none");
  CHECK(judged(access, get({{"cookie", "quorate_console="}}), ConsoleRole::viewer) ==
        "401 unauthenticated");
  CHECK(judged(access, get({{"cookie", cookie}}), ConsoleRole::admin, false, start + 12h - 1s) ==
        "adm admin");
  CHECK(judged(access, get({{"cookie", cookie}}), ConsoleRole::admin, false, start + 12h) ==
        "401 unauthenticated");

  const std::string other = logged_in(access, "view-token");
  CHECK(other != cookie);
  CHECK(access.logout(post({{"cookie", other}})) ==
        "quorate_console=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
  CHECK(judged(access, get({{"cookie", other}})) == " none");
  CHECK(access.logout(post()).starts_with("quorate_console=;"));
}

TEST_CASE("under TLS a cookie is for TLS alone") {
  const Guarded guarded;
  HttpRequest tls = post();
  tls.is_tls = true;
  auto result = guarded.access->login(tls, "admin-token", start);
  CHECK(std::get<Access::Login>(result).set_cookie.ends_with("; Secure"));
  CHECK(guarded.access->logout(tls).ends_with("; Secure"));
}

TEST_CASE("a cookie ends with its token, by time and by the file") {
  Guarded guarded;
  Access& access = *guarded.access;
  auto result = access.login(post(), "op-token", start + 10h);
  const auto& login = std::get<Access::Login>(result);
  CHECK(login.caller.expires == std::chrono::sys_days(std::chrono::year(2027) / 1 / 16));
  CHECK(login.set_cookie.find("Max-Age=21600") != std::string::npos);

  const std::string cookie = logged_in(access, "view-token");
  CHECK(judged(access, get({{"cookie", cookie}}), ConsoleRole::viewer) == "view viewer");
  CHECK_FALSE(access.take_reload());
  guarded.write("view operator " + hex(hash_of_secret("view-token")) + "\n");
  CHECK(judged(access, get({{"cookie", cookie}}), ConsoleRole::viewer, false, start + 2s) ==
        "view operator");
  REQUIRE(access.take_reload());
  guarded.write("");
  CHECK(judged(access, get({{"cookie", cookie}}), ConsoleRole::viewer, false, start + 4s) ==
        "401 unauthenticated");
  CHECK(access.take_reload()->ok());
  guarded.write("nonsense");
  CHECK(judged(access, get(), ConsoleRole::none, false, start + 6s) == " none");
  CHECK_FALSE(access.take_reload()->ok());
  CHECK_FALSE(access.take_reload());
}

TEST_CASE("the file is looked at again even after the clock was set back") {
  Guarded guarded;
  guarded.write("");
  CHECK(judged(*guarded.access, get(bearer("view-token")), ConsoleRole::none, false, start - 24h) ==
        "401 unauthenticated");
}

TEST_CASE("a thousand cookies are kept, and the oldest gives way") {
  const Guarded guarded;
  const std::string first = logged_in(*guarded.access, "view-token");
  const std::string second = logged_in(*guarded.access, "view-token");
  for (std::size_t i = 0; i < Access::cookies_max - 1; ++i)
    (void)logged_in(*guarded.access, "view-token");
  CHECK(judged(*guarded.access, get({{"cookie", first}}), ConsoleRole::viewer) ==
        "401 unauthenticated");
  CHECK(judged(*guarded.access, get({{"cookie", second}}), ConsoleRole::viewer) == "view viewer");
}

// ---- Failures.

TEST_CASE("ten wrong tokens a minute are all that an address has") {
  const Guarded guarded;
  Access& access = *guarded.access;
  for (int i = 0; i < 10; ++i) CHECK(failed_login(access, "wrong") == "401 unauthenticated");
  CHECK(failed_login(access, "wrong", start + 59s) == "429 too_many");
  CHECK(failed_login(access, "admin-token", start + 59s) == "429 too_many");
  CHECK(judged(access, get(bearer("wrong"))) == "429 too_many");
  // Others, and who has a good token in hand, are not held up.
  CHECK(failed_login(access, "wrong", start, "192.0.2.8") == "401 unauthenticated");
  CHECK(judged(access, get(bearer("admin-token"))) == "adm admin");
  CHECK(failed_login(access, "admin-token", start + 60s) == "logged in");
  CHECK(failed_login(access, "wrong", start + 60s) == "401 unauthenticated");

  const auto refused = access.login(post(), "admin-token", start + 20s);
  CHECK(std::holds_alternative<Access::Login>(refused));
}

TEST_CASE("wrong tokens of requests count like those of logins, and the wait is told") {
  const Guarded guarded;
  for (int i = 0; i < 10; ++i)
    CHECK(judged(*guarded.access, get(bearer("wrong"))) == "401 unauthenticated");
  auto result = guarded.access->login(post(), "admin-token", start + 15s);
  const auto& refusal = std::get<Refusal>(result);
  CHECK(refusal.status == 429);
  REQUIRE(refusal.headers.size() == 1);
  CHECK(refusal.headers[0] == std::pair<std::string, std::string>("Retry-After", "45"));
}

TEST_CASE("failures of many addresses take bounded room, and the newest are remembered") {
  const Guarded guarded;
  for (int i = 0; i < 5000; ++i)
    (void)failed_login(*guarded.access, "wrong", start + std::chrono::milliseconds(i),
                       "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256));
  for (int i = 0; i < 10; ++i)
    CHECK(failed_login(*guarded.access, "wrong", start + 5s) == "401 unauthenticated");
  CHECK(failed_login(*guarded.access, "wrong", start + 5s) == "429 too_many");
}

TEST_CASE("each request is counted once, by what became of it") {
  AccessRules rules = loopback();
  rules.read_only = true;
  const Guarded guarded(rules);
  Access& access = *guarded.access;
  const AccessCounters& counted = access.counters();
  const auto all = [&counted] {
    return std::vector<std::uint64_t>{counted.allowed.get(),      counted.wrong_host.get(),
                                      counted.foreign_site.get(), counted.wrong_token.get(),
                                      counted.throttled.get(),    counted.unauthenticated.get(),
                                      counted.forbidden.get(),    counted.read_only.get()};
  };
  const auto judge = [&access](const HttpRequest& request, ConsoleRole needed, bool changes) {
    (void)access.judge(request, needed, changes, start);
  };

  judge(get(), ConsoleRole::none, false);
  judge(get(bearer("view-token")), ConsoleRole::viewer, false);
  CHECK(all() == std::vector<std::uint64_t>{2, 0, 0, 0, 0, 0, 0, 0});
  judge(get({{"host", "elsewhere:8080"}}), ConsoleRole::none, false);
  CHECK(all() == std::vector<std::uint64_t>{2, 1, 0, 0, 0, 0, 0, 0});
  judge(post({{"origin", "http://evil.example"}}), ConsoleRole::none, false);
  CHECK(all() == std::vector<std::uint64_t>{2, 1, 1, 0, 0, 0, 0, 0});
  judge(get(bearer("wrong")), ConsoleRole::viewer, false);
  judge(get({{"authorization", "Basic x"}}), ConsoleRole::viewer, false);
  CHECK(all() == std::vector<std::uint64_t>{2, 1, 1, 2, 0, 0, 0, 0});
  judge(get(), ConsoleRole::viewer, false);
  CHECK(all() == std::vector<std::uint64_t>{2, 1, 1, 2, 0, 1, 0, 0});
  judge(get(bearer("view-token")), ConsoleRole::admin, false);
  CHECK(all() == std::vector<std::uint64_t>{2, 1, 1, 2, 0, 1, 1, 0});
  judge(post(bearer("admin-token")), ConsoleRole::admin, true);
  CHECK(all() == std::vector<std::uint64_t>{2, 1, 1, 2, 0, 1, 1, 1});
  for (int i = 0; i < 10; ++i) (void)failed_login(access, "wrong");
  CHECK(all() == std::vector<std::uint64_t>{2, 1, 1, 11, 1, 1, 1, 1});
}

// ---- What is answered.

TEST_CASE("a refusal is an Error of the API with all headers") {
  const Refusal refusal{
      401, "unauthenticated", "who are \xff you", "log in", {{"WWW-Authenticate", "Bearer"}}};
  const HttpResponse response = response_of(refusal, true);
  CHECK(response.status == 401);
  CHECK(response.type == "application/json");
  CHECK(*response.body ==
        "{\"error\":{\"code\":\"unauthenticated\",\"text\":\"who are \xef\xbf\xbd "
        "you\",\"do\":\"log in\"}}");
  const std::map<std::string, std::string> headers(response.headers.begin(),
                                                   response.headers.end());
  CHECK(headers.at("WWW-Authenticate") == "Bearer");
  CHECK(headers.at("Cache-Control") == "no-store");
}

TEST_CASE("answers carry headers that keep browsers from harm") {
  const auto as_map = [](bool is_tls, bool is_api) {
    const auto headers = security_headers(is_tls, is_api);
    return std::map<std::string, std::string>(headers.begin(), headers.end());
  };
  const auto page = as_map(false, false);
  CHECK(page.at("Content-Security-Policy") ==
        "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
  CHECK(page.at("X-Content-Type-Options") == "nosniff");
  CHECK(page.at("Referrer-Policy") == "no-referrer");
  CHECK(page.at("Cross-Origin-Opener-Policy") == "same-origin");
  CHECK(page.at("Cross-Origin-Resource-Policy") == "same-origin");
  CHECK_FALSE(page.contains("Cache-Control"));
  CHECK_FALSE(page.contains("Strict-Transport-Security"));
  CHECK_FALSE(page.contains("Access-Control-Allow-Origin"));
  CHECK(as_map(false, true).at("Cache-Control") == "no-store");
  CHECK(as_map(true, true).contains("Strict-Transport-Security"));
}

TEST_CASE("a tokens file that cannot be used is an error at the start") {
  AccessRules rules = loopback();
  rules.tokens_file = "/nowhere/tokens";
  const auto access = Access::make(rules, start);
  REQUIRE_FALSE(access.ok());
  CHECK(access.error().text.find("/nowhere/tokens") != std::string::npos);
}
