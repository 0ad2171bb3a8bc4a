// Opening the log: what is there, whether it is ours, and whether it is all there.
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "storage/files.h"
#include "storage/promises_codec.h"
#include "storage/read_ahead.h"
#include "storage/rocks_log.h"
#include "storage/rocks_options.h"
#include "storage/rocks_reader.h"
#include "storage/rocks_records.h"
#include "storage/rocks_status.h"

namespace quorate {
namespace {

constexpr std::string_view format = "1";

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

/// What a person does about a log that cannot be used at all.
std::string and_do(const std::string& directory) {
  return "; keep a copy of " + directory +
         "; then, where there are other servers, remove it and its fence, so that this one joins "
         "anew as a learner, else put the directories of a backup in its place";
}

struct Contents {
  bool current = false;
  bool history = false;  ///< Tables or WAL files.
};

Result<Contents> contents_of(rocksdb::Env& env, const std::string& directory) {
  Contents contents;
  std::vector<std::string> names;
  const auto listed = env.GetChildren(directory, &names);
  if (listed.IsNotFound()) return contents;
  if (!listed.ok()) return rocks_error("listing " + directory, listed);
  for (const std::string& name : names) {
    contents.current |= name == "CURRENT";
    contents.history |= name.ends_with(".sst") || name.ends_with(".log");
  }
  return contents;
}

/// RocksDB deletes the WAL once it has read what it can of it. A copy stays for those who want to
/// know what happened, or to save more than RocksDB did; the first, for later ones have less.
Status keep_damaged_wal(const std::string& directory) {
  const std::string kept = directory + ".wal.damaged";
  if (exists(kept)) return {};
  const auto names = names_in(directory);
  if (!names) return names.status();
  Status done = make_directory(kept);
  for (const std::string& name : *names) {
    if (done && name.ends_with(".log")) done = copy_file(directory + "/" + name, kept + "/" + name);
  }
  return done;
}

}  // namespace

Result<std::unique_ptr<RocksLog>> RocksLog::open(RocksLogSettings settings) {
  if (settings.env == nullptr) settings.env = rocksdb::Env::Default();
  std::unique_ptr<RocksLog> log(new RocksLog(std::move(settings)));
  for (const auto step : {&RocksLog::open_fence, &RocksLog::open_database,
                          &RocksLog::read_own_records, &RocksLog::renew_fence}) {
    const Status done = ((*log).*step)();
    if (!done) return done.error();
  }
  return log;
}

Status RocksLog::open_fence() {
  const auto contents = contents_of(*settings_.env, settings_.directory);
  if (!contents) return contents.error();
  auto fence = Fence::open(settings_.fence_path);
  if (!fence && fence.code() != ErrorCode::damaged) return fence.error();
  if (!fence) fence_lost_ = fence.error().text;
  if (fence) fence_ = std::move(*fence);

  if (!contents->current && (contents->history || fence_ != nullptr)) {
    const std::string what = contents->history
                                 ? settings_.directory + "/CURRENT is lost"
                                 : "the log " + settings_.directory + " is lost, but its fence " +
                                       settings_.fence_path + " is there";
    return {ErrorCode::damaged, what + and_do(settings_.directory)};
  }
  // The fence is made last, so a store without one may be one whose making was interrupted.
  fresh_ = !contents->current;
  unfinished_ = fence_ == nullptr && !fence_lost_;
  return {};
}

Status RocksLog::open_database() {
  if (fresh_) {
    const auto made = settings_.env->CreateDirIfMissing(settings_.directory);
    if (!made.ok()) return rocks_error("making " + settings_.directory, made);
  } else {
    auto wal = scan_wal(*settings_.env, settings_.directory);
    if (!wal) return wal.error();
    wal_ = *std::move(wal);
    // An open instance always has a WAL file; only one whose making was interrupted has none.
    if (!wal_.found && !unfinished_) wal_.lost = true;
    const bool on_disk = settings_.env == rocksdb::Env::Default();
    if (on_disk && wal_.tear && wal_.tear->synced_lost) {
      const Status kept = keep_damaged_wal(settings_.directory);
      if (!kept) return kept;
    }
    if (const Status noted = note_damage(); !noted) return noted;
  }
  rocksdb::DBOptions options = log_database_options(settings_.env);
  options.create_if_missing = fresh_;
  options.create_missing_column_families = unfinished_;
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, log_records_options()},
      {"promises", log_promises_options()}};
  database_ = std::make_shared<RocksDatabase>();
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(options, settings_.directory, families, &handles, &opened);
  if (!status.ok()) {
    Error error = rocks_error("opening the log " + settings_.directory, status);
    if (error.code == ErrorCode::damaged) error.text += and_do(settings_.directory);
    return error;
  }
  database_->db.reset(opened);
  database_->records = handles[0];
  database_->promises = handles[1];
  synced_below_ = opened->GetLatestSequenceNumber() + 1;
  return {};
}

