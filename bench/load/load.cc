#include "bench/load/load.h"

#include <algorithm>
#include <chrono>
#include <latch>
#include <thread>

#include "bench/load/load_worker.h"
#include "bench/load/nodes_setup.h"
#include "bench/measure/progress.h"

namespace quorate::bench {
namespace {

Status refuse(std::string text) { return {ErrorCode::bad_arguments, std::move(text)}; }

Status check_options(const LoadOptions& options) {
  if (options.servers.empty()) return refuse("no server is named");
  if (options.connections == 0 || options.depth == 0) {
    return refuse("connections and depth are at least 1");
  }
  if (options.threads == 0 || options.threads > options.connections) {
    return refuse("threads are at least 1 and at most the connections");
  }
  if (options.nodes == 0 || options.nodes > NodeSet::count_max) {
    return refuse("nodes are 1 to 1,000,000,000");
  }
  if (options.read_share < 0 || options.read_share > 1) return refuse("the read share is 0 to 1");
  if (options.read_share < 1 && options.nodes < options.connections) {
    return refuse("every connection needs a node of its own to write");
  }
  if (options.seconds <= 0 || options.warmup_s < 0) {
    return refuse("the window is longer than nothing");
  }
  if (options.prefix.size() < 2 || options.prefix.front() != '/' || options.prefix.back() == '/') {
    return refuse("the prefix is a path other than /");
  }
  // A session that nothing is sent on expires.
  if (options.rate > 0 && options.rate / static_cast<double>(options.connections) < 0.2) {
    return refuse("the rate is at least one request in 5 s for each connection");
  }
  return {};
}

/// The threads of a run, and the one that watches them.
class LoadRun {
 public:
  LoadRun(const LoadOptions& options, const NodeSet& nodes, const std::vector<Stat>& stats)
      : options_(options),
        meter_(options.server_pids),
        ready_(static_cast<std::ptrdiff_t>(options.threads)),
        released_(1),
        statuses_(options.threads) {
    for (std::size_t i = 0; i < options.threads; ++i) {
      workers_.push_back(
          std::make_unique<LoadWorker>(options, nodes, stats, i, options.threads, failed_));
    }
  }

  Result<LoadResult> run() {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      threads.emplace_back([this, i] { work(i); });
    }
    ready_.wait();
    times_.start = now_ns();
    times_.window_begin = times_.start + static_cast<Nanoseconds>(options_.warmup_s * ns_per_s);
    times_.window_end = times_.window_begin + static_cast<Nanoseconds>(options_.seconds * ns_per_s);
    released_.count_down();
    const Status measured = measure();
    for (std::jthread& thread : threads) thread.join();
    for (const Status& status : statuses_) {
      if (!status) return status.error();
    }
    if (!measured) return measured.error();
    for (const auto& worker : workers_) {
      result_.read_ns.merge(worker->read_ns());
      result_.write_ns.merge(worker->write_ns());
    }
    return std::move(result_);
  }

 private:
  void work(std::size_t i) {
    statuses_[i] = workers_[i]->open();
    if (!statuses_[i]) failed_ = true;
    ready_.count_down();
    released_.wait();
    if (failed_) return;
    statuses_[i] = workers_[i]->run(times_);
    if (!statuses_[i]) failed_ = true;
  }

  /// Reads counters and clocks at both ends of the window.
  Status measure() {
    sleep_until(times_.window_begin, nullptr);
    if (!failed_ && options_.on_window) options_.on_window();
    if (Status status = meter_.start(); !status) {
      failed_ = true;
      return status;
    }
    const std::uint64_t reads = sum(&LoadWorker::reads);
    const std::uint64_t writes = sum(&LoadWorker::writes);
    sleep_until(times_.window_end, options_.stop);
    times_.window_end = std::min<Nanoseconds>(times_.window_end, now_ns());
    result_.reads = sum(&LoadWorker::reads) - reads;
    result_.writes = sum(&LoadWorker::writes) - writes;
    // A server that died has no counters; the connections say that better.
    if (failed_) return {};
    Result<Usage> usage = meter_.stop();
    if (!usage) return usage.status();
    result_.usage = *usage;
    return {};
  }

  /// Returns earlier when a worker fails, or when told to stop.
  void sleep_until(Nanoseconds end, const std::atomic<bool>* stop) {
    while (!failed_ && now_ns() < end && !(stop != nullptr && *stop)) {
      progress_.show(static_cast<double>(now_ns() - times_.start) / ns_per_s);
      const Nanoseconds time = std::min(end - now_ns(), ns_per_s / 10);
      std::this_thread::sleep_for(std::chrono::nanoseconds(time));
    }
  }

  [[nodiscard]] std::uint64_t sum(std::uint64_t (LoadWorker::*counter)() const) const {
    std::uint64_t total = 0;
    for (const auto& worker : workers_) total += (worker.get()->*counter)();
    return total;
  }

  const LoadOptions& options_;
  UsageMeter meter_;
  std::latch ready_;
  std::latch released_;
  std::vector<Status> statuses_;
  std::atomic<bool> failed_{false};
  std::vector<std::unique_ptr<LoadWorker>> workers_;
  LoadTimes times_;
  LoadResult result_;
  ProgressBar progress_{"measuring", options_.warmup_s + options_.seconds};
};

}  // namespace

double LoadResult::per_second() const {
  return usage.seconds <= 0 ? 0 : static_cast<double>(replies()) / usage.seconds;
}

double LoadResult::server_cpu_us() const {
  if (replies() == 0) return 0;
  return static_cast<double>(usage.server_cpu_ns) / ns_per_us / static_cast<double>(replies());
}

Result<LoadResult> run_load(const LoadOptions& options) {
  if (Status status = check_options(options); !status) return status.error();
  const NodeSet nodes(options.prefix, options.nodes, options.value_bytes);
  std::vector<Stat> stats;
  if (options.target == Target::quorate) {
    Result<std::vector<Stat>> made = make_nodes(options.servers, nodes);
    if (!made) return made.error();
    stats = std::move(*made);
  }
  Result<LoadResult> result = LoadRun(options, nodes, stats).run();
  if (!result || options.target == Target::bare || options.keep) return result;
  if (Status removed = remove_nodes(options.servers, nodes); !removed) return removed.error();
  return result;
}

}  // namespace quorate::bench
