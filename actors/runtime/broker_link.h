// A ByteLink over a CAF broker and one of its connections, on the own or on the stock backend.
#pragma once

#include <caf/io/abstract_broker.hpp>
#include <caf/io/connection_handle.hpp>

#include "actors/runtime/byte_link.h"
#include "actors/runtime/io_link.h"
#include "actors/runtime/state_dump.h"

namespace quorate {

/// Belongs to a broker's state. On the stock backend, for comparison, what differs is noted.
class BrokerLink final : public ByteLink {
 public:
  /// REQUIRES: runs on the broker's thread, and `broker` outlives this.
  BrokerLink(caf::io::abstract_broker& broker, caf::io::connection_handle handle);

  /// Starts delivering new_data_msg to the broker.
  void start();

  std::vector<char>& output() override;
  void flush() override;
  void pause() override;
  void resume() override;
  void close(CloseMode mode) override;
  /// Stock: only what was appended since the last flush that found the socket idle.
  [[nodiscard]] std::size_t unsent_bytes() const override;
  [[nodiscard]] std::string remote() const override;
  [[nodiscard]] std::uint16_t remote_port() const override;
  void count_frames(std::size_t in, std::size_t out) override;

  /// Since it began. Stock: only what is queued.
  [[nodiscard]] LinkCounts counts() const;

  /// Serves this link before pinned actors and clients. Stock: no effect.
  void set_peer_link(bool yes);
  /// Instead of IoOptions::output_limit_bytes: beyond it the link is reset and the broker gets its
  /// connection_closed_msg. Stock: looks at unsent_bytes() in flush().
  void set_output_limit(std::size_t bytes);
  /// A data_transferred_msg comes when the unsent bytes have fallen to this; the broker's interface
  /// must list it. Stock: comes after every send.
  void notify_below(std::size_t bytes);
  /// Why the link ended; `none` while it is open, and always on the stock backend.
  [[nodiscard]] CloseReason close_reason() const;
  [[nodiscard]] caf::io::connection_handle handle() const { return handle_; }

 private:
  caf::io::abstract_broker& broker_;
  caf::io::connection_handle handle_;
  caf::intrusive_ptr<IoLink> link_;  ///< Null on the stock backend.
  std::size_t stock_output_limit_;
  std::vector<char> scrap_;
};

/// Spawns a class-based broker of its own for a connection that `parent` has just accepted:
/// Impl(actor_config&, connection_handle, args...). The class counterpart of typed_broker::fork().
/// `Options` may be caf::monitored or caf::linked, to `parent`.
template <class Impl, caf::spawn_options Options = caf::no_spawn_options, class... Args>
auto fork_broker(caf::io::abstract_broker& parent, caf::io::connection_handle handle,
                 Args&&... args) {
  auto scribe = parent.take(handle);
  caf::actor_config config{parent.context()};
  auto child = parent.system().template spawn_class<Impl, caf::make_unbound(Options)>(
      config, handle, std::forward<Args>(args)...);
  // It has not run yet: that happens in a later task of this thread.
  auto* broker = static_cast<Impl*>(caf::actor_cast<caf::abstract_actor*>(child));
  if (scribe != nullptr) broker->move_scribe(std::move(scribe));
  if constexpr (caf::has_monitor_flag(Options)) parent.monitor(broker);
  if constexpr (caf::has_link_flag(Options)) parent.link_to(child);
  return child;
}

}  // namespace quorate
