// What the actors of a server let others know of it, for whoever asks: nobody has to wait for a
// busy actor to be told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "core/base/ids.h"
#include "core/commit/disk_room.h"
#include "core/zab/effects.h"
#include "core/zab/standing.h"
#include "core/zab/tenure.h"

namespace quorate {

/// Who follows a leader.
struct Followers {
  std::size_t learners = 0;  ///< Connected with it, observers too.
  std::size_t synced_followers = 0;
  std::size_t synced_observers = 0;
  std::size_t pending_syncs = 0;
  friend bool operator==(const Followers&, const Followers&) = default;
};

/// In bytes.
struct ProposalSizes {
  std::uint64_t last = 0;
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  friend bool operator==(const ProposalSizes&, const ProposalSizes&) = default;
};

/// How things stand, some moments ago at most.
struct Notice {
  // From proposal.
  Stance stance = Stance::looking;
  std::optional<ServerId> leader;
  std::optional<Epoch> established;
  bool recovering = false;
  bool votes = false;  ///< A voter of the configuration.
  Zxid committed;
  Zxid logged;
  std::optional<DigestMark> mark;          ///< The last one that was taken here.
  bool doubt = false;                      ///< See Effects::doubt.
  std::set<ServerId> linked;               ///< Servers that a connection stands with, and this one.
  bool quorum_linked = false;              ///< These are a quorum.
  std::optional<Followers> followers;      ///< While it leads.
  std::optional<ProposalSizes> proposals;  ///< Of the current leadership, or since it was reset.
  // From commit.
  bool serving = false;
  bool sends_clients_away = false;  ///< It serves, but others take the clients.
  bool read_only = false;           ///< It does not serve, but answers reads.
  Zxid applied;
  std::size_t sessions = 0;
  std::size_t znodes = 0;
  std::size_t ephemerals = 0;
  std::uint64_t data_bytes = 0;
  std::size_t watches = 0;
  std::size_t local_sessions = 0;
  RoomLevel room = RoomLevel::ample;  ///< From the journal: of the server's disks.
  // From the snapshotter, since 1970; nothing: there is none.
  std::optional<std::int64_t> image_ms;       ///< How old the state in the image is.
  std::optional<std::int64_t> checkpoint_ms;  ///< When the newest checkpoint was verified.
};

/// For any thread. Posting costs an uncontended lock.
class NoticeBoard {
 public:
  /// `change(Notice&)` is short: readers wait for it.
  template <class Change>
  void post(Change&& change) {
    const std::lock_guard lock(mutex_);
    std::forward<Change>(change)(notice_);
  }
  /// From proposal, with every step of its machine.
  void post_standing(const Standing& standing, const Effects& effects);
  /// From proposal, now and then; null: it does not lead.
  void post_followers(const Standing& standing, const Tenure* tenure);
  /// From proposal, when a link comes up or goes down; `server` itself is linked when it starts.
  void post_link(const Standing& standing, ServerId server, bool up);

  [[nodiscard]] Notice read() const {
    const std::lock_guard lock(mutex_);
    return notice_;
  }

 private:
  mutable std::mutex mutex_;
  Notice notice_;
};

}  // namespace quorate
