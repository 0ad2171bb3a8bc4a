#include "actors/image_receiver.h"

#include <optional>
#include <utility>

#include "actors/image_stream.h"
#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/server_context.h"
#include "actors/spawn.h"

namespace quorate {
namespace {

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
    auto intake = ImageIntake::begin(*context_.store);
    if (intake) {
      intake_.emplace(*std::move(intake));
    } else {
      fail(intake.error());
    }
    return {
        [this](image_a, const std::shared_ptr<const ImageChunk>& chunk) {
          if (intake_) take(*chunk);
        },
        [this](closed_a) {
          if (intake_) fail({ErrorCode::cut, "the connection broke"});
        },
    };
  }

 private:
  void take(const ImageChunk& chunk) {
    const auto complete = intake_->take(chunk);
    if (!complete) return fail(complete.error());
    if (*complete) return hand_over();
    send(state.connection, more_a::value);
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

  ServerContext& context_;
  Log log_;
  Stream stream_;
  std::chrono::milliseconds begun_;
  std::optional<ImageIntake> intake_;
};

}  // namespace

ImageReceiver spawn_image_receiver(ServerContext& context, PeersPtr peers, const Stream& stream,
                                   PeerConnection connection) {
  return spawn_blocking<ImageReceiverActor>(context, std::move(peers), stream,
                                            std::move(connection));
}

}  // namespace quorate
