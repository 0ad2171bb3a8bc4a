#include "storage/store_recovery.h"

#include <algorithm>
#include <utility>

namespace quorate {
namespace {

/// An error after which an older image may still do. Anything else concerns all of them.
bool is_about_this_image(const Error& error) {
  return error.code == ErrorCode::damaged || error.code == ErrorCode::purged;
}

class StoreRecovery {
 public:
  StoreRecovery(Store& store, const StoreRecoverySettings& settings, const ImageLoader& load,
                const LogVisitor& replay)
      : store_(store), settings_(settings), load_(load), replay_(replay) {}

  Result<RecoveredStore> run() {
    if (const Status opened = open_log(); !opened) return opened.error();
    if (!out_.promises) return start_fresh();
    if (const Status loaded = load_image(); !loaded) return loaded.error();
    if (const Status replayed = replay_log(); !replayed) return replayed.error();
    if (const Status tidied = remove_other_images(); !tidied) return tidied.error();
    return std::move(out_);
  }

 private:
  Status open_log() {
    auto log = store_.open_log();
    if (log) {
      out_.log = *std::move(log);
      if (const auto lost = out_.log->fence_lost()) warn(*lost + "; it has been made anew");
      auto promises = out_.log->promises().load();
      if (!promises) return promises.error();
      out_.promises = *std::move(promises);
      return {};
    }
    if (log.code() != ErrorCode::damaged || !settings_.may_resync) return log.error();
    auto fence = store_.fence();
    if (!fence || !fence.value() || !fence.value()->promises) return log.error();
    warn(log.error().text + "; made anew from its fence, to be repaired by the other servers");
    out_.promises = fence.value()->promises;
    lost_to_ = fence.value()->logged;
    return {};
  }

  Result<RecoveredStore> start_fresh() {
    const auto walked = out_.log->walk({}, {});
    if (!walked) return walked.error();
    if (walked->damage) return *walked->damage;
    if (walked->last != LogPosition{})
      return {ErrorCode::damaged, "the log has records, but this server never stored who it is"};
    const Status loaded = load_(nullptr);
    if (!loaded) return loaded.error();
    return std::move(out_);
  }

  /// The image in force, else a checkpoint, else nothing, to be filled by the others.
  Status load_image() {
    const std::string in_force = out_.promises->image_directory;
    if (in_force.empty() && starts_at({})) return load_(nullptr);
    Status loaded =
        in_force.empty() ? Status{ErrorCode::damaged, "no image is in force"} : load_from(in_force);
    if (loaded || !is_about_this_image(loaded.error())) return loaded;
    const Error first = loaded.error();
    warn(first.text);
    const auto checkpoints = store_.checkpoints();
    if (!checkpoints) return checkpoints.error();
    for (auto zxid = checkpoints->rbegin(); zxid != checkpoints->rend(); ++zxid) {
      loaded = load_checkpoint(*zxid);
      if (loaded) return set_aside(in_force);
      if (!is_about_this_image(loaded.error())) return loaded;
      warn(loaded.error().text);
    }
    if (!settings_.may_resync) {
      return {first.code, first.text +
                              "; no checkpoint can take its place: restore a backup, or remove "
                              "this server's directories and let it join anew"};
    }
    return start_blank(in_force);
  }

  Status load_from(const std::string& name) {
    auto image = store_.open_image(name);
    if (!image) return image.error();
    const auto header = (*image)->header();
    if (!header) return header.error();
    const LogPosition position = header.value() ? header.value()->position : LogPosition{};
    if (!starts_at(position)) {
      return {ErrorCode::purged, name + " ends at " + to_string(position.zxid) +
                                     ", but the log begins behind " +
                                     to_string(out_.log->base().zxid)};
    }
    const Status loaded = load_(image->get());
    if (!loaded) return loaded;
    out_.image = *std::move(image);
    out_.image_position = position;
    return {};
  }

