// One simulated server: the machines, a journal over a disk, and what clients were told.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/zab/election.h"
#include "core/zab/replica.h"
#include "test/unit/core/zab/sim_disk.h"
#include "test/unit/core/zab/sim_network.h"
#include "test/unit/core/zab/world.h"

namespace quorate::sim {

class Server;

/// What a server shares with the others.
struct Surroundings {
  World& world;
  Network& network;
  Ledger& ledger;
  Quorum quorum;
  ZabLimits limits;
  std::map<ServerId, std::unique_ptr<Server>>& servers;
  Zxid acked;  ///< The highest that any client was told.
  std::uint64_t writes = 0;
  bool crashes = false;  ///< Between the fields of Effects.
  /// Crashes when it next adopts an epoch, and its leader with it; then `when_tempted` is called.
  std::optional<ServerId> tempted;
  std::function<void()> when_tempted;
  std::optional<ServerId> stained;  ///< Whose digest goes wrong behind so many records.
  std::uint64_t stained_behind = 0;
};

class Server {
 public:
  Server(Surroundings& around, ServerId self, Time skew);

  void start();
  /// The process ends; of what was not synced a part may survive.
  void crash(bool silently);
  /// While it is down: its synced tail is gone, or all of it.
  void lose_tail();
  void lose_everything();

  void on_link_up(ServerId peer);
  void on_link_down(ServerId peer);
  void on_message(ServerId from, const PeerMessage& message);

  /// A client's write, if it is served; returns whether it was sent on.
  bool write();
  void sync();
  /// An operator wants another leader; returns whether this server could be asked.
  bool hand_over(std::optional<ServerId> to);
  /// Now and then: an image of the state, and a purge of the log.
  void seal();

  [[nodiscard]] bool is_alive() const { return live_ != nullptr; }
  [[nodiscard]] bool is_serving() const { return live_ && live_->serving; }
  [[nodiscard]] bool is_in_doubt() const { return live_ && live_->doubt; }
  [[nodiscard]] bool is_leading() const { return live_ && live_->replica.is_leading(); }
  /// Up or down, it has all that it ever acked.
  [[nodiscard]] bool is_whole() const {
    return disk_.promise.current != Epoch{} && !disk_.promise.recovering_to &&
           disk_.fence <= disk_.last().zxid;
  }
  [[nodiscard]] const Disk& disk() const { return disk_; }
  [[nodiscard]] const Applied& applied() const { return live_->state; }
  [[nodiscard]] std::size_t unanswered() const { return live_->unanswered.size(); }
  [[nodiscard]] std::string describe() const;

 private:
  struct Live {
    Live(Standing standing, ServerId self, const Quorum& quorum)
        : replica(std::move(standing)), election(self, quorum) {}

    Replica replica;
    Election election;
    std::deque<JournalStep> journal;
    bool journal_busy = false;
    Applied state;
    Applied fetched;                 ///< An image of the leader, not yet installed.
    bool led = false;                ///< At the end of the last step.
    bool settles = false;            ///< Was asked to, since it started.
    std::map<Zxid, Record> records;  ///< Logged or on their way to it, not yet applied.
    bool serving = false;
    bool doubt = false;             ///< Refuses clients' writes.
    std::vector<DigestMark> marks;  ///< On their way to the replica.
    std::set<std::uint64_t> unanswered;
    std::map<std::uint64_t, Zxid> syncs;  ///< What had been acked when it was asked.
    std::uint64_t sync_sequence = 0;
  };

  /// Runs `event` after `delay` if this life still lasts; when the server is paused, behind that.
  void later(Time delay, std::function<void()> event);
  [[nodiscard]] ClockReading clock() const;
  void tick();
  void perform(Effects effects);
  /// False when the server has crashed in between.
  bool ask_journal(const Effects& effects, bool leads);
  void take(const Role& role);
  void perform(const ElectionEffects& effects);
  /// True when the server has crashed here.
  bool may_crash();
  void send(const Envelope& envelope);
  void check_revealed(const PeerMessage& message);
  void apply(const Record& record);
  /// From now on the digest is wrong, if this is where it shall be.
  void stain();
  /// The digest of what was applied, right or not, goes to the replica.
  void mark();
  void diverge();
  void answer(const std::vector<SyncPoint>& synced);
  void survey(const Survey& survey);
  void fetch(const Fetch& fetch, LogPosition at);
  void install(const Fetch& fetch, const Applied& image);

  /// Whoever adopts an epoch has most to lose, because its history came just now: it may crash.
  void tempt(ServerId leader);
  void enqueue(JournalStep step);
  void work();
  void append(const std::vector<Record>& records);
  void sync_log(const std::function<void()>& then);
  void report_logged();
  void carry_out(const CutStep& step);
  void carry_out(const AppendStep& step);
  void carry_out(const PromiseStep& step);
  void carry_out(const InstallStep& step);
  void carry_out(const SettleStep& step);
  void store(const EpochPromise& promise);
  void journal_done();

  Surroundings& around_;
  World& world_;
  ServerId self_;
  Time skew_;
  Disk disk_;
  Disk lost_;  ///< As it was before it lost something.
  std::uint64_t life_ = 0;
  std::unique_ptr<Live> live_;
};

}  // namespace quorate::sim
