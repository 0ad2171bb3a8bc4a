// What a server whose state was found to be wrong leaves for its next start, and for a person.
//
//   <data>/diverged               the state here is wrong, and nobody may be served from it
//   <data>/diverged.last          when that was dealt with last
//   <data>/diverged-<where>/      the images and checkpoints of then, kept for a person to look at
//   <log>/diverged-<where>/       likewise the log
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace quorate {

struct DivergenceNote {
  Zxid zxid;
  std::uint64_t digest = 0;    ///< This server's there.
  std::uint64_t expected = 0;  ///< The others'.
  std::int64_t wall_ms = 0;    ///< When it was found out.

  /// The name of the directories that what was wrong is kept in. A server may diverge twice at one
  /// record within a second.
  [[nodiscard]] std::string aside() const;
  friend bool operator==(const DivergenceNote&, const DivergenceNote&) = default;
};

/// Whoever has just been given everything anew and is wrong again will be wrong for ever: the fault
/// is in the program or in the machine. Also true when the clock was set back in between.
[[nodiscard]] bool is_too_soon(const DivergenceNote& now, const DivergenceNote& before);

/// One move of names that is made durable before the next.
struct SetAsideStep {
  enum class Kind : std::uint8_t { make, move, remove };
  Kind kind = Kind::move;
  std::string from;  ///< Or what is made, or removed.
  std::string to;
  friend bool operator==(const SetAsideStep&, const SetAsideStep&) = default;
};
Status carry_out(const SetAsideStep& step);

/// The notes of one server, in its data directory. Used by whoever holds its locks.
class Divergences {
 public:
  Divergences(std::string data_directory, std::string log_directory);

  /// From now on, every start of this server finds it pending.
  Status note(const DivergenceNote& found) const;

  /// Not dealt with. Error `damaged`: something is, but what cannot be read.
  [[nodiscard]] Result<std::optional<DivergenceNote>> pending() const;
  /// Dealt with, and not yet forgotten by a person who removed the file.
  [[nodiscard]] Result<std::optional<DivergenceNote>> last() const;
  [[nodiscard]] std::string last_path() const;

  /// What is left to be done until nothing of the state is found by a start but the fence, with the
  /// promises in it: of the log, the images and the checkpoints, the newest wrong ones are kept and
  /// older ones removed. The last step makes the note the last one: whoever stops before it begins
  /// with what is left then.
  [[nodiscard]] Result<std::vector<SetAsideStep>> steps(const DivergenceNote& found) const;

 private:
  std::string data_directory_;
  std::string log_directory_;
};

}  // namespace quorate
