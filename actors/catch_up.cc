#include "actors/catch_up.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "actors/image_stream.h"
#include "actors/pace.h"
#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/server_context.h"
#include "actors/spawn.h"
#include "core/zab/history.h"
#include "schema/capnp/quorum_codec.h"
#include "storage/txn_log.h"

namespace quorate {
namespace {

/// What one frame of history holds, and what is read at once.
constexpr std::size_t batch_bytes = std::size_t{256} << 10;
constexpr std::chrono::milliseconds look_again{5};
/// A learner that is far behind must not cost the others their disk and their processor.
constexpr std::uint64_t bytes_per_second = std::uint64_t{96} << 20;

struct SurveyorState {
  static inline const char* name = "surveyor";
  PeersPtr peers;
};

class SurveyorActor final : public ThreadActor<Surveyor, SurveyorState> {
 public:
  SurveyorActor(caf::actor_config& config, ServerContext& context, const TxnLog& log)
      : ThreadActor(config), log_(context.log.component(SurveyorState::name)), txn_log_(log) {}

  behavior_type make_behavior() override {
    return {
        [this](meet_a, const PeersPtr& peers) { state.peers = peers; },
        [this](survey_a, const std::shared_ptr<const Survey>& wanted) { survey(wanted); },
    };
  }

 private:
  void describe(StateDump& dump) const override {
    dump.add("answered", answered_);
    dump.add("waits_for", to_string(reach_));
  }

  void survey(const std::shared_ptr<const Survey>& wanted) {
    reach_ = wanted->reach;
    // Before the journal has come so far, the log would seem to end earlier than it does.
    request(state.peers->journal, caf::infinite, synced_a::value)
        .then([this, wanted](const Logged& logged) {
          if (logged.zxid >= wanted->reach) {
            answer(*wanted);
          } else {
            delayed_send(this, look_again, survey_a::value, wanted);
          }
        });
  }

  void answer(const Survey& wanted) {
    ++answered_;
    reach_ = {};
    const auto common = common_point(wanted.ends, [this](Zxid zxid) -> std::optional<LogPosition> {
      const auto position = txn_log_.position_at(zxid);
      if (position) return *position;
      if (position.code() != ErrorCode::purged)
        log_.error("history_unreadable", kv("zxid", zxid), kv("reason", position.error().text));
      return std::nullopt;
    });
    send(state.peers->proposal, survey_a::value, Surveyed{wanted.learner, common});
  }

  Log log_;
  const TxnLog& txn_log_;
  std::uint64_t answered_ = 0;
  Zxid reach_;  ///< How far the log must have come for the last question; {0}: none waits.
};

struct CatchUpState {
  static inline const char* name = "catch_up";
  PeerConnection connection;
};

/// What the two kinds of streams have in common.
class StreamActor : public ThreadActor<CatchUp, CatchUpState> {
 public:
  StreamActor(caf::actor_config& config, ServerContext& context, PeerConnection connection)
      : ThreadActor(config), context_(context), pace_(bytes_per_second) {
    state.connection = std::move(connection);
  }

  behavior_type make_behavior() override {
    if (context_.own_threads) yield_to_requests();
    monitor(state.connection);
    set_down_handler([this](const caf::down_msg&) { quit(); });
    return {[this](more_a) {
      const auto wait = pace_.wait(now());
      if (wait == std::chrono::milliseconds{0}) return read_some();
      delayed_send(this, wait, more_a::value);
    }};
  }

 protected:
  virtual void read_some() = 0;

  void give(Blob frame, std::size_t bytes) {
    pace_.spend(bytes, now());
    bytes_given_ += bytes;
    send(state.connection, frame_a::value, std::move(frame));
  }

  void refuse(const Error& error) {
    send(state.connection, frame_a::value,
         capnp_codec::encode_history_refusal({error.code, error.text}));
    quit();
  }

