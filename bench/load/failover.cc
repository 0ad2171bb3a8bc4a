#include "bench/load/failover.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <optional>

#include "bench/load/failover_client.h"
#include "bench/load/nodes_setup.h"
#include "bench/measure/progress.h"

namespace quorate::bench {
namespace {

/// Time for clients that wait to connect passes in steps of this.
constexpr Nanoseconds step_max = ns_per_ms;

class FailoverRun {
 public:
  FailoverRun(const FailoverOptions& options, const NodeSet& nodes, Poller poller, Fd victim)
      : options_(options),
        nodes_(nodes),
        settings_{options.servers, options.depth},
        poller_(std::move(poller)),
        victim_(std::move(victim)),
        meter_(options.server_pids) {}

  Result<FailoverResult> run(const std::vector<Stat>& stats) {
    Status status = connect(stats);
    if (status) status = warm_up();
    if (status) status = kill_victim();
    if (status) status = wait_until_all_write();
    if (status) status = end();
    if (!status) return status.error();
    for (const auto& client : clients_) {
      result_.writes += client->writes();
      result_.reconnects += client->reconnects();
    }
    return result_;
  }

 private:
  [[nodiscard]] std::size_t victim_server() const {
    const auto at = std::find_if(options_.servers.begin(), options_.servers.end(),
                                 [&](const Address& a) { return a.text == options_.victim; });
    return static_cast<std::size_t>(at - options_.servers.begin());
  }

  Status connect(const std::vector<Stat>& stats) {
    for (std::uint32_t i = 0; i < nodes_.count(); ++i) {
      clients_.push_back(
          std::make_unique<FailoverClient>(poller_, settings_, nodes_, i, stats[i].version));
      if (Status status = clients_.back()->connect(); !status) return status;
    }
    recovered_.resize(clients_.size());
    return run_until("writes", [&] { return all(&FailoverClient::is_writing); });
  }

  Status warm_up() {
    const Nanoseconds end = now_ns() + static_cast<Nanoseconds>(options_.warmup_s * ns_per_s);
    while (now_ns() < end) {
      if (Status status = step(std::min(end - now_ns(), ns_per_s / 10)); !status) return status;
    }
    return {};
  }

  Status kill_victim() {
    for (const auto& client : clients_) server_at_kill_.push_back(client->server());
    if (Status status = poller_.add(victim_.get(), clients_.size(), EPOLLIN); !status) {
      return status;
    }
    if (Status status = meter_.start(); !status) return status;
    killed_at_ = now_ns();
    if (::kill(options_.victim_pid, SIGKILL) != 0) return system_failure("kill");
    return {};
  }

  Status wait_until_all_write() {
    const auto has_recovered = [](Nanoseconds at) { return at != 0; };
    Status status = run_until("writes again", [&] {
      return std::all_of(recovered_.begin(), recovered_.end(), has_recovered);
    });
    if (!status) return status;
    const Result<Usage> usage = meter_.stop();
    if (!usage) return usage.status();
    result_.others_cores = usage->others_cores;
    result_.gone_ns = *gone_at_ - killed_at_;
    const std::size_t victim = victim_server();
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      add(server_at_kill_[i] == victim ? result_.victims : result_.survivors,
          recovered_[i] - killed_at_);
    }
    return {};
  }

  static void add(Outage& outage, Nanoseconds time) {
    outage.first_ns = outage.clients == 0 ? time : std::min(outage.first_ns, time);
    outage.last_ns = std::max(outage.last_ns, time);
    ++outage.clients;
  }

  Status end() {
    for (const auto& client : clients_) {
      if (Status status = client->end(); !status) return status;
    }
    return run_until("ends its session", [&] { return all(&FailoverClient::is_closed); });
  }

  [[nodiscard]] bool all(bool (FailoverClient::*has)() const) const {
    return std::all_of(clients_.begin(), clients_.end(),
                       [&](const auto& client) { return (client.get()->*has)(); });
  }

  Status run_until(const std::string& what, const std::function<bool()>& done) {
    const Nanoseconds end = now_ns() + static_cast<Nanoseconds>(options_.patience_s * ns_per_s);
    while (!done()) {
      if (now_ns() > end) {
        return {ErrorCode::operation_timeout, "not every client " + what + " within " +
                                                  std::to_string(options_.patience_s) + " s"};
      }
      if (Status status = step(step_max); !status) return status;
    }
    return {};
  }

  Status step(Nanoseconds wait) {
    for (const epoll_event& event : poller_.wait(wait)) {
      const std::uint64_t at = event.data.u64;
      if (at == clients_.size()) {
        gone_at_ = now_ns();
        poller_.remove(victim_.get());
        continue;
      }
      if (Status status = clients_[at]->on_ready(buffer_, killed_at_ != 0); !status) return status;
      note(at);
    }
    const Nanoseconds now = now_ns();
    for (const auto& client : clients_) {
      if (Status status = client->on_tick(now); !status) return status;
    }
    return {};
  }

  /// Whether the client's last write is its first one after the victim was gone.
  void note(std::size_t at) {
    const FailoverClient& client = *clients_[at];
    if (gone_at_ && recovered_[at] == 0 && client.sent_at() > *gone_at_) {
      recovered_[at] = client.answered_at();
    }
  }

  const FailoverOptions& options_;
  const NodeSet& nodes_;
  FailoverClient::Settings settings_;
  Poller poller_;
  ReadBuffer buffer_;
  Fd victim_;  ///< Readable once the process is gone.
  UsageMeter meter_;
  std::vector<std::unique_ptr<FailoverClient>> clients_;
  std::vector<std::size_t> server_at_kill_;  ///< By client.
  std::vector<Nanoseconds> recovered_;       ///< By client; 0: not yet.
  Nanoseconds killed_at_ = 0;
  std::optional<Nanoseconds> gone_at_;
  FailoverResult result_;
};

Status check_options(const FailoverOptions& options) {
  if (options.connections < options.servers.size() || options.depth == 0) {
    return {ErrorCode::bad_arguments, "there is at least one connection for each server"};
  }
  const bool is_named = std::any_of(options.servers.begin(), options.servers.end(),
                                    [&](const Address& a) { return a.text == options.victim; });
  if (!is_named || options.servers.size() < 2) {
    return {ErrorCode::bad_arguments, "the victim is one of two or more servers"};
  }
  if (options.victim_pid <= 1) return {ErrorCode::bad_arguments, "the victim's process is named"};
  return {};
}

}  // namespace

Result<FailoverResult> run_failover(const FailoverOptions& options) {
  if (Status status = check_options(options); !status) return status.error();
  Result<Poller> poller = Poller::make();
  if (!poller) return poller.error();
  // The wrapper in glibc 2.36 is not declared for C++.
  Fd victim(static_cast<int>(::syscall(SYS_pidfd_open, options.victim_pid, 0)));
  if (!victim.valid()) return system_failure("process " + std::to_string(options.victim_pid));
  const NodeSet nodes(options.prefix, static_cast<std::uint32_t>(options.connections),
                      options.value_bytes);
  const Result<std::vector<Stat>> stats = make_nodes(options.servers, nodes);
  if (!stats) return stats.error();
  FailoverRun run(options, nodes, std::move(*poller), std::move(victim));
  Result<FailoverResult> result = run.run(*stats);
  if (!result || options.keep) return result;
  std::vector<Address> left = options.servers;
  std::erase_if(left, [&](const Address& a) { return a.text == options.victim; });
  if (Status removed = remove_nodes(left, nodes); !removed) return removed.error();
  return result;
}

}  // namespace quorate::bench
