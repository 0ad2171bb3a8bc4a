#include "actors/commit.h"

#include <algorithm>
#include <caf/typed_response_promise.hpp>
#include <chrono>
#include <deque>
#include <optional>
#include <utility>

#include "actors/four_letter_words/state_text.h"
#include "actors/inquiries.h"
#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/ticker.h"
#include "actors/server_context.h"
#include "core/base/flat_map.h"
#include "storage/last_words.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds tick_every{100};
/// How long one turn applies or delivers before others on the thread have theirs.
constexpr std::chrono::microseconds turn_max{1000};
constexpr std::size_t txns_between_clock_readings = 16;
constexpr milliseconds silence_max = ZabTimes{}.silence + 2 * tick_every;
/// Before that a server without a leader serves no reads either.
constexpr milliseconds leaderless_min{2000};
constexpr std::size_t streams_between_clock_readings = 64;
/// Records of a seal that a turn gives; they take less than half of it.
constexpr std::size_t slice_records = 500;

/// Answers to four-letter words that are made at a time.
constexpr std::size_t tellings_max = 16;

/// A four-letter word that is being answered.
struct Telling {
  StateText text;
  caf::typed_response_promise<StateWordAnswer> answer;
};

struct CommitState {
  static inline const char* name = "commit";
  PeersPtr peers;
  std::deque<Telling> tellings;
  Inquiries inquiries;
  FlatMap<ConnectionSerial, Connection> connections;
};

class CommitActor final : public PinnedActor<Commit, CommitState> {
  using Super = PinnedActor<Commit, CommitState>;

 public:
  CommitActor(caf::actor_config& config, ServerContext& context, CommitMachine machine)
      : Super(config),
        context_(context),
        log_(context.log.component(CommitState::name)),
        machine_(std::move(machine)),
        ticker_(tick_every),
        has_peers_(context.config.membership.members.size() > 1) {}

  behavior_type make_behavior() override {
    sealed_at_ = context_.clock.read().monotonic;
    machine_.on_tick(sealed_at_);
    machine_.show_members(Blob(members_text(context_.config.membership)));
    ticker_.start(*this);
    return {
        [this](meet_a, const PeersPtr& peers) { meet(peers); },
        [this](open_a, const ConnectionOpened& opened) {
          state.connections[opened.serial] = opened.handle;
          machine_.on_open(opened.serial);
        },
        [this](greet_a, const std::shared_ptr<Handshake>& handshake) {
          machine_.on_handshake(handshake->connection, handshake->session,
                                std::move(handshake->body), handshake->last_seen,
                                handshake->reads_suffice);
        },
        [this](request_a, const std::shared_ptr<RequestBatch>& batch) {
          machine_.on_requests(std::move(*batch));
        },
        [this](drained_a, const ConnectionSerial& serial) { machine_.on_drained(serial); },
        [this](closed_a, const ConnectionSerial& serial) {
          state.connections.erase(serial);
          machine_.on_closed(serial);
        },
        [this](commit_a, const std::shared_ptr<const CommittedBatch>& batch) { commit(batch); },
        [this](more_a) { more_sent_ = false; },
        [this](seal_a) { seal_wanted_ = true; },
        [this](sealed_a, const Sealed& sealed) { on_sealed(sealed); },
        [this](room_a, const Room& room) {
          has_room_ = room.level == RoomLevel::ample;
          machine_.admit_writes(may_write());
        },
        [this](doubt_a, const Doubt& doubt) {
          doubt_ = doubt.doubt;
          machine_.admit_writes(may_write());
        },
        [this](drain_a, const Drained& wanted) {
          drained_ = wanted.drained;
          machine_.admit_clients(wanted_clients());
          log_.info(drained_ ? "drained" : "not_drained",
                    kv("connections", state.connections.size()));
          return wanted;
        },
        [this](tell_a, const StateWord& asked) { return tell(asked); },
        [this](inquire_a, const StateInquiryPtr& asked) { return inquire(*asked); },
        [this](inquire_a) { inquiries_awaited_ = false; },
        [this](tick_a, std::uint64_t generation) {
          if (ticker_.is_current(generation)) on_tick();
        },
    };
  }