// Once RocksDB has opened what is left of a WAL, it looks whole. The fence remembers beforehand
// that it was not, so that no later start takes what is left for all there was.
Status RocksLog::note_damage() {
  const auto& tear = wal_.tear;
  const bool lost_records = tear && tear->synced_lost;
  if (fence_ == nullptr || (!lost_records && !wal_.lost)) return {};
  FenceMark mark = fence_->mark();
  if (lost_records && std::max(tear->last_before, tear->last_after) != Zxid{}) {
    const Zxid next{tear->last_before.value + 1};
    mark.logged = std::max({mark.logged, next, tear->last_after});
  } else {
    ++mark.changes;  // Which record was lost is not known: a change that the log cannot have.
  }
  return fence_->write(mark);
}

Status RocksLog::read_own_records() {
  const auto known = own_record(*database_, format_key);
  if (!known) return known.error();
  if (!known.value()) {
    const auto end = last_key(*database_);
    if (!end) return end.error();
    // Only a store that never finished its making may be without.
    if (!unfinished_ || end->value != 0) {
      return {ErrorCode::damaged, "the log " + settings_.directory +
                                      " has lost the records of its format and promises" +
                                      and_do(settings_.directory)};
    }
    return create_own_records();
  }
  if (*known.value() != format) {
    return {ErrorCode::unimplemented, "the log " + settings_.directory + " has format " +
                                          *known.value() +
                                          ", which this program does not know; start a newer one"};
  }
  const auto base = own_record(*database_, base_key);
  if (!base) return base.error();
  if (!base.value()) {
    return {ErrorCode::damaged, "the log " + settings_.directory +
                                    " has lost the record of where it begins" +
                                    and_do(settings_.directory)};
  }
  const auto position = decode_base(*base.value());
  if (!position) return {ErrorCode::damaged, position.error().text + and_do(settings_.directory)};
  base_ = *position;
  last_ = base_;
  return read_promises();
}

// From the log, or from the fence where the log has lost them.
Status RocksLog::read_promises() {
  const auto counted = own_record(*database_, changes_key);
  if (!counted) return counted.error();
  const auto changes = counted.value() ? decode_changes(*counted.value()) : std::uint64_t{0};
  const auto stored = own_record(*database_, promises_key);
  if (!stored) return stored.error();
  Status readable = changes.status();
  if (readable && stored.value()) {
    auto promises = decode_promises(*stored.value());
    readable = promises.status();
    if (promises) promises_ = *std::move(promises);
  }
  if (const Status ours = check_owner(); !ours) return ours;
  if (readable.code() == ErrorCode::unimplemented) return readable;
  if (readable && (fence_ == nullptr || *changes >= fence_->mark().changes)) {
    changes_ = *changes;
    return {};
  }
  if (fence_ == nullptr)
    return {ErrorCode::damaged, readable.error().text + and_do(settings_.directory)};
  change_lost_ = "the log " + settings_.directory +
                 " has lost the last of its promises and cuts, which its fence remembers";
  changes_ = fence_->mark().changes;
  promises_ = fence_->mark().promises;
  return {};
}

Status RocksLog::check_owner() const {
  if (!promises_ || fence_ == nullptr || !fence_->mark().promises) return {};
  const Promises& fenced = *fence_->mark().promises;
  if (fenced.cluster == promises_->cluster && fenced.server == promises_->server) return {};
  return {ErrorCode::foreign,
          "the log " + settings_.directory + " is that of server " +
              std::to_string(promises_->server.value) + ", but the fence " + settings_.fence_path +
              " is that of server " + std::to_string(fenced.server.value) +
              (fenced.server == promises_->server ? " of another cluster" : "") +
              "; put the directories of one server together"};
}

Status RocksLog::create_own_records() {
  fresh_ = true;
  rocksdb::WriteBatch batch;
  put_sync_marker(batch, synced_below_);
  batch.Put(database_->promises, slice(format_key), slice(format));
  put_base(*database_, batch, LogPosition{});
  return write(batch, true);
}

Status RocksLog::renew_fence() {
  if (fence_ != nullptr) return {};
  if (!unfinished_ || !fresh_)
    fence_lost_ = fence_lost_.value_or("the fence " + settings_.fence_path + " is missing");
  auto made = Fence::create(settings_.fence_path, {Zxid{}, changes_, promises_});
  if (!made) return made.error();
  fence_ = *std::move(made);
  return note_damage();
}

