#include "actors/proposal.h"

#include <caf/typed_response_promise.hpp>
#include <chrono>
#include <map>
#include <utility>

#include "actors/peer_frames.h"
#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/ticker.h"
#include "actors/server_context.h"
#include "schema/capnp/record_codec.h"

namespace quorate {
namespace {

/// Twice per heartbeat.
constexpr std::chrono::milliseconds tick_every{50};

/// Operators who wait for the leader's answer.
constexpr std::size_t hand_overs_max = 64;

class RecordEncoder final : public TxnEncoder {
 public:
  [[nodiscard]] Blob encode(const Txn& txn) const override { return capnp_codec::encode_txn(txn); }
};

const RecordEncoder record_encoder;

Standing with_encoder(Standing standing) {
  standing.encoder = &record_encoder;
  return standing;
}

struct ProposalState {
  static inline const char* name = "proposal";
  PeersPtr peers;
  PeerFrames frames;
  PeerConnection stream;  ///< That history comes over; empty when none does.
  /// By the number that the leader knows each by.
  std::map<std::uint64_t, caf::typed_response_promise<HandOverAnswer>> hand_overs;
};

class ProposalActor final : public PinnedActor<Proposal, ProposalState> {
 public:
  ProposalActor(caf::actor_config& config, ServerContext& context, Standing standing)
      : PinnedActor(config),
        context_(context),
        log_(context.log.component(ProposalState::name)),
        replica_(with_encoder(std::move(standing))),
        ticker_(tick_every) {}

  behavior_type make_behavior() override {
    return {
        [this](meet_a, const PeersPtr& peers) { meet(peers); },
        [this](submit_a, const std::shared_ptr<SubmitBatch>& batch) { submit(*batch); },
        [this](session_a, const std::shared_ptr<const Touched>& touched) {
          perform(replica_.on_touched(touched->sessions));
        },
        [this](mark_a, const std::shared_ptr<const DigestMarks>& marks) {
          perform(replica_.on_marks(marks->marks, now()));
        },
        [this](logged_a, const Logged& logged) {
          perform(replica_.on_logged(logged.zxid, now()));
          tell_stream();
        },
        [this](promise_a, const EpochPromise& promise) {
          perform(replica_.on_promised(promise, now()));
        },
        [this](settle_a) { perform(replica_.on_settled()); },
        [this](elected_a, const Elected& elected) { perform(replica_.on_elected(elected, now())); },
        [this](leader_a, const LeaderNews& news) {
          perform(news.leads ? replica_.on_leader_ready(news.leader)
                             : replica_.on_leader_left(news.leader));
        },
        [this](link_a, const LinkState& link) {
          state.frames.on_link(link);
          context_.board.post_link(replica_.standing(), link.peer, bool(link.connection));
          if (!link.connection) perform(replica_.on_link_down(link.peer));
        },
        [this](peer_a, const std::shared_ptr<const FromPeer>& from) {
          if (state.frames.is_current(*from))
            perform(replica_.on_message(from->peer, from->message, now()));
        },
        [this](survey_a, const Surveyed& surveyed) {
          perform(replica_.on_surveyed(surveyed.learner, surveyed.common));
        },
        [this](history_a, const FromHistory& from) { take_history(from); },
        [this](image_a, const ReceivedImage& image) { return install(image); },
        [this](hand_over_a, const HandOverWanted& wanted) { return hand_over(wanted); },
        [this](tick_a, std::uint64_t generation) {
          if (!ticker_.is_current(generation)) return;
          perform(replica_.on_tick(now()));
          context_.board.post_followers(replica_.standing(), replica_.tenure());
          ticker_.rearm(*this);
        },
    };
  }

 private:
  [[nodiscard]] ClockReading now() const { return context_.clock.read(); }

  void meet(const PeersPtr& peers) {
    state.peers = peers;
    if (std::exchange(started_, true)) return;
    ticker_.start(*this);
    context_.board.post_link(replica_.standing(), context_.config.server_id, true);
    context_.timeline.on_started(replica_.standing(), now());
    perform(replica_.start());
  }

  void submit(SubmitBatch& batch) {
    if (batch.service != service_) return;
    if (!batch.writes.empty()) {
      trail_.on_submitted(batch.writes.back().origin, context_.clock.fine());
      perform(replica_.on_submit(std::move(batch.writes), now()));
    }
    for (const SyncRequest& request : batch.syncs) perform(replica_.on_sync(request, now()));
  }

  caf::result<HandOverAnswer> hand_over(const HandOverWanted& wanted) {
    if (state.hand_overs.size() >= hand_overs_max)
      return HandOverAnswer{0, ErrorCode::throttled, "too many ask for another leader", {}};
    auto promise = make_response_promise<caf::typed_response_promise<HandOverAnswer>>();
    const std::uint64_t number = ++hand_over_number_;
    state.hand_overs.emplace(number, promise);
    perform(replica_.on_hand_over({number, wanted.to}, now()));
    return promise;
  }

