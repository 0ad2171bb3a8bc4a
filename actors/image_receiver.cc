#include "actors/image_receiver.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "actors/image_stream.h"
#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/server_context.h"
#include "actors/spawn.h"
#include "storage/disk_space.h"

namespace quorate {
namespace {

constexpr std::size_t look_every_bytes = std::size_t{8} << 20;
constexpr std::chrono::seconds try_again{10};

struct ImageReceiverState {
  static inline const char* name = "image_receiver";
  PeersPtr peers;
  PeerConnection connection;
};

class ImageReceiverActor final : public ThreadActor<ImageReceiver, ImageReceiverState> {
 public:
  ImageReceiverActor(caf::actor_config& config, ServerContext& context, PeersPtr peers,
                     const Stream& stream, PeerConnection connection)
      : ThreadActor(config),
        context_(context),
        log_(context.log.component(ImageReceiverState::name)),
        stream_(stream),
        begun_(context.clock.read().monotonic) {
    state.peers = std::move(peers);
    state.connection = std::move(connection);
  }

  behavior_type make_behavior() override {
    begin();
    return {
        [this](image_a, const std::shared_ptr<const ImageChunk>& chunk) {
          if (intake_) take(*chunk);
        },
        [this](closed_a) {
          if (intake_) fail({ErrorCode::cut, "the connection broke"});
        },
        [this](tick_a) {
          fail({ErrorCode::io_error, "there was no room"});
        },
    };
  }

 private:
  void begin() {
    if (const Status room = look_for_room(); !room) return fail_for_lack_of_room(room.error());
    auto intake = ImageIntake::begin(*context_.store);
    if (!intake) return fail(intake.error());
    intake_.emplace(*std::move(intake));
  }

  void take(const ImageChunk& chunk) {
    const auto complete = intake_->take(chunk);
    if (!complete) return fail(complete.error());
    if (*complete) return hand_over();
    if (intake_->bytes() - looked_at_ >= look_every_bytes) {
      looked_at_ = intake_->bytes();
      if (const Status room = look_for_room(); !room) return fail_for_lack_of_room(room.error());
    }
    send(state.connection, more_a::value);
  }

  /// Nobody says beforehand how large an image is; and the log needs the rest of the disk.
  [[nodiscard]] Status look_for_room() const {
    const Config& config = context_.config;
    const auto space = disk_space(config.data_dir);
    if (!space) return space.error();
    if (space->free_bytes >= config.disk_low_bytes) return {};
    return {ErrorCode::io_error,
            "no room for the image: " + std::to_string(space->free_bytes) + " bytes are free for " +
                config.data_dir + ", disk_low_bytes are " + std::to_string(config.disk_low_bytes)};
  }

  /// Gives back what it took at once, and lets the next try wait.
  void fail_for_lack_of_room(const Error& error) {
    log_.error("no_room_for_image", kv("leader", stream_.leader), kv("reason", error.text),
               kv("do", "free or add space; it is tried again every 10 s"));
    intake_.reset();
    delayed_send(this, try_again, tick_a::value);
  }

  void hand_over() {
    const ImageSummary& summary = intake_->summary();
    const auto took = context_.clock.read().monotonic - begun_;
    log_.info("image_received", kv("leader", stream_.leader), kv("zxid", summary.position.zxid),
              kv("records", summary.count), kv("bytes", intake_->bytes()), kv("ms", took));
    const std::string name = intake_->name();
    intake_.reset();
    request(state.peers->proposal, caf::infinite, image_a::value,
            ReceivedImage{stream_, summary.position, summary.time_ms, name})
        .then([this, name](bool wanted) {
          // A name that nobody refers to; what stays behind goes with the next start.
          if (!wanted) static_cast<void>(context_.store->remove_image(name));
          quit();
        });
  }

  void fail(const Error& error) {
    log_.warn("image_not_received", kv("leader", stream_.leader), kv("reason", error.text));
    intake_.reset();
    send(state.peers->proposal, history_a::value, FromHistory{stream_, {}, {}});
    quit();
  }

  void describe(StateDump& dump) const override {
    dump.add("leader", stream_.leader.value);
    dump.add("bytes_received", intake_ ? intake_->bytes() : 0);
    dump.add("receives", intake_.has_value());
    dump.add("age_ms", context_.clock.read().monotonic - begun_);
  }

  ServerContext& context_;
  Log log_;
  Stream stream_;
  std::chrono::milliseconds begun_;
  std::size_t looked_at_ = 0;  ///< Bytes received when the room on the disk was last looked at.
  std::optional<ImageIntake> intake_;
};

}  // namespace

ImageReceiver spawn_image_receiver(ServerContext& context, PeersPtr peers, const Stream& stream,
                                   PeerConnection connection) {
  return spawn_blocking<ImageReceiverActor>(context, std::move(peers), stream,
                                            std::move(connection));
}

}  // namespace quorate
