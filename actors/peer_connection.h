// The broker of one connection between two servers.
#pragma once

#include <caf/io/connection_handle.hpp>
#include <caf/io/system_messages.hpp>
#include <caf/io/typed_broker.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "actors/catch_up.h"
#include "actors/image_receiver.h"
#include "actors/peer_link.h"
#include "actors/peer_link_logic.h"
#include "actors/proposal.h"
#include "actors/runtime/broker_link.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/ticker.h"
#include "actors/server_context.h"

namespace quorate {

using PeerBroker = PeerConnection::extend_with<caf::io::connection_handler>::extend<
    caf::reacts_to<caf::io::data_transferred_msg>>;

struct PeerConnectionState {
  static inline const char* name = "peer_connection";
  PeersPtr peers;
  CatchUp catch_up;  ///< Reads what the other side has asked for.
};

/// Who is to hear that a stream broke off. Apart from the actor, whose State is gone when it is
/// told.
struct StreamEnd {
  bool is_told = false;    ///< All has come, or whoever waits knows that it will not.
  ImageReceiver receiver;  ///< Who writes what comes; if empty, proposal takes it.
};

/// Translates between CAF and PeerLinkLogic, nothing more.
class PeerConnectionActor final : public BrokerActor<PeerBroker, PeerConnectionState>,
                                  private PeerLinkHost {
 public:
  /// `dials`: whom this side has dialled; `stream`: what for, if not for the link.
  PeerConnectionActor(caf::actor_config& config, caf::io::connection_handle handle,
                      ServerContext& context, const PeerIdentity& identity, PeersPtr peers,
                      std::optional<ServerId> dials, std::optional<Stream> stream = {});

  behavior_type make_behavior() override;

 private:
  void describe(StateDump& dump) const override;
  void on_greeted(const PeerHello& peer) override;
  void on_message(PeerMessage message) override;
  void on_history(HistoryFrame frame) override;
  void on_ended(const std::string& reason) override;

  [[nodiscard]] std::chrono::milliseconds now() const;
  void end_if_closed();
  /// However this actor ends, somebody waits for the stream.
  void tell_of_end();
  void receive_image();
  void greet_stream(const HistoryWanted& wanted);
  /// Asks for more history to send when little is left to be sent.
  void pull();
  void on_records(HistoryRecords records);
  void on_chunk(ImageChunk chunk);
  /// So much came in on the stream that this side asked for, or was dealt with.
  void took_in(Zxid zxid, std::size_t bytes);
  void dealt_with_first();
  void end_stream();

  caf::io::connection_handle handle_;
  ServerContext& context_;
  Log log_;
  PeerIdentity identity_;
  std::optional<ServerId> dials_;
  std::optional<Stream> stream_;
  std::shared_ptr<StreamEnd> end_;  ///< Of the stream.
  /// What came over the stream and is not on the disk yet: where it ends, and its bytes.
  std::deque<std::pair<Zxid, std::size_t>> in_hand_;
  std::size_t bytes_in_hand_ = 0;
  bool pulled_ = false;  ///< More has been asked for.
  std::optional<BrokerLink> link_;
  std::optional<PeerLinkLogic> logic_;
  std::uint64_t incarnation_ = 0;  ///< Of the link, once its keeper wants it.
  Ticker ticker_;
};

}  // namespace quorate
