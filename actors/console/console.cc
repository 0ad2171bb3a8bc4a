#include "actors/console/console.h"

#include <caf/typed_response_promise.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "actors/console/admin_api.h"
#include "actors/console/api_room.h"
#include "actors/console/audit.h"
#include "actors/console/election_view.h"
#include "actors/console/event_hub.h"
#include "actors/console/frontend.h"
#include "actors/console/log_view.h"
#include "actors/console/metrics_gather.h"
#include "actors/console/metrics_page.h"
#include "actors/console/metrics_sample.h"
#include "actors/console/passed_on.h"
#include "actors/console/slow_view.h"
#include "actors/console/spawn_console.h"
#include "actors/console/trace_view.h"
#include "actors/peer_frames.h"
#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/ticker.h"
#include "actors/spawn.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds tick_every{500};
constexpr std::uint64_t ticks_per_look = 2;
/// For a port that was in use, or a file that is being mended.
constexpr std::uint64_t ticks_per_try = 10;
/// For another server to answer what was passed on.
constexpr seconds pass_on_max{5};
/// For the owner of the state: it gathers beside all that clients want.
constexpr seconds inquiry_max{10};
constexpr seconds transfer_max{10};
constexpr seconds drain_max{10};
constexpr seconds checkpoint_max{300};
/// Requests of other servers that are being answered.
constexpr std::size_t foreign_max = 64;

struct PassedOn {
  ServerId to;
  std::function<void(AdminAnswer)> tell;
  SteadyClock::time_point until;
};

struct ConsoleState {
  static inline const char* name = "console";
  PeersPtr peers;
  PeerFrames frames;
  Supervisor supervisor;
  std::map<ServerId, bool> links;  ///< Those that are up, with whether they answer requests.
  /// Its thread calls back with this actor's handle, so it must end with the actor.
  std::unique_ptr<Frontend> frontend;
};

class ConsoleActor final : public ThreadActor<Console, ConsoleState>, private AdminPort {
 public:
  ConsoleActor(caf::actor_config& config, ServerContext& context, ConsoleParts parts)
      : ThreadActor(config),
        context_(context),
        log_(context.log.component(ConsoleState::name)),
        parts_(std::move(parts)),
        registry_(*SystemConfig::of(system())->registry()),
        io_(SystemConfig::of(system())->io_counters()),
        ticker_(tick_every) {
    state.supervisor = parts_.supervisor;
  }

