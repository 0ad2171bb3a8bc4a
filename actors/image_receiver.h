// Writes an image that another server sends to this one's disk, on a thread of its own.
#pragma once

#include <caf/typed_actor.hpp>
#include <memory>

#include "actors/messages.h"
#include "actors/peer_link.h"
#include "schema/peer_messages.h"

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const quorate::ImageChunk>)

namespace quorate {

///   (image, chunk)  In order; answered to the connection with (more), so that only a few wait.
///   (closed)        No chunk comes any more.
///   (tick)          Its own: it has waited for room on the disk.
/// To proposal goes what became of it: (image, received), which says whether it is wanted, or
/// (history) without a batch. Then it ends; an image that is not wanted is removed.
using ImageReceiver = caf::typed_actor<caf::reacts_to<image_a, std::shared_ptr<const ImageChunk>>,
                                       caf::reacts_to<closed_a>, caf::reacts_to<tick_a>>;

ImageReceiver spawn_image_receiver(ServerContext& context, PeersPtr peers, const Stream& stream,
                                   PeerConnection connection);

}  // namespace quorate
