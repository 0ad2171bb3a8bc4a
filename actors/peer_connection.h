// The broker of one connection between two servers.
#pragma once

#include <caf/io/connection_handle.hpp>
#include <caf/io/system_messages.hpp>
#include <caf/io/typed_broker.hpp>
#include <memory>
#include <optional>

#include "actors/catch_up.h"
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

/// Translates between CAF and PeerLinkLogic, nothing more.
class PeerConnectionActor final : public BrokerActor<PeerBroker, PeerConnectionState>,
                                  private PeerLinkHost {
 public:
  /// `dials`: whom this side has dialled; `wants`: what for, if not for the link.
  PeerConnectionActor(caf::actor_config& config, caf::io::connection_handle handle,
                      ServerContext& context, const PeerIdentity& identity, PeersPtr peers,
                      std::optional<ServerId> dials, std::optional<HistoryWanted> wants = {});

  behavior_type make_behavior() override;

 private:
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override;
  void on_greeted(const PeerHello& peer) override;
  void on_message(PeerMessage message) override;
  void on_history(HistoryFrame frame) override;
  void on_ended(const std::string& reason) override;

  [[nodiscard]] std::chrono::milliseconds now() const;
  void end_if_closed();
  /// Asks for more history to send when little is left to be sent.
  void pull();

  caf::io::connection_handle handle_;
  ServerContext& context_;
  Log log_;
  PeerIdentity identity_;
  std::optional<ServerId> dials_;
  std::optional<HistoryWanted> wants_;
  bool wants_done_ = false;  ///< Proposal knows that the stream is over.
  bool pulled_ = false;      ///< More has been asked for.
  std::optional<BrokerLink> link_;
  std::optional<PeerLinkLogic> logic_;
  std::uint64_t incarnation_ = 0;  ///< Of the link, once its keeper wants it.
  Ticker ticker_;
};

}  // namespace quorate