  void answer_hand_over(const HandOverAnswer& answer) {
    const auto asked = state.hand_overs.find(answer.number);
    if (asked == state.hand_overs.end()) return;
    if (answer.code == ErrorCode::ok) log_.info("hands_over", kv("to", answer.successor));
    asked->second.deliver(answer);
    state.hand_overs.erase(asked);
  }

  /// Nobody knows any more what the leader makes of them.
  void give_up_hand_overs() {
    for (auto& [number, promise] : std::exchange(state.hand_overs, {})) {
      promise.deliver(HandOverAnswer{
          number, ErrorCode::not_serving, "the leader was lost meanwhile; see quorate status", {}});
    }
  }

  void take_history(const FromHistory& from) {
    const ServerId leader = from.stream.leader;
    if (from.stream.number != stream_number_) {
      if (from.connection)
        send(from.connection, dismiss_a::value,
             PeerDismissal{"the history is not wanted any more"});
    } else if (from.batch) {
      state.stream = from.connection;
      perform(replica_.on_history(leader, *from.batch));
      tell_stream();  // What was known before is not logged again.
    } else {
      perform(replica_.on_fetch_failed(leader));
    }
  }

  bool install(const ReceivedImage& image) {
    if (image.stream.number != stream_number_) return false;
    Effects effects = replica_.on_image(image.stream.leader, image.at, image.time_ms);
    if (!effects.install) {
      perform(std::move(effects));
      return false;
    }
    // The last thing that this replica does: the state in memory is not that of the image.
    ended_ = true;
    if (effects.left) leave(*effects.left);
    log_.info("installs_image", kv("zxid", image.at.zxid));
    send(state.peers->journal, install_a::value, InstallImage{*effects.install, image.name});
    return true;
  }

  /// How far what came over the stream is on the disk, so that more is read.
  void tell_stream() {
    if (state.stream) send(state.stream, logged_a::value, replica_.standing().logged);
  }

  void drop_stream() {
    ++stream_number_;
    if (state.stream)
      send(state.stream, dismiss_a::value, PeerDismissal{"the history is not wanted any more"});
    state.stream = PeerConnection{};
  }

  void perform(Effects effects) {
    if (ended_) return;
    note_stages(effects);
    count_differences(effects);
    for (const Envelope& envelope : effects.send) state.frames.send(*this, envelope);
    state.frames.end_turn();
    if (effects.stop_serving) stop_serving();
    if (effects.cut) send(state.peers->journal, cut_a::value, *effects.cut);
    if (!effects.log.empty()) append(effects.log);
    if (effects.promise) send(state.peers->journal, promise_a::value, *effects.promise);
    for (const HandOverAnswer& answer : effects.handed_over) answer_hand_over(answer);
    if (effects.settle) {
      give_up_hand_overs();
      drop_stream();
      send(state.peers->journal, settle_a::value);
    }
    if (!effects.commit.empty() || !effects.synced.empty() || effects.serve) commit(effects);
    for (Survey& survey : effects.survey) {
      send(state.peers->surveyor, survey_a::value,
           std::shared_ptr<const Survey>(std::make_shared<Survey>(std::move(survey))));
    }
    if (!effects.touched.empty()) tell_touched(std::move(effects.touched));
    if (effects.fetch) fetch(*effects.fetch);
    for (const ServerId peer : effects.drop)
      state.frames.drop(*this, peer, "its messages contradict what was agreed on");
    if (effects.left) leave(*effects.left);
    if (effects.role) tell(*effects.role);
    if (effects.doubt) doubt(*effects.doubt);
    if (effects.diverged) diverge(*effects.diverged);
    context_.board.post_standing(replica_.standing(), effects);
  }

  void note_stages(const Effects& effects) {
    if (effects.stop_serving) trail_.forget();
    if (effects.log.empty() && effects.commit.empty()) return;
    const auto now = context_.clock.fine();
    if (!effects.log.empty()) {
      trail_.on_proposed(effects.log, context_.stages);
      context_.stages.note(Milestone::proposed, effects.log.back().zxid(), now);
    }
    if (!effects.commit.empty())
      context_.stages.note(Milestone::committed, effects.commit.back()->zxid, now);
  }

  /// This server's own is counted by its next start, which follows: all else begins anew there.
  void count_differences(const Effects& effects) {
    for (const Envelope& envelope : effects.send)
      if (std::holds_alternative<Diverged>(envelope.message))
        context_.counters.digests_different.add();
    if (effects.doubt.value_or(false)) context_.counters.digests_different.add();
  }

  /// What followers heard; what this server itself hears goes from commit to the tracker.
  void tell_touched(std::vector<SessionId> sessions) {
    if (!replica_.is_leading()) return;
    auto news = std::make_shared<SessionNews>();
    news->service = service_;
    news->touched = std::move(sessions);
    send(state.peers->session_tracker, session_a::value,
         std::shared_ptr<const SessionNews>(std::move(news)));
  }

