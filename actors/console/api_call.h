// A request of the admin API while a handler answers it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "actors/console/admin_call.h"
#include "actors/console/routes.h"
#include "core/base/error_code.h"

namespace quorate {

/// What came of an act, for its answer and for the audit log.
struct ActOutcome {
  std::optional<Refusal> refusal;
  std::string text;  ///< What was done, for people.

  static ActOutcome done(std::string text) { return {std::nullopt, std::move(text)}; }
  static ActOutcome refused(Refusal refusal) { return {std::move(refusal), {}}; }
};

[[nodiscard]] AdminAnswer answer_of(const Refusal& refusal);
[[nodiscard]] AdminAnswer answer_of(const Json& json);
/// As the API says what a server says of a request of a client.
[[nodiscard]] Refusal refusal_of(ErrorCode code, std::string text);
[[nodiscard]] Refusal bad_request(std::string text);
[[nodiscard]] Refusal not_found(std::string text);

/// Handlers keep it as long as they need and answer it once; what comes later is dropped.
class ApiCall {
 public:
  ApiCall(AdminCallPtr call, RouteMatch match) : call_(std::move(call)), match_(std::move(match)) {}

  [[nodiscard]] const AdminRequestLine& request() const { return call_->request; }
  [[nodiscard]] const Route& route() const { return *match_.route; }
  /// REQUIRES: the route has such a parameter.
  [[nodiscard]] const std::string& parameter(std::string_view name) const {
    return match_.parameters.find(name)->second;
  }

  // Options of the query; what is not given reads as the default. A value that cannot be taken is
  // remembered: see is_refused().
  [[nodiscard]] std::uint64_t number(std::string_view name, std::uint64_t otherwise,
                                     std::uint64_t max = UINT64_MAX);
  [[nodiscard]] bool flag(std::string_view name);
  /// One of `words`, which are separated by spaces; the first one by default.
  [[nodiscard]] std::string word(std::string_view name, std::string_view words);
  [[nodiscard]] std::string text(std::string_view name, std::size_t bytes_max = 256);
  [[nodiscard]] std::size_t limit() { return number("limit", 100, 1000); }

  // Fields of the body.
  [[nodiscard]] const Json& body() const { return body_; }
  [[nodiscard]] std::optional<std::int64_t> body_number(std::string_view name, std::int64_t min,
                                                        std::int64_t max);
  [[nodiscard]] std::optional<std::string> body_text(std::string_view name,
                                                     std::size_t bytes_max = 512);
  [[nodiscard]] std::optional<bool> body_flag(std::string_view name);
  /// For requests that change something. False: it has been answered.
  [[nodiscard]] bool parse_body();

  /// Whether something about the request was wrong; then it has been answered.
  [[nodiscard]] bool is_refused();
  void refuse(Refusal refusal);
  [[nodiscard]] bool is_answered() const { return answered_; }
  void answer(const Json& json) { send(answer_of(json)); }
  void send(AdminAnswer answer);

 private:
  void wrong(std::string text);

  AdminCallPtr call_;
  RouteMatch match_;
  Json body_;
  std::optional<Refusal> wrong_;
  bool answered_ = false;
};
using ApiCallPtr = std::shared_ptr<ApiCall>;

}  // namespace quorate
