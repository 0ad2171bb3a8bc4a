// The way out to the other servers, for the actors that speak to them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "actors/peer_link.h"
#include "core/zab/peer_message.h"
#include "schema/capnp/quorum_codec.h"

namespace quorate {

/// Which links are up, as the keepers told this actor. Part of an actor's State: it holds handles.
class PeerFrames {
 public:
  void on_link(const LinkState& link) {
    if (link.connection) {
      links_[link.peer] = link;
    } else {
      links_.erase(link.peer);
    }
  }

  /// Whether a message came over the link that is up now.
  [[nodiscard]] bool is_current(const FromPeer& from) const {
    const auto link = links_.find(from.peer);
    return link != links_.end() && link->second.incarnation == from.incarnation;
  }

  /// Proposals for several servers are encoded once, if they are sent one after the other.
  template <class Actor>
  void send(Actor& self, const Envelope& envelope) {
    const auto link = links_.find(envelope.to);
    if (link == links_.end()) return;
    self.send(link->second.connection, frame_a::value, encoded(envelope.message));
  }

  /// The connection ends; a new one may come.
  template <class Actor>
  void drop(Actor& self, ServerId peer, const std::string& why) {
    const auto link = links_.find(peer);
    if (link != links_.end())
      self.send(link->second.connection, dismiss_a::value, PeerDismissal{why});
  }

  [[nodiscard]] std::size_t links() const { return links_.size(); }

  /// What was encoded last is not needed any more.
  void end_turn() { last_ = {}; }

 private:
  [[nodiscard]] Blob encoded(const PeerMessage& message) {
    const auto* proposals = std::get_if<Proposals>(&message);
    if (proposals == nullptr) return capnp_codec::encode_peer_message(message);
    if (last_.batch != *proposals) last_ = {*proposals, capnp_codec::encode_peer_message(message)};
    return last_.bytes;
  }

  struct Encoded {
    Proposals batch;
    Blob bytes;
  };

  std::map<ServerId, LinkState> links_;
  Encoded last_;
};

}  // namespace quorate