  /// What a turn's messages asked for leaves at its end, so that others get one message each
  /// however many requests came.
  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t messages) override {
    if (has_slept()) stop_serving();
    const auto result = Super::resume(unit, messages);
    if (result != caf::resumable::done) work_off();
    return result;
  }

 private:
  void meet(const PeersPtr& peers) {
    const PeersPtr former = std::exchange(state.peers, peers);
    if (!former) return;
    // Who was started again knows nothing: holders send state, not messages.
    if (former->session_tracker != state.peers->session_tracker && leads_) {
      introduce_sessions();
    }
    if (former->snapshotter != state.peers->snapshotter) {
      for (const auto& slice : not_durable_) send(state.peers->snapshotter, seal_a::value, slice);
    }
  }

  void commit(const std::shared_ptr<const CommittedBatch>& batch) { committed_.push_back(batch); }

  caf::result<StateWordAnswer> tell(const StateWord& asked) {
    if (state.tellings.size() >= tellings_max)
      return StateWordAnswer{"too many ask for this at a time; ask again\n"};
    auto promise = make_response_promise<caf::typed_response_promise<StateWordAnswer>>();
    state.tellings.push_back({StateText(asked.word, answer_bytes_max), promise});
    return promise;
  }

  caf::result<StateAnswerPtr> inquire(const StateInquiry& asked) {
    auto promise = make_response_promise<Inquiries::Promise>();
    state.inquiries.take(asked, promise, machine_);
    return promise;
  }

  // --- The turn ------------------------------------------------------------------------------

  void work_off() {
    const auto until = SteadyClock::now() + turn_max;
    apply_committed(until);
    tell_marks();
    hand_on_writes();
    tell_sessions();
    state.inquiries.tell_edited(machine_);
    post_notice();
    deliver(until);
    if (machine_.state().is_sealing()) seal_some();
    tell_some(until);
    state.inquiries.go_on(machine_, until);
    const bool more = !committed_.empty() || machine_.has_deliveries() ||
                      machine_.state().is_sealing() || !state.tellings.empty();
    if (more && !std::exchange(more_sent_, true)) send(this, more_a::value);
    await_inquiries();
  }

  /// Their pauses let the I/O thread look at its sockets.
  void await_inquiries() {
    const auto due = state.inquiries.due();
    if (!due || std::exchange(inquiries_awaited_, true)) return;
    const auto pause = *due - SteadyClock::now();
    if (pause > pause.zero() && context_.own_threads) {
      delayed_send(this, pause, inquire_a::value);
    } else {
      send(this, inquire_a::value);
    }
  }

  /// At least one step, so that it ends under any load.
  void tell_some(SteadyClock::time_point until) {
    while (!state.tellings.empty()) {
      Telling& telling = state.tellings.front();
      if (!telling.text.go_on(machine_, marks_)) {
        telling.answer.deliver(StateWordAnswer{telling.text.take()});
        state.tellings.pop_front();
      }
      if (SteadyClock::now() >= until) return;
    }
  }

  void apply_committed(SteadyClock::time_point until) {
    const Zxid before = machine_.state().last_applied();
    apply_some(until);
    const Zxid now = machine_.state().last_applied();
    if (now != before) context_.stages.note(Milestone::applied, now, context_.clock.fine());
  }

  void apply_some(SteadyClock::time_point until) {
    while (!committed_.empty() && SteadyClock::now() < until) {
      const CommittedBatch& batch = *committed_.front();
      if (batch.stopped) stop_serving();
      const std::size_t count =
          std::min(txns_between_clock_readings, batch.txns.size() - applied_of_front_);
      machine_.on_committed(std::span(batch.txns).subspan(applied_of_front_, count));
      applied_of_front_ += count;
      applied_since_seal_ += count;
      if (applied_of_front_ < batch.txns.size()) continue;
      if (batch.established) start_serving(batch);
      for (const SyncPoint& synced : batch.synced) {
        machine_.on_synced(synced);
      }
      applied_of_front_ = 0;
      committed_.pop_front();
    }
  }

  void start_serving(const CommittedBatch& batch) {
    if (machine_.is_serving()) return;
    service_ = batch.service;
    leads_ = batch.leads;
    leaderless_since_.reset();
    forget_last_words();
    if (leads_) {
      agree_on_settings();
      introduce_sessions();
    }
    machine_.on_serving(wanted_clients());
    log_.info("serving", kv("clients", wanted_clients() == Clients::welcome),
              kv("zxid", machine_.state().last_applied()),
              kv("znodes", machine_.state().tree().size()),
              kv("sessions", machine_.state().sessions().size()));
  }

  [[nodiscard]] Clients wanted_clients() const {
    const bool leaves_them = leads_ && has_peers_ && !context_.config.leader_serves;
    return drained_ || leaves_them ? Clients::sent_away : Clients::welcome;
  }

  /// The process was stopped for longer than the others wait for it: they have gone on without this
  /// server, and proposal finds that out too, but reads may be handled before it does. Above the
  /// silence by more than a tick, so that proposal has slept as long in any case, and leaves its
  /// role.
  [[nodiscard]] bool has_slept() const {
    return has_peers_ && machine_.is_serving() && SteadyClock::now() - ticked_ >= silence_max;
  }

  void stop_serving() {
    if (!machine_.is_serving()) return;
    leads_ = false;
    machine_.on_leader_lost();
    // The connections that these came from are closed.
    machine_.output().submissions.clear();
    machine_.output().syncs.clear();
    // Service 0: rest.
    send(state.peers->session_tracker, session_a::value,
         std::shared_ptr<const SessionNews>(std::make_shared<SessionNews>()));
    log_.info("not_serving", kv("zxid", machine_.state().last_applied()));
  }

  /// All that was in the log is applied, so what broke the process no longer does. Waits for the
  /// disk, but nobody is served yet, and it is rare.
  void forget_last_words() {
    LastWords* const words = context_.last_words;
    if (words == nullptr || !words->left()) return;
    const LastWord left = *words->left();
    if (left.applying > machine_.state().last_applied()) return;
    if (const Status cleared = words->clear(); !cleared) {
      log_.warn("last_words_kept", kv("reason", cleared.error().text));
    } else {
      log_.info("applied_after_all", kv("zxid", left.applying), kv("deaths", left.times));
    }
  }

  /// A new leader's first record carries the ensemble's settings when its own differ.
  void agree_on_settings() {
    EnsembleSettings wanted = machine_.state().settings();
    wanted.skip_acl = context_.config.skip_acl;
    wanted.enforce_quota = context_.config.enforce_quota;
    wanted.extended_types = context_.config.extended_types;
    wanted.multi_ops_max = context_.config.multi_ops_max;
    wanted.delete_tree_max = context_.config.delete_tree_max;
    if (wanted == machine_.state().settings()) return;
    submit({own_submission(SetSettings{wanted})});
  }

  void introduce_sessions() {
    auto news = std::make_shared<SessionNews>();
    news->service = service_;
    for (const auto& [id, session] : machine_.state().sessions().all()) {
      news->opened.push_back({id, session.timeout_ms});
    }
    send(state.peers->session_tracker, session_a::value,
         std::shared_ptr<const SessionNews>(std::move(news)));
  }

  void hand_on_writes() {
    CommitOutput& output = machine_.output();
    if (output.submissions.empty() && output.syncs.empty()) return;
    auto batch = std::make_shared<SubmitBatch>();
    const std::size_t usual = output.submissions.size();
    batch->writes = std::exchange(output.submissions, {});
    output.submissions.reserve(usual);  // Submissions are costly to move.
    batch->syncs = std::exchange(output.syncs, {});
    batch->service = service_;
    send(state.peers->proposal, submit_a::value, std::move(batch));
  }

  void tell_marks() {
    if (machine_.output().marks.empty()) return;
    auto marks = std::make_shared<DigestMarks>();
    marks->marks = std::exchange(machine_.output().marks, {});
    for (const DigestMark& mark : marks->marks) marks_.add(mark);
    send(state.peers->proposal, mark_a::value,
         std::shared_ptr<const DigestMarks>(std::move(marks)));
  }

  void tell_sessions() {
    CommitOutput& output = machine_.output();
    if (output.touched.empty() && output.opened.empty() && output.closed.empty()) return;
    auto touched = std::exchange(output.touched, {});
    auto opened = std::exchange(output.opened, {});
    auto closed = std::exchange(output.closed, {});
    if (!leads_) {
      // The leader alone expires sessions, and applies what opened and closed them itself.
      if (touched.empty()) return;
      send(state.peers->proposal, session_a::value,
           std::shared_ptr<const Touched>(std::make_shared<Touched>(Touched{std::move(touched)})));
      return;
    }
    auto news = std::make_shared<SessionNews>();
    news->service = service_;
    news->touched = std::move(touched);
    news->opened = std::move(opened);
    news->closed = std::move(closed);
    send(state.peers->session_tracker, session_a::value,
         std::shared_ptr<const SessionNews>(std::move(news)));
  }

  /// Before replies leave, so that nobody is told of less than clients have seen.
  void post_notice() {
    const State& all = machine_.state();
    context_.board.post([&](Notice& notice) {
      notice.serving = machine_.is_serving();
      notice.sends_clients_away = machine_.sends_away();
      notice.read_only = machine_.is_read_only();
      notice.applied = all.last_applied();
      notice.sessions = all.sessions().size();
      notice.znodes = all.tree().size();
      notice.ephemerals = all.tree().ephemeral_count();
      notice.data_bytes = all.tree().data_bytes();
      notice.watches = machine_.watches().size();
      notice.local_sessions = machine_.local_sessions().size();
    });
  }

  /// Replies all leave; a fan-out of events is spread over turns.
  void deliver(SteadyClock::time_point until) {
    for (std::size_t sent = 0; machine_.has_deliveries(); ++sent) {
      const bool look = sent % streams_between_clock_readings == streams_between_clock_readings - 1;
      if (look && !machine_.has_replies() && SteadyClock::now() >= until) return;
      auto stream = std::make_shared<ConnectionStream>();
      if (!machine_.take(*stream)) return;
      const auto found = state.connections.find(stream->connection);
      if (found == state.connections.end()) continue;
      send(found->second, deliver_a::value,
           std::shared_ptr<const ConnectionStream>(std::move(stream)));
    }
  }

  // --- By the clock --------------------------------------------------------------------------

  void on_tick() {
    ticked_ = SteadyClock::now();
    const ClockReading now = context_.clock.read();
    machine_.on_tick(now.monotonic);
    look_for_a_leader(now.monotonic);
    if (is_seal_due(now.monotonic)) begin_seal(now.monotonic);
    // Whoever has a voice is to be heard, although nothing is written.
    if (doubt_) machine_.mark_digest();
    const bool may_reap = leads_ && may_write();
    if (may_reap && now.monotonic >= next_reaping_) reap(now);
    ticker_.rearm(*this);
  }

  [[nodiscard]] bool may_write() const { return has_room_ && !doubt_; }

  /// When there has been no leader for longer than an election takes, reads are served without one,
  /// or clients sent to other servers, which may have one.
  void look_for_a_leader(milliseconds now) {
    if (machine_.is_serving() || machine_.is_read_only() || machine_.is_leaderless()) return;
    if (context_.board.read().stance != Stance::looking) {
      leaderless_since_.reset();
      return;
    }
    if (!leaderless_since_) leaderless_since_ = now;
    if (now - *leaderless_since_ < std::max(leaderless_min, context_.config.tick_time)) return;
    if (context_.config.read_only_mode) machine_.on_read_only();
    if (!machine_.is_read_only()) return machine_.on_leaderless();
    log_.info("read_only", kv("zxid", machine_.state().last_applied()),
              kv("znodes", machine_.state().tree().size()));
  }

  /// One seal at a time: while the image is being written, changes gather in the tree, where a
  /// znode that changes often counts once.
  [[nodiscard]] bool is_seal_due(milliseconds now) const {
    const State& all = machine_.state();
    if (!state.peers || all.is_sealing() || !not_durable_.empty()) return false;
    if (all.unsealed() == 0) return false;
    const Config& config = context_.config;
    return seal_wanted_ || now - sealed_at_ >= config.snapshot_interval ||
           all.unsealed_bytes() >= config.snapshot_bytes ||
           applied_since_seal_ >= config.snapshot_records;
  }

  void begin_seal(milliseconds now) {
    machine_.begin_seal();
    sealed_at_ = now;
    applied_since_seal_ = 0;
    seal_wanted_ = false;
  }

  void seal_some() {
    not_durable_.push_back(std::make_shared<const ImageChanges>(machine_.seal_some(slice_records)));
    send(state.peers->snapshotter, seal_a::value, not_durable_.back());
  }

  void on_sealed(const Sealed& sealed) {
    while (!not_durable_.empty() && not_durable_.front()->zxid <= sealed.durable) {
      not_durable_.pop_front();
    }
  }

  void reap(const ClockReading& now) {
    const milliseconds interval = context_.config.container_check_interval;
    next_reaping_ = now.monotonic + interval;
    const auto per_minute = context_.config.container_deletes_per_minute_max;
    const auto most =
        std::max<std::size_t>(1, static_cast<std::size_t>(per_minute * interval.count() / 60'000));
    std::vector<Submission> reaps;
    // Zero means never in the configuration, as it does in ZooKeeper.
    const milliseconds unused_max = context_.config.container_never_used_max;
    std::optional<std::int64_t> unused_ms;
    if (unused_max != milliseconds{0}) unused_ms = unused_max.count();
    for (std::string& path : machine_.state().reapable(now.wall_ms, most, unused_ms)) {
      reaps.push_back(own_submission(Reap{std::move(path)}));
    }
    if (!reaps.empty()) submit(std::move(reaps));
  }

  /// A write of the server itself: nobody's session, nobody's connection.
  [[nodiscard]] Submission own_submission(TxnBody body) const {
    Submission submission;
    submission.origin = {context_.config.server_id, context_.incarnation, {}, 0};
    submission.body = std::move(body);
    return submission;
  }

  void submit(std::vector<Submission> writes) {
    auto batch = std::make_shared<SubmitBatch>();
    batch->writes = std::move(writes);
    batch->service = service_;
    send(state.peers->proposal, submit_a::value, std::move(batch));
  }

  void describe(StateDump& dump) const override {
    const State& all = machine_.state();
    dump.add("serving", machine_.is_serving());
    dump.add("leads", leads_);
    dump.add("read_only", machine_.is_read_only());
    dump.add("takes_writes", has_room_ && !doubt_);
    dump.add("takes_clients", !drained_);
    dump.add("applied", to_string(all.last_applied()));
    dump.add("batches_to_apply", committed_.size());
    dump.add("connections", state.connections.size());
    dump.add("sessions", all.sessions().size());
    dump.add("local_sessions", machine_.local_sessions().size());
    dump.add("znodes", all.tree().size());
    dump.add("watches", machine_.watches().size());
    dump.add("unsealed", all.unsealed());
    dump.add("sealing", all.is_sealing());
    dump.add("slices_not_durable", not_durable_.size());
    dump.add("words_to_answer", state.tellings.size());
  }

  ServerContext& context_;
  Log log_;
  CommitMachine machine_;
  Ticker ticker_;
  std::deque<std::shared_ptr<const CommittedBatch>> committed_;
  std::size_t applied_of_front_ = 0;
  MarkRing marks_;  ///< For whoever asks.
  bool more_sent_ = false;
  bool inquiries_awaited_ = false;
  bool has_room_ = true;
  bool doubt_ = false;
  bool drained_ = false;
  bool has_peers_;
  SteadyClock::time_point ticked_ = SteadyClock::now();
  bool leads_ = false;
  std::uint64_t service_ = 0;                                    ///< Which time of serving this is.
  std::deque<std::shared_ptr<const ImageChanges>> not_durable_;  ///< Slices of the last seal.
  bool seal_wanted_ = false;
  std::uint64_t applied_since_seal_ = 0;
  milliseconds sealed_at_{0};
  milliseconds next_reaping_{0};
  std::optional<milliseconds> leaderless_since_;  ///< While it looks for one.
};

}  // namespace

Commit spawn_commit(ServerContext& context, CommitMachine machine) {
  return context.system.spawn<CommitActor>(context, std::move(machine));
}

}  // namespace quorate
