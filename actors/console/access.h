// Who may do what through the console: from a request's connection and headers to a person with a
// role, or to a refusal that says what helps.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "actors/console/access_counters.h"
#include "actors/console/caller.h"
#include "actors/console/tokens.h"
#include "actors/http/http_message.h"
#include "core/base/result.h"

namespace quorate {

struct AccessRules {
  std::string address;              ///< At which the console listens, as configured.
  std::uint16_t port = 0;           ///< The one it really has.
  bool is_tls = false;              ///< Whether it speaks TLS.
  bool takes_certificates = false;  ///< Whether console_client_ca_file vouches for clients.
  std::vector<std::string> names;   ///< Of console_names: "console.example.com", "console:9090".
  std::string tokens_file;          ///< Empty: there are no tokens.
  bool read_only = false;
};

/// What every answer carries. `type_is_api`: it must not be kept by anyone.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> security_headers(bool is_tls,
                                                                                bool is_api);

/// The body {"error":{"code","text","do"}} with its headers and security_headers().
[[nodiscard]] HttpResponse response_of(const Refusal& refusal, bool is_tls);

/// The rules of access.
///
/// Judged in this order, for every request: that its Host is a name of this console (against
/// addresses of others that lead here), that no other site's page is behind it, who sends it, and
/// what that one may do. A bearer token comes before the cookie, that before the certificate.
///
/// Not for several threads at once.
class Access {
 public:
  /// Errors: as TokensFile::load().
  [[nodiscard]] static Result<std::unique_ptr<Access>> make(AccessRules rules, WallTime now);

  /// Whether whoever sends `request` may do something that needs a role. `changes` says that it
  /// changes something, which read_only refuses; any method but GET and HEAD must come with the
  /// header X-Quorate-Console and from this origin in either case.
  [[nodiscard]] std::variant<Caller, Refusal> judge(const HttpRequest& request, ConsoleRole needed,
                                                    bool changes, WallTime now);

  struct Login {
    Caller caller;
    std::string set_cookie;  ///< The value of the header Set-Cookie.
  };
  /// Trades a token for a cookie. REQUIRES: judge() has let the request pass.
  [[nodiscard]] std::variant<Login, Refusal> login(const HttpRequest& request,
                                                   std::string_view token, WallTime now);
  /// Ends the request's cookie, if it has one; the value of the header Set-Cookie.
  [[nodiscard]] std::string logout(const HttpRequest& request);

  /// Whether it asks for a login at all.
  [[nodiscard]] bool asks_for_login() const { return !is_open_; }
  [[nodiscard]] bool read_only() const { return rules_.read_only; }

  /// For any thread.
  [[nodiscard]] const AccessCounters& counters() const { return counters_; }

  /// What became of a change of the tokens file since the last call, for the log.
  [[nodiscard]] std::optional<Status> take_reload() { return std::exchange(reload_, {}); }

  static constexpr std::size_t cookies_max = 1000;
  static constexpr std::chrono::hours cookie_life{12};
  static constexpr int failures_max = 10;  ///< A minute, of one address.
  static constexpr std::size_t addresses_max = 1024;

 private:
  struct Cookie {
    SecretHash secret{};
    SecretHash token{};
    WallTime expires;
  };
  struct Failures {
    WallTime since;
    int count = 0;
  };
  using Identified = std::variant<Caller, Refusal>;

  explicit Access(AccessRules rules);
  void refresh(WallTime now);
  [[nodiscard]] std::optional<Refusal> judge_host(const HttpRequest& request) const;
  [[nodiscard]] std::optional<Refusal> judge_site(const HttpRequest& request) const;
  [[nodiscard]] Identified judge_sender(const HttpRequest& request, ConsoleRole needed,
                                        bool changes, WallTime now);
  [[nodiscard]] Identified identify(const HttpRequest& request, WallTime now);
  [[nodiscard]] Identified identify_bearer(std::string_view authorization, const Caller& nobody,
                                           WallTime now);
  [[nodiscard]] const Token* valid_token(const SecretHash& hash, WallTime now) const;
  [[nodiscard]] std::deque<Cookie>::iterator find_cookie(const HttpRequest& request);
  [[nodiscard]] const Tokens& tokens() const;
  /// One more wrong token: what its sender is told.
  [[nodiscard]] Refusal refuse_token(const std::string& from, WallTime now);
  /// A refusal when there were too many.
  std::optional<Refusal> count_failure(const std::string& from, WallTime now);
  [[nodiscard]] std::optional<Refusal> too_many_failures(const std::string& from,
                                                         WallTime now) const;

  AccessRules rules_;
  bool is_loopback_;
  bool is_open_;  ///< Whoever connects is admin.
  std::optional<TokensFile> tokens_file_;
  WallTime looked_at_;
  std::optional<Status> reload_;
  std::deque<Cookie> cookies_;  ///< Oldest first.
  std::map<std::string, Failures> failures_;
  AccessCounters counters_;
};

}  // namespace quorate