  behavior_type make_behavior() override {
    if (context_.own_threads) yield_to_requests();
    const std::int64_t start = context_.clock.read().wall_ms;
    parts_.audit->give_up_begun();  // By the console before this one.
    room_.emplace(ApiRoom{context_,
                          registry_,
                          *this,
                          *parts_.audit,
                          ActorSampler(registry_),
                          MetricsHistory(metrics_series()),
                          {},
                          ensemble_look()});
    api_.emplace(*room_);
    hub_.emplace(start, [this](const std::string& view, auto tell) { make_view(view, tell); });
    listen();
    start_frontend();
    room_->sampler.tick(SteadyClock::now());
    room_->process.tick(SteadyClock::now());
    room_->fired.look(context_.counters.events.get(), SteadyClock::now());
    ticker_.start(*this);
    return {
        [this](meet_a, const PeersPtr& peers) { state.peers = peers; },
        [](run_a, const ConsoleTask& task) { task.run(); },
        [this](link_a, const LinkState& link) { on_link(link); },
        [this](peer_a, const std::shared_ptr<const FromPeer>& from) { on_peer(*from); },
        [this](tick_a, std::uint64_t generation) {
          if (ticker_.is_current(generation)) on_tick();
        },
    };
  }

  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    if (LogRing* ring = context_.log.ring(); ring != nullptr) ring->listen({});
    parts_.audit->listen({});
    context_.timeline.ring().listen({});
    context_.slow_requests.news().listen({});
    return ThreadActor::cleanup(std::move(reason), host);
  }

 private:
  // --- What the API asks for ---------------------------------------------------------------------

  std::function<void(Task)> poster() override {
    return [self = caf::actor_cast<Console>(this)](Task task) {
      caf::anon_send(self, run_a::value, ConsoleTask{std::move(task)});
    };
  }

  void after(milliseconds time, Task task) override {
    delayed_send(this, time, run_a::value, ConsoleTask{std::move(task)});
  }

  void restart_actor(std::uint64_t actor, const std::string& reason, Done tell) override {
    if (actor == id()) {
      // Nobody would be there to hear the supervisor's answer: this one leaves first.
      tell(ActOutcome::done("it ends, and is started again"));
      after(milliseconds(200), [this, reason] {
        request(state.supervisor, seconds(5), restart_a::value, RestartWanted{id(), reason})
            .then([](const RestartAnswer&) {}, [](const caf::error&) {});
      });
      return;
    }
    request(state.supervisor, seconds(5), restart_a::value, RestartWanted{actor, reason})
        .then([tell](const RestartAnswer& answer) { tell(outcome_of(answer)); },
              [tell](const caf::error&) { tell(no_answer("the supervisor")); });
  }

  static ActOutcome outcome_of(const RestartAnswer& answer) {
    switch (answer.outcome) {
      case Supervision::Restart::done:
        return ActOutcome::done("it ends, and is started again");
      case Supervision::Restart::unknown:
        return ActOutcome::refused({409, "not_restartable",
                                    "its supervisor does not start such actors again",
                                    "look at the actor's parent"});
      case Supervision::Restart::not_restartable:
        return ActOutcome::refused({409, "not_restartable", "its death would end more than itself",
                                    "stop the server instead, if it must be"});
      case Supervision::Restart::too_often:
        break;
    }
    return ActOutcome::refused({429, "too_many",
                                "it was started again too often of late: one more death would end "
                                "the server",
                                "wait for half a minute"});
  }

  static ActOutcome no_answer(const std::string& whose) {
    return ActOutcome::refused({504, "timeout", whose + " did not answer in time",
                                "nobody can say whether it was done: look"});
  }

  static ActOutcome outcome_of(const CheckpointOutcome& checkpoint) {
    const std::string text = "checkpoint " + to_string(checkpoint.zxid) + ": " + checkpoint.text;
    switch (checkpoint.code) {
      case ErrorCode::ok:
        return ActOutcome::done(text);
      case ErrorCode::no_node:
        return ActOutcome::refused({404, "not_found", checkpoint.text, {}});
      case ErrorCode::damaged:
        return ActOutcome::refused(
            {409, "damaged", text, "take another one, and look at the disk"});
      default:
        return ActOutcome::refused({503, "unavailable", checkpoint.text, {}});
    }
  }

  void transfer_leadership(std::optional<ServerId> to, Done tell) override {
    if (!state.peers) return tell(no_answer("the server"));
    request(state.peers->proposal, transfer_max, hand_over_a::value, HandOverWanted{to})
        .then(
            [tell](const HandOverAnswer& answer) {
              if (answer.code != ErrorCode::ok)
                return tell(ActOutcome::refused({409, "conflict", answer.text, {}}));
              tell(ActOutcome::done("the leader hands over to server " +
                                    std::to_string(answer.successor.value)));
            },
            [tell](const caf::error&) { tell(no_answer("the leader")); });
  }

  void drain(bool drained, Done tell) override {
    if (!state.peers) return tell(no_answer("the server"));
    const Notice notice = context_.board.read();
    const bool leads = notice.stance == Stance::leading && !state.peers->links.empty();
    if (!drained || !leads) return drain_clients(drained, std::move(tell));
    // A server that is about to go should not lead when it does. Its clients go before: what they
    // have in flight when the leader changes, nobody could tell them what became of it.
    drain_clients(true, [this, tell](const ActOutcome& gone) {
      if (gone.refusal) return tell(gone);
      transfer_leadership(std::nullopt, [this, tell, gone](const ActOutcome& transferred) {
        if (!transferred.refusal) return tell(gone);
        drain_clients(false, [tell, transferred](const ActOutcome&) { tell(transferred); });
      });
    });
  }

  void drain_clients(bool drained, Done tell) {
    request(state.peers->listener, drain_max, drain_a::value, Drained{drained})
        .then(
            [tell](const Drained& now) {
              tell(ActOutcome::done(now.drained ? "its clients were sent to other servers"
                                                : "it takes clients again"));
            },
            [tell](const caf::error&) { tell(no_answer("the server")); });
  }

  void shed(unsigned percent, Done tell) override {
    if (!state.peers) return tell(no_answer("the server"));
    request(state.peers->listener, seconds(5), shed_a::value, std::uint32_t{percent})
        .then(
            [tell](std::uint64_t count) {
              tell(ActOutcome::done(
                  (count == 1 ? "1 client is" : std::to_string(count) + " clients are") +
                  std::string(" sent to other servers")));
            },
            [tell](const caf::error&) { tell(no_answer("the listener")); });
  }

  void take_checkpoint(Done tell) override {
    if (!state.peers) return tell(no_answer("the server"));
    request(state.peers->snapshotter, checkpoint_max, save_a::value)
        .then([tell](const CheckpointOutcome& taken) { tell(outcome_of(taken)); },
              [tell](const caf::error&) { tell(no_answer("the snapshotter")); });
  }

  void verify_checkpoint(Zxid zxid, Done tell) override {
    if (!state.peers) return tell(no_answer("the server"));
    request(state.peers->snapshotter, checkpoint_max, verify_a::value, zxid)
        .then([tell](const CheckpointOutcome& read) { tell(outcome_of(read)); },
              [tell](const caf::error&) { tell(no_answer("the snapshotter")); });
  }

  void inquire(StateInquiry inquiry, std::function<void(StateAnswerPtr)> tell) override {
    if (!state.peers) return tell(nullptr);
    request(state.peers->commit, inquiry_max, inquire_a::value,
            StateInquiryPtr(std::make_shared<StateInquiry>(std::move(inquiry))))
        .then([tell](const StateAnswerPtr& answer) { tell(answer); },
              [tell](const caf::error&) { tell(nullptr); });
  }

  void connections(std::function<void(ConnectionRowsPtr)> tell) override {
    if (!state.peers) return tell(nullptr);
    request(state.peers->listener, inquiry_max, inquire_a::value, ConnectionsWanted{})
        .then([tell](const ConnectionRowsPtr& rows) { tell(rows); },
              [tell](const caf::error&) { tell(nullptr); });
  }

  void kept_states(std::function<void(std::optional<KeptStates>)> tell) override {
    if (!state.peers) return tell(std::nullopt);
    request(state.peers->snapshotter, seconds(5), kept_a::value)
        .then([tell](const KeptStates& states) { tell(states); },
              [tell](const caf::error&) { tell(std::nullopt); });
  }

  void stop(const std::string& reason) override { context_.ending.stop(reason); }

  // --- Other servers -----------------------------------------------------------------------------

  EnsembleLook ensemble_look() {
    std::vector<ServerId> others;
    for (const auto& [id, member] : context_.config.membership.members)
      if (id != context_.config.server_id) others.push_back(id);
    const auto ask = [this](ServerId server, std::function<void(AdminAnswer)> tell) {
      if (!can_pass_on(server)) {
        return tell(answer_of(Refusal{502, "not_linked", "there is no link to it", {}}));
      }
      AdminRequestLine request;
      request.method = "GET";
      request.path = "/servers/self/status";
      request.caller = {"console", ConsoleRole::viewer, {}, {}};
      pass_on(server, request, std::move(tell));
    };
    return {others, ask, [this](milliseconds time, Task task) { after(time, std::move(task)); }};
  }

  [[nodiscard]] bool can_pass_on(ServerId server) const override {
    const auto link = state.links.find(server);
    return link != state.links.end() && link->second;
  }

  void pass_on(ServerId server, const AdminRequestLine& request,
               std::function<void(AdminAnswer)> tell) override {
    const std::uint64_t number = ++last_number_;
    passed_on_[number] = {server, std::move(tell), SteadyClock::now() + pass_on_max};
    state.frames.send(*this, {server, AdminRequest{number, encode_passed_on(request)}});
  }

  void on_link(const LinkState& link) {
    state.frames.on_link(link);
    if (link.connection) {
      state.links[link.peer] = link.answers_admin;
      return;
    }
    state.links.erase(link.peer);
    give_up([&link](const PassedOn& passed) { return passed.to == link.peer; },
            {502, "not_linked", "the link broke", "nobody can say whether it was tell: look"});
  }

  template <class Which>
  void give_up(const Which& which, const Refusal& refusal) {
    std::vector<std::function<void(AdminAnswer)>> waiting;
    std::erase_if(passed_on_, [&](auto& entry) {
      if (!which(entry.second)) return false;
      waiting.push_back(std::move(entry.second.tell));
      return true;
    });
    for (const auto& tell : waiting) tell(answer_of(refusal));
  }

  void on_peer(const FromPeer& from) {
    if (!state.frames.is_current(from)) return;
    if (const auto* reply = std::get_if<AdminReply>(&from.message)) {
      const auto passed = passed_on_.find(reply->number);
      if (passed == passed_on_.end() || passed->second.to != from.peer) return;
      const auto tell = std::move(passed->second.tell);
      passed_on_.erase(passed);
      tell({reply->status, reply->text});
    } else if (const auto* asked = std::get_if<AdminRequest>(&from.message)) {
      answer_peer(from.peer, *asked);
    }
  }

  void answer_peer(ServerId peer, const AdminRequest& asked) {
    auto call = std::make_shared<AdminCall>();
    call->answer = [this, peer, number = asked.number](AdminAnswer answer) {
      --foreign_;
      if (answer.body.size() > admin_reply_bytes_max) {
        answer = answer_of(Refusal{413, "too_large", "the answer is too large to be passed on",
                                   "ask for less at a time, or that server itself"});
      }
      state.frames.send(*this, {peer, AdminReply{number, answer.status, std::move(answer.body)}});
    };
    ++foreign_;
    auto request = decode_passed_on(asked.text);
    if (!request) return call->answer(answer_of(bad_request("no request of the admin API")));
    if (foreign_ > foreign_max)
      return call->answer(answer_of(Refusal{429, "too_many", "too many requests at a time", {}}));
    request->via = peer;
    call->request = *std::move(request);
    api_->handle(call);
  }

  // --- Pages that are open -----------------------------------------------------------------------

  void start_frontend() {
    FrontendSink sink;
    const auto post = poster();
    sink.call = [this, post](AdminCallPtr call) { post([this, call] { api_->handle(call); }); };
    sink.stream = [this, post](StreamWanted wanted, std::shared_ptr<HttpStream> stream) {
      post([this, wanted = std::move(wanted), stream = std::move(stream)] {
        // Without room for it the stream ends, and the page asks again.
        static_cast<void>(hub_->add(wanted, stream));
      });
    };
    sink.metrics = [this, post](auto tell) {
      post([this, tell = std::move(tell)] {
        // For the next page: this one does not wait for others.
        room_->ensemble.look([] {});
        tell(metrics_page(gather_metrics(*room_, *io_, state.frontend.get())));
      });
    };
    auto frontend = Frontend::start(context_, std::move(sink));
    if (frontend) {
      state.frontend = *std::move(frontend);
    } else if (std::exchange(told_, frontend.error().text) != frontend.error().text) {
      // Once, not each time. The server itself goes on: it is not there for its console.
      log_.error("console_not_served", kv("reason", frontend.error().text),
                 kv("do", "mend that; it is tried again every few seconds"));
    }
  }

  /// A view is a GET; only who may see it has been let subscribe to it.
  void make_view(const std::string& view, std::function<void(AdminAnswer)> tell) {
    auto call = std::make_shared<AdminCall>();
    auto request = view_request(view);
    if (!request) return;  // It has been judged before.
    call->request = *std::move(request);
    call->answer = std::move(tell);
    api_->handle(call);
  }

  void listen() {
    const auto post = poster();
    if (LogRing* ring = context_.log.ring(); ring != nullptr) {
      ring->listen([this, post](const KeptLine& line) {
        post([this, line] { hub_->publish("log", log_line_json(line), line.level); });
      });
    }
    context_.timeline.ring().listen([this, post](const ElectionEvent& event) {
      post([this, event] { hub_->publish("election", election_json(event)); });
    });
    context_.slow_requests.news().listen([this, post](const SlowRequest& request) {
      post([this, request] { hub_->publish("slow", slow_json(request)); });
    });
    parts_.audit->listen([this, post](const AuditEntry& entry) {
      post([this, entry] { hub_->publish("audit", to_json(entry)); });
    });
  }

  void on_tick() {
    const auto now = SteadyClock::now();
    const std::int64_t now_ms = context_.clock.read().wall_ms;
    for (const auto& news : room_->sampler.take_trace_news())
      hub_->publish("trace", trace_item_json(news.actor, news.message, registry_));
    if (++ticks_ % ticks_per_look == 0) {
      room_->sampler.tick(now);
      room_->process.tick(now);
      room_->fired.look(context_.counters.events.get(), now);
    }
    if (state.frontend == nullptr && ticks_ % ticks_per_try == 0) start_frontend();
    if (now >= next_point_) {
      next_point_ = now + MetricsHistory::step;
      room_->history.add(now_ms, metrics_now(context_, *io_, room_->process));
    }
    give_up([now](const PassedOn& passed) { return passed.until <= now; },
            {504, "timeout", "the other server did not answer in time", {}});
    hub_->tick(now, now_ms);
    ticker_.rearm(*this);
  }

  void describe(StateDump& dump) const override {
    dump.add("streams", hub_ ? hub_->streams() : 0);
    dump.add("passed_on", passed_on_.size());
    dump.add("foreign", foreign_);
    dump.add("links", state.links.size());
  }

  ServerContext& context_;
  Log log_;
  ConsoleParts parts_;
  ActorRegistry& registry_;
  std::shared_ptr<IoCounters> io_;
  Ticker ticker_;
  std::optional<ApiRoom> room_;
  std::optional<AdminApi> api_;
  std::optional<EventHub> hub_;
  std::map<std::uint64_t, PassedOn> passed_on_;
  std::uint64_t last_number_ = 0;
  std::size_t foreign_ = 0;
  std::uint64_t ticks_ = 0;
  std::string told_;  ///< Why it could not be served.
  SteadyClock::time_point next_point_{};
};

}  // namespace

Console spawn_console(ServerContext& context, ConsoleParts parts) {
  return spawn_blocking<ConsoleActor>(context, std::move(parts));
}

}  // namespace quorate
