// The broker of one client's connection; made by the listener alone.
#pragma once

#include <caf/io/connection_handle.hpp>
#include <caf/io/system_messages.hpp>
#include <caf/io/typed_broker.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "actors/client_wire.h"
#include "actors/commit.h"
#include "actors/connection.h"
#include "actors/connection_logic.h"
#include "actors/outstanding.h"
#include "actors/peers.h"
#include "actors/runtime/broker_link.h"
#include "actors/runtime/pinned.h"
#include "actors/tls/tls_link.h"

namespace quorate {

struct ServerContext;

/// What the listener knows of a connection. Both live on the I/O thread.
struct ConnectionRecord {
  ConnectionSerial serial;
  std::string remote;
  std::chrono::milliseconds since{0};
  ClientProtocols spoken = ClientProtocols::all;
  bool is_tls = false;               ///< Its client speaks TLS; known with its first bytes.
  SessionId session;                 ///< {0} until the handshake is over.
  ConnectionLogic* logic = nullptr;  ///< While its actor runs.
};

/// What four-letter words set.
struct WordState {
  PacketCounts counted_from;      ///< As srst left it.
  std::int64_t trace_mask = 306;  ///< Of stmk; without effect. ZooKeeper begins with this one.
};

/// What all connections of a listener share; outlives them.
struct ConnectionShared {
  ServerContext& context;
  Outstanding outstanding;
  EventCaches events;
  std::uint32_t sessions_made = 0;
  std::size_t open = 0;                ///< Connections.
  std::chrono::milliseconds since{0};  ///< When the listener was there.
  /// Visits all open connections, in the order of serials; set while the listener runs.
  std::function<void(const std::function<void(ConnectionRecord&)>&)> each_connection{};
  PeersPtr peers{};  ///< Likewise.
  WordState words{};
};

using ConnectionBroker = Connection::extend_with<caf::io::connection_handler>::extend<
    caf::reacts_to<caf::io::data_transferred_msg>>;

struct ConnectionState {
  static inline const char* name = "connection";
  Commit commit;
  Proposal proposal;
};

/// Translates between CAF and ConnectionLogic, nothing more.
class ConnectionActor final : public BrokerActor<ConnectionBroker, ConnectionState>,
                              private ConnectionHost {
 public:
  ConnectionActor(caf::actor_config& config, caf::io::connection_handle handle,
                  std::shared_ptr<ConnectionShared> shared,
                  std::shared_ptr<ConnectionRecord> record, const Peers& peers);

  behavior_type make_behavior() override;

 private:
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override;
  void describe(StateDump& dump) const override;

  void hand_on(Handshake handshake) override;
  void hand_on(RequestBatch batch) override;
  void tell_drained() override;
  [[nodiscard]] Inspection inspect() override;
  void transfer_leadership(std::optional<ServerId> to) override;
  void tell(const AskedWord& asked) override;
  void look_at(const AnsweredRequest& request) override;
  [[nodiscard]] std::chrono::microseconds now() const override;
  [[nodiscard]] SessionId new_session_id() override;
  [[nodiscard]] SessionPassword new_password() override;

  /// What others have to be asked for.
  void ask_for_sizes(FourLetterWord word);
  void ask_for_state(FourLetterWord word);
  void on_data(std::span<const char> bytes);
  /// What the peer said, in the clear.
  void on_plain(std::span<const char> bytes);

  /// Ends the actor when the logic is done with the connection.
  void dismiss(const Dismissal& dismissal);
  void end_if_closed();

  caf::io::connection_handle handle_;
  std::shared_ptr<ConnectionShared> shared_;
  std::shared_ptr<ConnectionRecord> record_;
  std::optional<BrokerLink> link_;
  std::unique_ptr<TlsLink> tls_;  ///< Around it, where clients may speak TLS; null elsewhere.
  bool is_identified_ = false;    ///< What the stream says of the client was taken.
  std::optional<ConnectionLogic> logic_;
};

}  // namespace quorate
