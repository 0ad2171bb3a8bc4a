#include "actors/session_tracker.h"

#include <chrono>
#include <utility>

#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/ticker.h"
#include "actors/server_context.h"
#include "core/base/flat_map.h"
#include "core/session/expiry_buckets.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;

/// Sessions expired at once: a storm is worked off in slices, so that pings are never behind it
/// (ZOOKEEPER-1049).
constexpr std::size_t expired_at_once_max = 1000;

struct SessionTrackerState {
  static inline const char* name = "session_tracker";
  PeersPtr peers;
};

class SessionTrackerActor final : public PinnedActor<SessionTracker, SessionTrackerState> {
 public:
  SessionTrackerActor(caf::actor_config& config, ServerContext& context)
      : PinnedActor(config),
        context_(context),
        log_(context.log.component(SessionTrackerState::name)),
        tick_(context.config.tick_time),
        buckets_(tick_),
        ticker_(tick_ / 4) {}

  behavior_type make_behavior() override {
    last_run_ = now();
    ticker_.start(this);
    return {
        [this](meet_a, const PeersPtr& peers) { state.peers = peers; },
        [this](session_a, const std::shared_ptr<const SessionNews>& news) { hear(*news); },
        [this](tick_a, std::uint64_t generation) {
          if (ticker_.is_current(generation)) on_tick();
        },
    };
  }

 private:
  [[nodiscard]] milliseconds now() const { return context_.clock.read().monotonic; }

  /// While this thread did not run, nobody could be heard: what clients sent waits behind this.
  void notice_pause(milliseconds time) {
    const milliseconds pause = time - std::exchange(last_run_, time);
    if (pause > 2 * std::chrono::duration_cast<milliseconds>(ticker_.period())) {
      buckets_.shift(pause);
    }
  }

  void hear(const SessionNews& news) {
    const milliseconds heard = now();
    notice_pause(heard);
    if (news.service != service_) {
      // Another time of leading: all sessions are named anew and have their full timeout.
      service_ = news.service;
      buckets_ = ExpiryBuckets(tick_);
      timeouts_.clear();
    }
    for (const SessionId session : news.touched) {
      if (const auto found = timeouts_.find(session); found != timeouts_.end()) {
        buckets_.touch(session, heard, found->second);
      }
    }
    for (const OpenedSession& opened : news.opened) {
      const milliseconds timeout{opened.timeout_ms};
      timeouts_[opened.session] = timeout;
      buckets_.touch(opened.session, heard, timeout);
    }
    for (const SessionId session : news.closed) {
      timeouts_.erase(session);
      buckets_.remove(session);
    }
  }

  void on_tick() {
    const milliseconds ticked = now();
    notice_pause(ticked);
    expire(buckets_.expired(ticked, expired_at_once_max));
    ticker_.rearm(this);
  }

  void expire(const std::vector<SessionId>& silent) {
    if (silent.empty()) return;
    log_.info("sessions_expire", kv("count", silent.size()));
    auto batch = std::make_shared<SubmitBatch>();
    batch->service = service_;
    for (const SessionId session : silent) {
      Submission expiry;
      expiry.session = session;
      expiry.origin = {context_.config.server_id, context_.incarnation, {}, 0};
      expiry.body = ExpireSession{};
      batch->writes.push_back(std::move(expiry));
    }
    send(state.peers->proposal, submit_a::value, std::move(batch));
  }

  void describe(StateDump& dump) const override {
    dump.add("leads", service_ != 0);
    dump.add("sessions", timeouts_.size());
    dump.add("deadlines", buckets_.size());
    dump.add("tick_ms", tick_);
    dump.add("run_ms_ago", now() - last_run_);
  }

  ServerContext& context_;
  Log log_;
  const milliseconds tick_;
  ExpiryBuckets buckets_;
  FlatMap<SessionId, milliseconds> timeouts_;
  Ticker ticker_;
  milliseconds last_run_{0};
  std::uint64_t service_ = 0;  ///< 0: not leading.
};

}  // namespace

SessionTracker spawn_session_tracker(ServerContext& context) {
  return context.system.spawn<SessionTrackerActor>(context);
}

}  // namespace quorate
