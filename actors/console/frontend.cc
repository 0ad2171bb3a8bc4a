#include "actors/console/frontend.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>
#include <vector>

#include "actors/console/access.h"
#include "actors/console/admin_api.h"
#include "actors/console/page_files.h"
#include "actors/console/routes.h"
#include "actors/http/request_head.h"
#include "actors/runtime/tcp_transport.h"
#include "actors/runtime/transport.h"
#include "actors/server_context.h"
#include "config/console.h"

namespace quorate {
namespace {

constexpr std::string_view api_prefix = "/api/v1";

SharedBytes shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

HttpResponse text_response(unsigned status, std::string text) {
  return {status, "text/plain; charset=utf-8", shared(std::move(text)), {}};
}

HttpResponse api_response(AdminAnswer answer) {
  HttpResponse response;
  response.status = answer.status;
  response.body = shared(std::move(answer.body));
  return response;
}

/// Whether clients are served here, or why not.
HttpResponse readiness(const Notice& notice) {
  if (notice.serving && notice.established && !notice.sends_clients_away && !notice.recovering)
    return text_response(200, "ready\n");
  if (notice.sends_clients_away) return text_response(503, "clients are sent to other servers\n");
  if (!notice.quorum_linked) return text_response(503, "no quorum is linked\n");
  if (notice.recovering) return text_response(503, "it is recovering what it had before\n");
  return text_response(503, "no leader is established\n");
}

std::vector<std::string> all_of(const HttpRequest& request, const std::string& name) {
  std::vector<std::string> values;
  const auto [begin, end] = request.query.equal_range(name);
  for (auto value = begin; value != end; ++value) values.push_back(value->second);
  return values;
}

/// "log:warn"; nothing for a topic or a level that there is none of.
std::optional<WantedTopic> topic_of(const std::string& text) {
  WantedTopic wanted;
  const std::size_t colon = text.find(':');
  wanted.topic = text.substr(0, colon);
  constexpr std::array<std::string_view, 5> topics{"election", "log", "audit", "slow", "trace"};
  if (std::find(topics.begin(), topics.end(), wanted.topic) == topics.end()) return std::nullopt;
  if (colon == std::string::npos) return wanted;
  const std::string level = text.substr(colon + 1);
  const auto found = std::find(log_level_words.begin(), log_level_words.end(), level);
  if (found == log_level_words.end()) return std::nullopt;
  wanted.level = static_cast<LogLevel>(found - log_level_words.begin());
  return wanted;
}

std::int64_t milliseconds_of(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

class HttpFrontend final : public Frontend {
 public:
  HttpFrontend(ServerContext& context, std::unique_ptr<Access> access, bool is_tls,
               FrontendSink sink)
      : context_(context),
        log_(context.log.component("console")),
        access_(std::move(access)),
        is_tls_(is_tls),
        sink_(std::move(sink)),
        files_(embedded_files()) {}

  Status serve(UniqueFd socket, const HttpTls* tls) {
    auto server =
        HttpServer::start(std::move(socket), HttpLimits{}, tls,
                          [this](std::shared_ptr<const HttpRequest> request,
                                 std::shared_ptr<HttpAnswer> answer) { handle(request, answer); });
    if (!server) return server.error();
    server_ = *std::move(server);
    return {};
  }

  [[nodiscard]] const HttpServer& server() const override { return *server_; }
  [[nodiscard]] const AccessCounters& access() const override { return access_->counters(); }

 private:
  using RequestPtr = std::shared_ptr<const HttpRequest>;
  using AnswerPtr = std::shared_ptr<HttpAnswer>;

  [[nodiscard]] WallTime now() const {
    return WallTime(std::chrono::milliseconds(context_.clock.read().wall_ms));
  }

  void handle(const RequestPtr& request, const AnswerPtr& answer) {
    const std::string& path = request->path;
    // For whoever restarts processes or balances load: it knows no names and has no tokens.
    if (path == "/livez" || path == "/healthz") return send(answer, text_response(200, "ok\n"));
    if (path == "/readyz") return send(answer, readiness(context_.board.read()));
    if (path == "/metrics") return metrics(request, answer);
    if (path.starts_with(std::string(api_prefix) + "/"))
      return api(request, answer, path.substr(api_prefix.size()));
    // Where ZooKeeper's tools look for it.
    if (path == "/commands" || path.starts_with("/commands/")) return api(request, answer, path);
    page(request, answer);
  }

  void send(const AnswerPtr& answer, HttpResponse response) {
    for (auto& header : security_headers(is_tls_, false)) response.headers.push_back(header);
    answer->send(std::move(response));
  }

  void refuse(const AnswerPtr& answer, const Refusal& refusal) {
    answer->send(response_of(refusal, is_tls_));
  }

  /// Nothing: it has been refused.
  std::optional<Caller> admit(const HttpRequest& request, const AnswerPtr& answer,
                              ConsoleRole needed, bool changes) {
    auto judged = access_->judge(request, needed, changes, now());
    tell_of_reload();
    if (auto* caller = std::get_if<Caller>(&judged)) return std::move(*caller);
    refuse(answer, std::get<Refusal>(judged));
    return std::nullopt;
  }

  void tell_of_reload() {
    const auto reload = access_->take_reload();
    if (!reload) return;
    if (reload->ok()) {
      log_.info("tokens_reloaded", kv("file", context_.config.console_tokens_file));
    } else {
      log_.error("tokens_not_reloaded", kv("why", reload->error().text),
                 kv("do", "mend the file; until then the former tokens are valid"));
    }
  }

  void page(const RequestPtr& request, const AnswerPtr& answer) {
    // The files hold no secrets: whoever reaches the port may have them, and log in with them.
    if (!admit(*request, answer, ConsoleRole::none, false)) return;
    if (request->method != "GET" && request->method != "HEAD")
      return send(answer, text_response(405, "only GET\n"));
    send(answer, files_.answer(*request));
  }

  void metrics(const RequestPtr& request, const AnswerPtr& answer) {
    if (!admit(*request, answer, ConsoleRole::viewer, false)) return;
    sink_.metrics([this, request, answer](std::string page) {
      HttpResponse response;
      response.type = "text/plain; version=0.0.4; charset=utf-8";
      response.body = shared(std::move(page));
      response.headers = security_headers(is_tls_, true);
      answer->send(std::move(response));
    });
  }

  /// `path`: below the prefix.
  void api(const RequestPtr& request, const AnswerPtr& answer, const std::string& path) {
    const RouteSearch search = find_route(request->method, path);
    const ConsoleRole needed = search.match ? search.match->route->role : ConsoleRole::viewer;
    const bool changes = request->method != "GET" && request->method != "HEAD";
    const auto caller = admit(*request, answer, needed, changes);
    if (!caller) return;
    const std::string_view operation = search.match ? search.match->route->operation : "";
    if (operation == "me") return send_api(answer, api_response(answer_of(me(*caller))));
    if (operation == "login") return log_in(*request, answer);
    if (operation == "logout") return log_out(*request, answer);
    if (operation == "events") return stream(*request, answer, *caller);
    sink_.call(call_of(request, answer, path, *caller));
  }

  AdminCallPtr call_of(const RequestPtr& request, const AnswerPtr& answer, const std::string& path,
                       const Caller& caller) {
    auto call = std::make_shared<AdminCall>();
    call->request = {request->method,
                     path,
                     request->query,
                     request->body,
                     std::string(request->header("if-match")),
                     std::string(request->header("x-quorate-identity")),
                     caller,
                     {}};
    call->answer = [is_tls = is_tls_, answer](AdminAnswer done) {
      HttpResponse response = api_response(std::move(done));
      response.headers = security_headers(is_tls, true);
      answer->send(std::move(response));
    };
    return call;
  }

  [[nodiscard]] Json me(const Caller& caller) const {
    Json json{{"name", caller.name},
              {"role", to_string(caller.role)},
              {"server", context_.config.server_id.value},
              {"version", QUORATE_VERSION},
              {"login", access_->asks_for_login()},
              {"read_only", access_->read_only()},
              {"expires_at_ms", nullptr}};
    if (caller.expires) json["expires_at_ms"] = milliseconds_of(*caller.expires);
    return json;
  }

  void send_api(const AnswerPtr& answer, HttpResponse response) {
    for (auto& header : security_headers(is_tls_, true)) response.headers.push_back(header);
    answer->send(std::move(response));
  }

  void log_in(const HttpRequest& request, const AnswerPtr& answer) {
    const Json body = Json::parse(request.body, nullptr, false);
    if (!body.is_object() || !body.contains("token") || !body["token"].is_string())
      return refuse(answer, bad_request("token: a text is wanted"));
    const auto& token = body["token"].get_ref<const std::string&>();
    auto login = access_->login(request, token, now());
    if (auto* refusal = std::get_if<Refusal>(&login)) return refuse(answer, *refusal);
    const auto& opened = std::get<Access::Login>(login);
    HttpResponse response = api_response(answer_of(me(opened.caller)));
    response.headers.emplace_back("Set-Cookie", opened.set_cookie);
    send_api(answer, std::move(response));
  }

  void log_out(const HttpRequest& request, const AnswerPtr& answer) {
    HttpResponse response = api_response(answer_of(Json{{"done", true}}));
    response.headers.emplace_back("Set-Cookie", access_->logout(request));
    send_api(answer, std::move(response));
  }

  void stream(const HttpRequest& request, const AnswerPtr& answer, const Caller& caller) {
    StreamWanted wanted;
    if (caller.expires) wanted.until_ms = milliseconds_of(*caller.expires);
    wanted.last_event_id = request.header("last-event-id");
    wanted.views = all_of(request, "view");
    const std::vector<std::string> topics = all_of(request, "topic");
    if (wanted.views.size() > EventHub::views_max || topics.size() > EventHub::views_max)
      return refuse(answer, bad_request("view, topic: at most 8 of each are taken"));
    for (const std::string& view : wanted.views) {
      const auto asked = view_request(view);
      if (!asked) return refuse(answer, bad_request("view: no live GET of this API: " + view));
      if (caller.role < asked->caller.role)
        return refuse(answer, Refusal{403, "forbidden", "this role may not see " + view, {}});
    }
    for (const std::string& text : topics) {
      const auto topic = topic_of(text);
      if (!topic) return refuse(answer, bad_request("topic: there is no " + text));
      if (topic->topic == "audit" && caller.role < ConsoleRole::operator_)
        return refuse(answer, Refusal{403, "forbidden", "this role may not see the audit log", {}});
      wanted.topics.push_back(*topic);
    }
    if (auto stream = answer->stream("text/event-stream", security_headers(is_tls_, true)))
      sink_.stream(std::move(wanted), std::move(stream));
  }

  ServerContext& context_;
  Log log_;
  std::unique_ptr<Access> access_;
  bool is_tls_;
  FrontendSink sink_;
  PageFiles files_;
  std::unique_ptr<HttpServer> server_;  ///< Last: its thread uses all the others.
};

/// The files of the console, or those of the client port.
HttpTls tls_of(const Config& config, const Log& log) {
  const bool own = !config.console_certificate_file.empty();
  HttpTls tls;
  tls.certificate_file = own ? config.console_certificate_file : config.tls_certificate_file;
  tls.key_file = own ? config.console_key_file : config.tls_key_file;
  tls.client_ca_file = config.console_client_ca_file;
  tls.on_reload = [log](const Status& reloaded) {
    if (reloaded.ok()) return log.info("certificates_reloaded", kv("of", "console"));
    log.error("certificates_not_reloaded", kv("why", reloaded.error().text),
              kv("do", "mend the file; until then the former certificates are used"));
  };
  return tls;
}

AccessRules rules_of(const Config& config, std::uint16_t port, bool is_tls) {
  AccessRules rules;
  rules.address = config.console_address;
  rules.port = port;
  rules.is_tls = is_tls;
  rules.takes_certificates = is_tls && !config.console_client_ca_file.empty();
  rules.names = console_names(config.console_names).value();  // Loading has checked it.
  rules.tokens_file = config.console_tokens_file;
  rules.read_only = config.console_read_only;
  return rules;
}

}  // namespace

Result<std::unique_ptr<Frontend>> Frontend::start(ServerContext& context, FrontendSink sink) {
  const Config& config = context.config;
  const Log log = context.log.component("console");
  auto socket = listen_tcp(config.console_address, config.console_port, "console port");
  if (!socket) return socket.error();
  const HttpTls tls = tls_of(config, log);
  const bool is_tls = !tls.certificate_file.empty();
  const WallTime now(std::chrono::milliseconds(context.clock.read().wall_ms));
  auto access = Access::make(rules_of(config, socket->port, is_tls), now);
  if (!access) return access.error();
  auto frontend =
      std::make_unique<HttpFrontend>(context, *std::move(access), is_tls, std::move(sink));
  const Status served = frontend->serve(std::move(socket->fd), is_tls ? &tls : nullptr);
  if (!served) return served.error();
  log.info("console_served", kv("address", config.console_address), kv("port", socket->port),
           kv("tls", is_tls),
           kv("login",
              !is_loopback_address(config.console_address) || !config.console_tokens_file.empty()));
  return {std::move(frontend)};
}

std::optional<AdminRequestLine> view_request(const std::string& view) {
  HttpRequest parsed;
  if (!decode_target(view, parsed)) return std::nullopt;
  const RouteSearch search = find_route("GET", parsed.path);
  if (!search.match || !search.match->route->live) return std::nullopt;
  AdminRequestLine request;
  request.method = "GET";
  request.path = std::move(parsed.path);
  request.query = std::move(parsed.query);
  request.caller = {"console", search.match->route->role, {}, {}};
  return request;
}

}  // namespace quorate
