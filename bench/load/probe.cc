#include "bench/load/probe.h"

#include <chrono>
#include <thread>

#include "bench/load/control.h"

namespace quorate::bench {
namespace {

Status ask(const ProbeOptions& options) {
  Result<Control> control = Control::open({options.server});
  if (!control) return control.status();
  const Result<Reply> reply = control->call(Exists{options.path});
  if (!reply) return reply.status();
  if (reply->error == ErrorCode::no_node && !options.must_exist) return {};
  return refused("exists " + options.path, *reply);
}

}  // namespace

Result<ProbeResult> run_probe(const ProbeOptions& options) {
  const Nanoseconds end = now_ns() + static_cast<Nanoseconds>(options.patience_s * ns_per_s);
  ProbeResult result;
  while (true) {
    ++result.attempts;
    const Status status = ask(options);
    result.served_at = now_ns();
    if (status) return result;
    if (result.served_at > end) {
      return {ErrorCode::operation_timeout,
              options.server.text + " does not serve: " + status.error().text};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace quorate::bench
