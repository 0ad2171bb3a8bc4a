// Where an actor runs: the bases that actors are declared with.
//
// How to declare and spawn one:
//
//   using Commit = caf::typed_actor<caf::reacts_to<submit_a, std::shared_ptr<const SubmitBatch>>>;
//
//   struct CommitState {
//     static inline const char* name = "commit";  // for the console
//     Journal journal;                            // handles live in the state, which dies at exit:
//   };                                            // two actors that hold each other would leak
//
//   class CommitActor : public PinnedActor<Commit, CommitState> {
//    public:
//     CommitActor(caf::actor_config& config, Journal journal) : PinnedActor(config) {
//       state.journal = std::move(journal);
//     }
//     behavior_type make_behavior() override {
//       return {[this](submit_a, const std::shared_ptr<const SubmitBatch>& batch) { ... }};
//     }
//   };
//
//   Commit commit = system.spawn<CommitActor>(journal);                // pinned to the I/O thread
//   Journal journal = system.spawn<JournalActor, caf::detached>(...);  // a ThreadActor
//
//   // A connection; its interface extends caf::io::connection_handler.
//   class ConnectionActor : public BrokerActor<ConnectionBroker, ConnectionState> {
//    public:
//     ConnectionActor(caf::actor_config& config, caf::io::connection_handle handle, Commit commit)
//         : BrokerActor(config) {
//       state.link.emplace(*this, handle);  // std::optional<BrokerLink>
//       state.commit = std::move(commit);
//     }
//     behavior_type make_behavior() override { state.link->start(); return {...}; }
//   };
//   // in the listener's new_connection_msg handler:
//   auto connection = fork_broker<ConnectionActor>(*this, message.handle, state.commit);
//   // a broker without a connection, such as the listener:
//   auto listener = spawn_broker<ListenerActor>(system, args...);
//
// test/unit/actors/runtime/echo_test.cc is a whole example.
#pragma once

#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>
#include <caf/io/typed_broker.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <chrono>
#include <utility>

#include "actors/runtime/observed.h"

namespace quorate {

/// Places an observed actor on the multiplexer's thread: messages among such actors and brokers are
/// queue pushes without a lock or a wake-up. In a system without I/O (tests, simulation) it is
/// placed like any other actor.
///
/// A resumption handles a few messages at a time until 1 ms is spent, then goes to the end of the
/// queue; no message of a pinned actor may take longer than that itself, or block.
template <class Base>
class Pinned : public Base {
 public:
  template <class... Args>
  explicit Pinned(caf::actor_config& config, Args&&... args)
      : Base(config, std::forward<Args>(args)...) {
    auto& system = this->home_system();
    if (system.has_middleman()) unit_ = &system.middleman().backend();
  }

  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override {
    Base::enqueue(std::move(message), unit_ != nullptr ? unit_ : unit);
  }

  void launch(caf::execution_unit* unit, bool lazy, bool hide) override {
    Base::launch(unit_ != nullptr ? unit_ : unit, lazy, hide);
  }

  /// What makes the backend run it, instead of handing it to the scheduler.
  [[nodiscard]] caf::resumable::subtype_t subtype() const override {
    return unit_ != nullptr ? caf::resumable::io_actor : Base::subtype();
  }

  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t messages) override {
    return Base::resume_until(unit, messages, std::chrono::milliseconds(1));
  }

 private:
  caf::execution_unit* unit_ = nullptr;
};

namespace detail {

/// CAF tries to make a state from a pointer to its actor. C++20 lets an aggregate be initialised in
/// parentheses, so it would take any state whose first member can be made from such a pointer, an
/// actor handle for instance. This one is no aggregate.
template <class State>
struct DefaultMade : State {
  DefaultMade() = default;
};

template <class State, class Base>
class Stateful : public caf::stateful_actor<DefaultMade<State>, Base> {
 public:
  explicit Stateful(caf::actor_config& config)
      : caf::stateful_actor<DefaultMade<State>, Base>(config) {}
};

}  // namespace detail

/// On the I/O thread. `Interface` is a caf::typed_actor<...>; `State` is default-made, reached as
/// `state`, and dies when the actor exits.
template <class Interface, class State>
class PinnedActor : public detail::Stateful<State, Pinned<Observed<typename Interface::base>>> {
 public:
  explicit PinnedActor(caf::actor_config& config)
      : detail::Stateful<State, Pinned<Observed<typename Interface::base>>>(config) {}
};

/// On the scheduler's threads, or on its own when spawned with caf::detached.
template <class Interface, class State>
class ThreadActor : public detail::Stateful<State, Observed<typename Interface::base>> {
 public:
  explicit ThreadActor(caf::actor_config& config)
      : detail::Stateful<State, Observed<typename Interface::base>>(config) {}
};

/// Owns sockets; on the I/O thread.
template <class Interface, class State>
class BrokerActor
    : public detail::Stateful<State, Pinned<Observed<typename Interface::broker_base>>> {
 public:
  explicit BrokerActor(caf::actor_config& config)
      : detail::Stateful<State, Pinned<Observed<typename Interface::broker_base>>>(config) {}

  /// CAF leaves the mailbox of a broker that has ended open. A message that comes then, or was not
  /// handled, would stay in it; and so would its sender, which can be this broker: for ever.
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    const caf::detail::sync_request_bouncer bounce{reason};
    const bool first = Base::cleanup(std::move(reason), host);
    auto& mailbox = this->mailbox();
    if (mailbox.closed()) return first;
    mailbox.close();
    while (mailbox.queue().new_round(messages_at_once, bounce).consumed_items > 0) {
    }
    return first;
  }

 private:
  using Base = detail::Stateful<State, Pinned<Observed<typename Interface::broker_base>>>;

  static constexpr std::size_t messages_at_once = 1000;
};

/// Spawns a class-based broker that owns no connection yet, such as a listener.
/// REQUIRES: the system has a middleman.
template <class Impl, caf::spawn_options Options = caf::no_spawn_options, class... Args>
auto spawn_broker(caf::actor_system& system, Args&&... args) {
  caf::actor_config config{&system.middleman().backend()};
  return system.spawn_class<Impl, Options>(config, std::forward<Args>(args)...);
}

}  // namespace quorate