  void describe(StateDump& dump) const override {
    dump.add("bytes_given", bytes_given_);
    dump.add("paused_ms", pace_.wait(now()));
  }

  ServerContext& context_;

 private:
  [[nodiscard]] std::chrono::milliseconds now() const { return context_.clock.read().monotonic; }

  Pace pace_;
  std::uint64_t bytes_given_ = 0;
};

class CatchUpActor final : public StreamActor {
 public:
  CatchUpActor(caf::actor_config& config, ServerContext& context, const HistoryWanted& request,
               PeerConnection connection)
      : StreamActor(config, context, std::move(connection)),
        txn_log_(*context.txn_log),
        request_(request),
        at_(request.keep) {}

 private:
  void read_some() override {
    if (!reader_ && !open()) return;
    std::vector<LogRecord> records;
    const LogPosition previous = at_;
    std::size_t bytes = 0;
    while (at_.zxid < request_.end.zxid && bytes < batch_bytes) {
      auto record = reader_->next();
      if (!record) return refuse(record.error());
      if (!record.value()) {
        // What is still on its way to the log comes with another look.
        reader_.reset();
        break;
      }
      at_ = advance(at_, **record);
      bytes += record.value()->bytes.size();
      records.push_back(*std::move(*record));
    }
    if (!records.empty()) give(capnp_codec::encode_history(previous, records), bytes);
    if (at_.zxid >= request_.end.zxid) {
      quit();
    } else if (records.empty()) {
      delayed_send(this, look_again, more_a::value);
    }
  }

  bool open() {
    const auto position = txn_log_.position_at(at_.zxid);
    auto reader =
        position ? txn_log_.reader(at_.zxid) : Result<std::unique_ptr<LogReader>>(position.error());
    if (!reader) {
      refuse(reader.error());
      return false;
    }
    if (*position != at_) {
      refuse({ErrorCode::cut, "the history at " + to_string(at_.zxid) + " is another"});
      return false;
    }
    reader_ = *std::move(reader);
    return true;
  }

  void describe(StateDump& dump) const override {
    dump.add("sends", "history");
    dump.add("at", to_string(at_.zxid));
    dump.add("end", to_string(request_.end.zxid));
    StreamActor::describe(dump);
  }

  const TxnLog& txn_log_;
  HistoryWanted request_;
  LogPosition at_;
  std::unique_ptr<LogReader> reader_;
};

class ImageSenderActor final : public StreamActor {
 public:
  ImageSenderActor(caf::actor_config& config, ServerContext& context, PeerConnection connection)
      : StreamActor(config, context, std::move(connection)),
        log_(context.log.component(CatchUpState::name)) {}

 private:
  void read_some() override {
    if (!cutter_) {
      auto cutter = ImageCutter::begin(*context_.image, batch_bytes);
      if (!cutter) return refuse(cutter.error());
      cutter_.emplace(*std::move(cutter));
      log_.info("sends_image", kv("zxid", cutter_->position().zxid));
    }
    const auto chunk = cutter_->next();
    if (!chunk) return refuse(chunk.error());
    Blob frame = capnp_codec::encode_image_chunk(*chunk);
    const std::size_t bytes = frame.size();
    give(std::move(frame), bytes);
    if (chunk->last) quit();
  }

  void describe(StateDump& dump) const override {
    dump.add("sends", "image");
    if (cutter_) dump.add("at", to_string(cutter_->position().zxid));
    StreamActor::describe(dump);
  }

  Log log_;
  std::optional<ImageCutter> cutter_;
};

}  // namespace

Surveyor spawn_surveyor(ServerContext& context, const TxnLog& log) {
  return spawn_blocking<SurveyorActor>(context, log);
}

CatchUp spawn_catch_up(ServerContext& context, const HistoryWanted& request,
                       PeerConnection connection) {
  if (request.image) return spawn_blocking<ImageSenderActor>(context, std::move(connection));
  return spawn_blocking<CatchUpActor>(context, request, std::move(connection));
}

}  // namespace quorate
