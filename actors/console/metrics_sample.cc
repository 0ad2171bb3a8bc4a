#include "actors/console/metrics_sample.h"

#include <array>

namespace quorate {
namespace {

struct Source {
  const ServerContext& context;
  const IoCounters& io;
  const ProcessFacts& process;
  const Notice& notice;
  std::chrono::milliseconds now;
  const Histogram& latency;
};

struct Figure {
  Series series;
  std::optional<double> (*read)(const Source&);
};

constexpr bool total = true;

template <class Number>
std::optional<double> value(Number number) {
  return static_cast<double>(number);
}

const std::array figures = {
    Figure{{"requests", "requests", "per_s", "Requests", total},
           [](const Source& s) { return value(s.context.counters.requests.get()); }},
    Figure{{"replies", "replies", "per_s", "Requests", total},
           [](const Source& s) { return value(s.context.counters.replies.get()); }},
    Figure{{"writes", "writes applied", "per_s", "Writes", total},
           [](const Source& s) { return value(s.notice.applied.counter()); }},
    Figure{{"events", "watch events", "per_s", "Watch events", total},
           [](const Source& s) { return value(s.context.counters.events.get()); }},
    Figure{{"bytes_in", "received", "bytes", "Network", total},
           [](const Source& s) { return value(s.io.bytes_in.get()); }},
    Figure{{"bytes_out", "sent", "bytes", "Network", total},
           [](const Source& s) { return value(s.io.bytes_out.get()); }},
    Figure{{"outstanding", "waiting requests", "count", "Waiting requests"},
           [](const Source& s) { return value(s.context.counters.outstanding.get()); }},
    Figure{{"connections", "connections", "count", "Clients"},
           [](const Source& s) { return value(s.context.counters.connections_open.get()); }},
    Figure{{"sessions", "sessions", "count", "Clients"},
           [](const Source& s) { return value(s.notice.sessions); }},
    Figure{{"znodes", "znodes", "count", "Znodes"},
           [](const Source& s) { return value(s.notice.znodes); }},
    Figure{{"ephemerals", "ephemeral", "count", "Znodes"},
           [](const Source& s) { return value(s.notice.ephemerals); }},
    Figure{{"watches", "watches", "count", "Watches"},
           [](const Source& s) { return value(s.notice.watches); }},
    Figure{{"data", "names and data", "bytes", "Data"},
           [](const Source& s) { return value(s.notice.data_bytes); }},
    Figure{{"memory", "resident", "bytes", "Memory"},
           [](const Source& s) { return value(s.process.memory_bytes()); }},
    Figure{{"sync_p99", "sync of the log, p99", "us", "Log syncs"},
           [](const Source& s) { return value(s.context.counters.syncs.recent(s.now).at(0.99)); }},
    Figure{{"request_p50", "requests, p50", "us", "Latency"},
           [](const Source& s) { return value(s.latency.at(0.5)); }},
    Figure{{"request_p99", "requests, p99", "us", "Latency"},
           [](const Source& s) { return value(s.latency.at(0.99)); }},
    Figure{{"cpu", "of one core", "percent", "CPU"},
           [](const Source& s) { return value(s.process.cpu_percent()); }},
};

}  // namespace

std::vector<Series> metrics_series() {
  std::vector<Series> series;
  for (const Figure& figure : figures) series.push_back(figure.series);
  return series;
}

MetricsHistory::Values metrics_now(const ServerContext& context, const IoCounters& io,
                                   const ProcessFacts& process) {
  const Notice notice = context.board.read();
  const std::chrono::milliseconds now = context.clock.read().monotonic;
  const Histogram latency = context.counters.gauge.recent(now);
  const Source source{context, io, process, notice, now, latency};
  MetricsHistory::Values values;
  for (const Figure& figure : figures) values.push_back(figure.read(source));
  return values;
}

}  // namespace quorate
