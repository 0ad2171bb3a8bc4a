#include "actors/journal.h"

#include <string>
#include <utility>

#include "actors/log.h"
#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/server_context.h"
#include "storage/durable_log.h"

namespace quorate {
namespace {

/// More unsynced bytes than this are synced although more records wait.
constexpr std::size_t unsynced_bytes_max = std::size_t{4} << 20;

struct JournalName {
  static inline const char* name = "journal";
};

class JournalActor final : public ThreadActor<Journal, JournalName> {
 public:
  JournalActor(caf::actor_config& config, ServerContext& context, DurableLog& log)
      : ThreadActor(config), context_(context), log_(log) {
    const auto stored = log_.promises().load();
    if (!stored || !*stored) context_.ending.end(ExitCode::durability, "the promises are gone");
    promises_ = **stored;
    logged_ = log_.last().zxid;
  }

  behavior_type make_behavior() override {
    return {
        [this](meet_a, const PeersPtr& peers) { proposal_ = peers->proposal; },
        [this](append_a, const std::shared_ptr<const AppendBatch>& batch) { append(*batch); },
        [this](promise_a, const EpochPromise& promise) { store(promise); },
        [this](synced_a) { return Logged{logged_}; },
    };
  }

 private:
  void append(const AppendBatch& batch) {
    // A role that has been overtaken may still have appends on their way (ZOOKEEPER-4541).
    if (batch.epoch >= promises_.accepted_epoch) {
      require(log_.append(batch.records));
      for (const LogRecord& record : batch.records) unsynced_bytes_ += record.bytes.size();
    }
    // Group commit: whatever came while the last sync ran goes into this one.
    if (mailbox().size() == 0 || unsynced_bytes_ > unsynced_bytes_max) sync();
  }

  void sync() {
    if (log_.last().zxid == logged_) return;
    require(log_.sync());
    unsynced_bytes_ = 0;
    logged_ = log_.last().zxid;
    send(proposal_, logged_a::value, Logged{logged_});
  }

  void store(const EpochPromise& promise) {
    // The promise speaks of the log before it (ZOOKEEPER-4643).
    sync();
    promises_.accepted_epoch = promise.accepted;
    promises_.accepted_leader = context_.config.server_id;
    promises_.current_epoch = promise.current;
    require(log_.promises().store(promises_));
    send(proposal_, promise_a::value, promise);
  }

  void require(const Status& status) {
    if (!status) context_.ending.end(ExitCode::durability, status.error().text);
  }

  ServerContext& context_;
  DurableLog& log_;
  Promises promises_;
  Zxid logged_;  ///< Synced up to here.
  std::size_t unsynced_bytes_ = 0;
  Proposal proposal_;
};

}  // namespace

Journal spawn_journal(ServerContext& context, DurableLog& log) {
  return context.system.spawn<JournalActor, caf::detached>(context, log);
}

}  // namespace quorate