  Status load_checkpoint(Zxid zxid) {
    const auto name = new_image_name(store_);
    if (!name) return name.error();
    const Status restored = store_.restore_checkpoint(zxid, *name);
    if (!restored) return restored;
    const Status loaded = load_from(*name);
    if (!loaded) {
      const Status removed = store_.remove_image(*name);
      return removed ? loaded : removed;
    }
    warn("the checkpoint of " + to_string(zxid) + " takes the place of the image");
    out_.promises->image_directory = *name;
    return store_promises();
  }

  // Without any image the records of the log are of no use: the state behind them is unknown.
  Status start_blank(const std::string& in_force) {
    const auto name = new_image_name(store_);
    if (!name) return name.error();
    auto image = store_.create_image(*name);
    if (!image) return image.error();
    if (const Status emptied = load_(nullptr); !emptied) return emptied;
    if (out_.log) {
      const auto walked = out_.log->walk(out_.log->base(), {});
      if (!walked) return walked.error();
      lost_to_ = std::max({out_.log->fence(), walked->last.zxid, walked->lost_to});
    }
    warn("no image can be read; this server begins anew and must be repaired by the others");
    out_.promises->image_directory = *name;
    out_.image = *std::move(image);
    out_.image_position = {};
    lost_history(lost_to_);
    out_.log.reset();  // Set aside whole: it may be the only copy of something.
    return set_aside(in_force);
  }

  Status replay_log() {
    if (!out_.log) {
      lost_history(std::max(lost_to_, out_.image_position.zxid));
      return replace_log();
    }
    const auto walked = out_.log->walk(out_.image_position, replay_);
    if (!walked) return walked.error();
    if (!walked->damage) return {};
    if (!settings_.may_resync) {
      return {
          walked->damage->code,
          walked->damage->text +
              "; no other server has the rest: keep a copy of this server's directories and put "
              "those of a backup in their place"};
    }
    warn(walked->damage->text + "; the rest must come from the other servers");
    lost_history(walked->lost_to);
    return replace_log();
  }

  Status replace_log() {
    auto log = store_.replace_log(std::move(out_.log), out_.image_position, *out_.promises);
    if (!log) return log.error();
    out_.log = *std::move(log);
    return {};
  }

  /// Only ever higher: repair must reach all that was lost.
  void lost_history(Zxid up_to) {
    auto& recovering = out_.promises->recovering_to;
    recovering = std::max(recovering.value_or(Zxid{}), up_to);
  }

  /// Whether the log, if it can be opened, goes on behind `position`.
  [[nodiscard]] bool starts_at(const LogPosition& position) const {
    return !out_.log || out_.log->base().zxid <= position.zxid;
  }

  /// With a log that must be made anew they are stored with it.
  Status store_promises() {
    return out_.log ? out_.log->promises().store(*out_.promises) : Status{};
  }

  Status set_aside(const std::string& image) {
    if (image.empty()) return {};
    const auto names = store_.images();
    if (!names) return names.error();
    const bool there = std::find(names->begin(), names->end(), image) != names->end();
    return there ? store_.set_image_aside(image) : Status{};
  }

  /// Images left over by an interrupted SNAP or fallback.
  Status remove_other_images() {
    const auto names = store_.images();
    if (!names) return names.error();
    for (const std::string& name : *names) {
      if (name == out_.promises->image_directory) continue;
      const Status removed = store_.remove_image(name);
      if (!removed) return removed;
    }
    return {};
  }

  void warn(std::string line) { out_.warnings.push_back(std::move(line)); }

  Store& store_;
  const StoreRecoverySettings& settings_;
  const ImageLoader& load_;
  const LogVisitor& replay_;
  RecoveredStore out_;
  Zxid lost_to_;
};

}  // namespace

Result<RecoveredStore> recover_store(Store& store, const StoreRecoverySettings& settings,
                                     const ImageLoader& load, const LogVisitor& replay) {
  return StoreRecovery(store, settings, load, replay).run();
}

}  // namespace quorate
