// The answers that tell of sessions, ephemeral nodes, watches and digests: made in small steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "actors/four_letter_words/bounded_text.h"
#include "config/four_letter_words.h"
#include "core/base/flat_map.h"
#include "core/commit/commit_machine.h"
#include "core/zab/mark_ring.h"

namespace quorate {

/// The answer to dump, hash, wchc, wchp or wchs, as the owner of the state finds time for it. What
/// changes meanwhile may or may not be in it: it tells of no single moment.
///
/// Of watches only the data table counts, as in ZooKeeper: what is told when a node is created,
/// changed or deleted. Standard watches of children are not seen.
class StateText {
 public:
  /// REQUIRES: `word` is one of these. The text has a little more than `bytes_max` at most.
  StateText(FourLetterWord word, std::size_t bytes_max);

  /// A step of some tens of microseconds, unless one session owns, or one path has, very many.
  /// False: that was the last one.
  [[nodiscard]] bool go_on(const CommitMachine& machine, const MarkRing& marks);
  /// REQUIRES: the last step was made. Of dump, all but the connections.
  [[nodiscard]] std::string take();

 private:
  enum class Stage : std::uint8_t { begin, sessions, owners, watches, end };

  void begin(const CommitMachine& machine, const MarkRing& marks);
  void list_local_sessions(const CommitMachine& machine);
  void list_sessions(const CommitMachine& machine);
  void list_ephemerals(const CommitMachine& machine);
  void list_watches(const CommitMachine& machine);
  void finish_watches();

  FourLetterWord word_;
  std::size_t bytes_max_;
  BoundedText text_;
  Stage stage_ = Stage::begin;
  SessionId last_session_{INT64_MIN};
  std::size_t part_ = 0;  ///< Of the table of watches: the next one.
  // Of wchs.
  FlatSet<ConnectionSerial> watchers_;
  std::size_t paths_ = 0;
  std::size_t watches_ = 0;
  // Of wchc: lines, with their bytes together.
  std::map<SessionId, std::string> paths_of_;
  std::size_t paths_bytes_ = 0;
};

}  // namespace quorate
