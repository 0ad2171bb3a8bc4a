// The log as a server opens it: not trusted before it was walked, with the promises and the fence.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "core/base/result.h"
#include "storage/epoch_store.h"
#include "storage/txn_log.h"

namespace quorate {

/// Sees each proven record in order; an error ends the walk. May be empty.
class LogVisitor {
 public:
  LogVisitor() = default;

  /// In one step, `Status visit(const LogRecord&)`.
  template <class Visit>
  requires std::is_invocable_r_v<Status, Visit&, const LogRecord&> LogVisitor(
      Visit visit)  // NOLINT(google-explicit-constructor)
      : visit_([visit = std::move(visit)](const LogRecord& record, const Made&) mutable {
          return visit(record);
        }) {}

  /// In two: `T make(const LogRecord&)`, which may run on another thread and ahead of the visits,
  /// but in the order of the records; then `Status visit(const LogRecord&, std::shared_ptr<T>)`.
  template <class Make, class Visit>
  LogVisitor(Make make, Visit visit)
      : make_([make = std::move(make)](const LogRecord& record) mutable {
          using T = std::invoke_result_t<Make&, const LogRecord&>;
          return Made(std::make_shared<T>(make(record)));
        }),
        visit_([visit = std::move(visit)](const LogRecord& record, const Made& made) mutable {
          using T = std::invoke_result_t<Make&, const LogRecord&>;
          return visit(record, std::static_pointer_cast<T>(made));
        }) {}

  explicit operator bool() const { return visit_ != nullptr; }

  /// What make() gave, on its way to visit(); the log only carries it.
  using Made = std::shared_ptr<void>;
  [[nodiscard]] Made make(const LogRecord& record) const { return make_ ? make_(record) : nullptr; }
  /// REQUIRES: not empty; `made` is what make() gave for this record.
  [[nodiscard]] Status visit(const LogRecord& record, const Made& made) const {
    return visit_(record, made);
  }

 private:
  std::function<Made(const LogRecord&)> make_;
  std::function<Status(const LogRecord&, const Made&)> visit_;
};

/// What a walk over the log finds.
struct LogWalk {
  LogPosition last;  ///< The end of the proven history.
  std::uint64_t records = 0;
  /// A crash tore records off the end that had never been synced; they have been dropped.
  bool torn_tail = false;
  /// What was synced and is lost, or cannot be read: one line that names file, zxid and what to
  /// do. Until the log is cut after `last` or anchored anew, nothing can be appended.
  std::optional<Error> damage;
  /// With damage: at least up to here the server had logged.
  Zxid lost_to;
};

/// What the log held at least when the fence was last written. A chain of hashes proves that a log
/// has no gap, not that its end is there; a log that ends below its fence has lost what was synced.
/// The promises stand here a second time, so that no damage to the log makes a server forget them.
struct FenceMark {
  Zxid logged;                       ///< Synced in the log, ...
  std::uint64_t changes = 0;         ///< ... as were so many promises, cuts and anchors,
  std::optional<Promises> promises;  ///< the last of them these.
  friend bool operator==(const FenceMark&, const FenceMark&) = default;
};

/// Opening is in two steps, because the promises name the image and the image says where the walk
/// begins. Until a walk found no damage, or what it found was cut off, only promises are written.
class DurableLog : public TxnLog {
 public:
  /// Reads the history behind `anchor` (the position of the image in force, or base()), proves
  /// each record, and hands it to `visit` if given. The torn end of a crash is dropped here.
  /// Damage is part of the report, not an error. Errors: `purged` when the log begins behind
  /// `anchor`, what `visit` returned, or `io_error`. May be repeated with another anchor.
  virtual Result<LogWalk> walk(const LogPosition& anchor, const LogVisitor& visit) = 0;
  Result<LogWalk> walk(const LogPosition& anchor) { return walk(anchor, {}); }

  /// Written by the owner of the log alone; the log is synced with it.
  [[nodiscard]] virtual EpochStore& promises() = 0;

  /// Brings the fence up to what is synced; call when there is nothing else to do. sync() does it
  /// too, every so many groups.
  virtual Status note_logged() = 0;
  /// What the log had reached at least, as a file apart from it remembers.
  [[nodiscard]] virtual Zxid fence() const = 0;
  /// Why the fence had to be made anew, if it had to: one safeguard less, worth a warning.
  [[nodiscard]] virtual std::optional<std::string> fence_lost() const = 0;
  /// The store was made when it was opened now.
  [[nodiscard]] virtual bool fresh() const = 0;
};

}  // namespace quorate