namespace {

/// A proven record on its way to the visitor.
struct Proven {
  LogRecord record;
  LogVisitor::Made made;
};

/// Proves all records that `reader` gives and counts them in `out`; `broken` is why it ended, if
/// not at the end. Returns what `visitor` failed with. The proof and what the visitor makes of the
/// records run ahead of the visits: both take about as long, and a start waits for both.
Status prove(RocksReader& reader, const LogVisitor& visitor, LogWalk& out, Status& broken) {
  const auto read = [&](const GiveItem<Proven>& give) -> Status {
    for (;;) {
      auto record = reader.next();
      if (!record) return record.status();
      if (!record.value()) return {};
      out.last = reader.position();
      ++out.records;
      if (!visitor) continue;
      Proven proven{*std::move(*record), {}};
      proven.made = visitor.make(proven.record);
      // About as much again for what was made.
      const std::size_t bytes = 2 * proven.record.bytes.size();
      if (Status given = give(std::move(proven), bytes); !given) return given;
    }
  };
  Status seen;
  broken = read_ahead<Proven>(read, [&](const Proven& proven) {
    seen = visitor.visit(proven.record, proven.made);
    return seen;
  });
  return seen;
}

}  // namespace

Result<LogWalk> RocksLog::walk(const LogPosition& anchor, const LogVisitor& visit) {
  const LogPosition begin = base();
  if (anchor.zxid < begin.zxid) {
    return {ErrorCode::purged, "the log begins behind " + to_string(begin.zxid) +
                                   ", but the image ends at " + to_string(anchor.zxid) +
                                   ": the records between are gone"};
  }
  const auto end = last_key(*database_);
  LogWalk out;
  out.last = begin;
  Status broken = end.status();
  if (broken) {
    RocksReader reader(database_, begin, std::max(*end, begin.zxid));
    broken = reader.seek(anchor.zxid);
    if (broken) out.last = reader.position();
    if (broken && out.last != anchor) {
      const bool same = out.last.zxid == anchor.zxid;
      broken = Status(ErrorCode::damaged, same ? "the image at " + to_string(anchor.zxid) +
                                                     " was made from another history than the log's"
                                               : "the log has no record " + to_string(anchor.zxid) +
                                                     ", at which the image ends");
    }
    if (broken) {
      const Status seen = prove(reader, visit, out, broken);
      if (!seen) return seen.error();
    }
  }
  set_last(out.last);
  const Status settled = settle(out, broken);
  if (!settled) return settled.error();
  return out;
}

// Whether what the walk found is all there must be.
Status RocksLog::settle(LogWalk& out, const Status& broken) {
  const Zxid fence = fence_->mark().logged;
  const std::string ends =
      "the log " + settings_.directory + " ends at " + to_string(out.last.zxid);
  const auto& tear = wal_.tear;
  const bool torn = tear && !tear->synced_lost && out.last.zxid >= fence;
  if (torn) {
    // RocksDB may have kept records behind the tear: they break the chain, and were never synced.
    const bool at_tear = out.last.zxid == tear->last_before || tear->last_before == Zxid{};
    out.torn_tail = broken.ok() || at_tear;
    if (!broken && at_tear) {
      proof_ = Proof::damaged;
      const Status dropped = drop_after(out.last);
      if (!dropped) return dropped;
    }
  }
  std::string damage;
  if (!broken && !out.torn_tail) damage = broken.error().text;
  if (damage.empty() && tear && tear->synced_lost) {
    damage = tear->file + " is damaged at byte " + std::to_string(tear->offset) +
             ": synced records behind " + to_string(tear->last_before) + " are lost";
  }
  if (damage.empty() && wal_.lost) damage = "the WAL of " + settings_.directory + " is lost";
  if (damage.empty() && change_lost_) damage = *change_lost_;
  if (damage.empty() && out.last.zxid < fence)
    damage = ends + ", below its fence: synced records up to " + to_string(fence) + " are lost";
  if (damage.empty()) {
    proof_ = Proof::sound;
    synced_ = out.last.zxid;
    // What was recovered has been rewritten and synced by RocksDB when it was opened.
    return note_logged();
  }
  proof_ = Proof::damaged;
  out.lost_to = std::max(fence, out.last.zxid);
  if (tear) out.lost_to = std::max(out.lost_to, tear->last_after);
  out.damage =
      Error{ErrorCode::damaged, damage + "; the history is good up to " + to_string(out.last.zxid)};
  return {};
}

Result<std::optional<Promises>> RocksLog::load() const { return promises_; }

Status RocksLog::store(const Promises& promises) {
  if (const auto failed = failure()) return *failed;
  const Status allowed = check_promises(promises_, promises);
  if (!allowed) return allowed;
  rocksdb::WriteBatch batch;
  batch.Put(database_->promises, slice(promises_key), encode_promises(promises));
  const Zxid reached = last().zxid;
  const Status written = write_change(batch);
  if (!written) return written;
  if (proof_ == Proof::sound) synced_ = reached;
  promises_ = promises;
  return write_fence(std::max(fence_->mark().logged, synced_));
}

}  // namespace quorate
