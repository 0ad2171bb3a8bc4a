#include "actors/proposal.h"

#include <utility>

#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/server_context.h"
#include "schema/capnp/record_codec.h"

namespace quorate {
namespace {

struct ProposalState {
  static inline const char* name = "proposal";
  PeersPtr peers;
};

class ProposalActor final : public PinnedActor<Proposal, ProposalState> {
 public:
  ProposalActor(caf::actor_config& config, ServerContext& context, Standing standing)
      : PinnedActor(config),
        context_(context),
        log_(context.log.component(ProposalState::name)),
        tenure_(std::move(standing)) {}

  behavior_type make_behavior() override {
    return {
        [this](meet_a, const PeersPtr& peers) { meet(peers); },
        [this](submit_a, const std::shared_ptr<SubmitBatch>& batch) { submit(*batch); },
        [this](logged_a, const Logged& logged) {
          perform(tenure_.on_logged(logged.zxid, context_.clock.read()));
        },
        [this](promise_a, const EpochPromise& promise) {
          perform(tenure_.on_promised(promise, context_.clock.read()));
        },
    };
  }

 private:
  void meet(const PeersPtr& peers) {
    state.peers = peers;
    if (std::exchange(started_, true)) return;
    perform(tenure_.start());
  }

  void submit(SubmitBatch& batch) {
    if (!batch.writes.empty()) {
      perform(tenure_.on_submit(std::move(batch.writes), context_.clock.read()));
    }
    for (const SyncRequest& request : batch.syncs) perform(tenure_.on_sync(request));
  }

  void perform(Effects effects) {
    if (effects.promise) send(state.peers->journal, promise_a::value, *effects.promise);
    if (!effects.log.empty()) append(effects.log);
    if (effects.commit.empty() && effects.synced.empty() && !effects.established) return;
    if (effects.established) {
      log_.info("leading", kv("epoch", tenure_.leader()->epoch().value));
    }
    send(state.peers->commit, commit_a::value,
         std::shared_ptr<const CommittedBatch>(std::make_shared<CommittedBatch>(CommittedBatch{
             std::move(effects.commit), std::move(effects.synced), effects.established})));
  }

  void append(const std::vector<std::shared_ptr<const Txn>>& txns) {
    auto batch = std::make_shared<AppendBatch>();
    batch->epoch = txns.front()->zxid.epoch();
    batch->records.reserve(txns.size());
    for (const auto& txn : txns) {
      batch->records.push_back({txn->zxid, capnp_codec::encode_txn(*txn)});
    }
    send(state.peers->journal, append_a::value,
         std::shared_ptr<const AppendBatch>(std::move(batch)));
  }

  ServerContext& context_;
  Log log_;
  Tenure tenure_;
  bool started_ = false;
};

}  // namespace

Proposal spawn_proposal(ServerContext& context, Standing standing) {
  return context.system.spawn<ProposalActor>(context, std::move(standing));
}

}  // namespace quorate
