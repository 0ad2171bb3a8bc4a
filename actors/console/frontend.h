// The HTTP side of the console: who may come in, and what is answered without asking an actor.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "actors/console/access_counters.h"
#include "actors/console/admin_call.h"
#include "actors/console/event_hub.h"
#include "actors/http/http_server.h"
#include "core/base/result.h"

namespace quorate {

struct ServerContext;

/// Where requests go on; called on the HTTP thread, must not block.
struct FrontendSink {
  std::function<void(AdminCallPtr)> call;
  std::function<void(StreamWanted, std::shared_ptr<HttpStream>)> stream;
  std::function<void(std::function<void(std::string)>)> metrics;
};

/// Owns the HTTP thread. Answers there: health checks (/livez, /healthz, /readyz) for anybody; the
/// files of the page; who the sender is, log-in and log-out; all refusals. The API and /metrics go
/// to the sink.
class Frontend {
 public:
  /// Errors name what cannot be used: the port, a certificate, the file of tokens.
  static Result<std::unique_ptr<Frontend>> start(ServerContext& context, FrontendSink sink);
  virtual ~Frontend() = default;
  [[nodiscard]] virtual const HttpServer& server() const = 0;
  [[nodiscard]] virtual const AccessCounters& access() const = 0;
};

/// The GET that a view of a stream stands for, as who may see it. Nothing if it is none.
[[nodiscard]] std::optional<AdminRequestLine> view_request(const std::string& view);

}  // namespace quorate