  void stop_serving() {
    CommittedBatch batch;
    batch.stopped = true;
    send(state.peers->commit, commit_a::value,
         std::shared_ptr<const CommittedBatch>(std::make_shared<CommittedBatch>(std::move(batch))));
  }

  /// Once for each time, on every server: who leads is not the only one that an operator looks at.
  void doubt(bool in_doubt) {
    send(state.peers->commit, doubt_a::value, Doubt{in_doubt});
    if (in_doubt) {
      log_.error("digests_differ", kv("writes", "refused"),
                 kv("do",
                    "no quorum of servers has the same state: start those that are down; where all "
                    "are up, see \"Servers that differ\" in docs/operations.md"));
    } else if (replica_.is_serving()) {
      log_.info("digests_agree", kv("writes", "served"));
    }  // Else it has lost its role, and knows no more than before.
  }

  /// The last thing that this replica does: nobody may be served from this state any more.
  void diverge(const Divergence& found) {
    ended_ = true;
    send(state.peers->journal, diverge_a::value, found);
  }

  void commit(Effects& effects) {
    if (effects.serve) ++service_;
    CommittedBatch batch;
    batch.txns = std::move(effects.commit);
    batch.synced = std::move(effects.synced);
    batch.established = effects.serve;
    batch.service = service_;
    batch.leads = replica_.is_leading();
    send(state.peers->commit, commit_a::value,
         std::shared_ptr<const CommittedBatch>(std::make_shared<CommittedBatch>(std::move(batch))));
  }

  void append(const std::vector<Record>& records) {
    auto batch = std::make_shared<AppendBatch>();
    batch->epoch = replica_.standing().asked.accepted;
    batch->records.reserve(records.size());
    for (const Record& record : records) batch->records.push_back({record.zxid(), record.bytes});
    send(state.peers->journal, append_a::value,
         std::shared_ptr<const AppendBatch>(std::move(batch)));
  }

  void fetch(const Fetch& fetch) {
    const auto link = state.peers->links.find(fetch.leader);
    if (link == state.peers->links.end()) return;
    drop_stream();
    log_.info(fetch.image ? "fetches_image" : "fetches_history", kv("leader", fetch.leader),
              kv("keep", fetch.keep.zxid), kv("end", fetch.end.zxid));
    send(link->second, fetch_a::value,
         Stream{fetch.leader, HistoryWanted{fetch.epoch, fetch.keep, fetch.end, fetch.image},
                stream_number_});
  }

  void leave(LossReason reason) {
    left_ = reason;
    context_.timeline.on_left(reason, replica_.standing(), now());
  }

  void tell(const Role& role) {
    send(state.peers->election, role_a::value, role);
    context_.timeline.on_role(role, replica_.standing(), now());
    if (role.successor && !role.counts) {
      log_.info("leaves", kv("to", *role.successor));
    } else if (role.stance == Stance::looking) {
      log_.info("looking", kv("epoch", role.recency.current), kv("zxid", role.recency.last),
                kv("votes", role.counts), kv("blank", role.blank),
                kv("reason", left_ ? to_string(*left_) : "started"));
    } else if (role.established) {
      log_.info(role.stance == Stance::leading ? "leading" : "following",
                kv("leader", *role.leader), kv("epoch", *role.established));
    }
  }

  void describe(StateDump& dump) const override {
    const Notice notice = context_.board.read();
    const Standing& standing = replica_.standing();
    dump.add("role", to_string(notice.stance));
    if (notice.leader) dump.add("leader", notice.leader->value);
    if (notice.established) dump.add("epoch", notice.established->value);
    dump.add("promised_epoch", standing.promised.accepted.value);
    dump.add("serving", replica_.is_serving());
    dump.add("in_doubt", notice.doubt);
    dump.add("counts", standing.counts());
    dump.add("last", to_string(standing.history.last().zxid));
    dump.add("logged", to_string(standing.logged));
    dump.add("committed", to_string(standing.history.committed()));
    if (const Tenure* tenure = replica_.tenure()) dump.add("writes_waiting", tenure->waiting());
    dump.add("links", state.frames.links());
    dump.add("fetches_history", bool(state.stream));
    dump.add("hand_overs_asked", state.hand_overs.size());
    if (left_) dump.add("left_last_role", to_string(*left_));
  }

  ServerContext& context_;
  Log log_;
  Replica replica_;
  SubmitTrail trail_;
  Ticker ticker_;
  std::uint64_t service_ = 0;  ///< How often this server began to serve.
  std::uint64_t hand_over_number_ = 0;
  std::uint64_t stream_number_ = 0;  ///< Of the stream that is wanted, if one is.
  std::optional<LossReason> left_;   ///< Why it has given up its last role.
  bool started_ = false;
  bool ended_ = false;  ///< The server is about to start over.
};

}  // namespace

Proposal spawn_proposal(ServerContext& context, Standing standing) {
  return context.system.spawn<ProposalActor>(context, std::move(standing));
}

}  // namespace quorate
