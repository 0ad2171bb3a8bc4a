// The base of every actor: counts what it is sent, what it handled, and how long that took.
#pragma once

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/execution_unit.hpp>
#include <caf/invoke_message_result.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>
#include <chrono>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "actors/runtime/actor_record.h"
#include "actors/runtime/actor_system_setup.h"
#include "actors/runtime/message_names.h"

namespace quorate {

/// Adds an ActorRecord to an actor or broker class of CAF (Interface::base,
/// Interface::broker_base). CAF's own profiler is compiled out of the packaged library; this uses
/// its virtual functions. Costs two clock readings per resumption and two additions per message.
///
/// Also keeps actors at home: an actor that is sent to from another actor_system runs on its own
/// system's scheduler, not on the sender's.
///
/// Declared through the aliases in pinned.h.
template <class Base>
class Observed : public Base {
 public:
  template <class... Args>
  explicit Observed(caf::actor_config& config, Args&&... args)
      : Base(config, std::forward<Args>(args)...) {
    if (const auto* setup = SystemConfig::of(this->home_system()); setup != nullptr) {
      registry_ = setup->registry();
    }
    record_ = std::make_shared<ActorRecord>(this->id());
  }

  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override {
    auto& record = *record_;
    const auto all = record.enqueued.fetch_add(1, std::memory_order_relaxed) + 1;
    // Messages of others may have come and been handled since.
    const auto handled = record.handled.load(std::memory_order_relaxed);
    const auto depth = all > handled ? all - handled : 0;
    auto high = record.high_water.load(std::memory_order_relaxed);
    while (depth > high &&
           !record.high_water.compare_exchange_weak(high, depth, std::memory_order_relaxed)) {
    }
    Base::enqueue(std::move(message), home_unit(unit));
  }

  using Base::consume;
  caf::invoke_message_result consume(caf::mailbox_element& message) override {
    if (record_->trace.load(std::memory_order_relaxed)) [[unlikely]]
      return consume_traced(message);
    if (!in_mailbox_) return consume_io(message);
    const auto result = Base::consume(message);
    if (result != caf::invoke_message_result::skipped) increment(record_->handled, 1);
    return result;
  }

  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t messages) override {
    return resume_until(unit, messages, std::chrono::nanoseconds::max());
  }

  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    if (registry_ != nullptr && started_) {
      registry_->ended(*record_, this->system().render(reason));
    }
    return Base::cleanup(std::move(reason), host);
  }

  [[nodiscard]] const ActorRecord& record() const { return *record_; }

 protected:
  /// Handles at most `messages`, a few at a time, until `budget` is spent; but at least one.
  caf::resumable::resume_result resume_until(caf::execution_unit* unit, std::size_t messages,
                                             std::chrono::nanoseconds budget) {
    if (!started_) list();
    // Who resumes an actor holds a reference to it, so all this outlives the actor's last message.
    auto& busy_ns = record_->busy_ns;
    const auto start = Clock::now();
    auto before = start;
    auto result = caf::resumable::resume_later;
    in_mailbox_ = true;
    while (messages > 0 && result == caf::resumable::resume_later) {
      const auto few = std::min(messages, messages_between_looks);
      messages -= few;
      result = Base::resume(unit, few);
      const auto now = Clock::now();
      increment(busy_ns, nanoseconds(now - before));
      before = now;
      if (now - start >= budget) break;
    }
    in_mailbox_ = false;
    return result;
  }

  /// Most often one message waits: asking for more than one finds that out in the same call, and
  /// spares a second one with its look at the clock.
  static constexpr std::size_t messages_between_looks = 4;

  /// Null, which means the own system's scheduler, for a unit of another system.
  [[nodiscard]] caf::execution_unit* home_unit(caf::execution_unit* unit) const {
    return unit != nullptr && &unit->system() == &this->home_system() ? unit : nullptr;
  }

 private:
  using Clock = std::chrono::steady_clock;

  static std::uint64_t nanoseconds(Clock::duration duration) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count());
  }

  /// By the actor's own thread, the only one that writes these.
  static void increment(std::atomic<std::uint64_t>& counter, std::uint64_t by) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_release);
  }

  /// What a broker's sockets bring does not pass through the mailbox, nor through resume().
  caf::invoke_message_result consume_io(caf::mailbox_element& message) {
    const auto start = Clock::now();
    const auto result = Base::consume(message);
    increment(record_->busy_ns, nanoseconds(Clock::now() - start));
    increment(record_->io_events, 1);
    return result;
  }

  caf::invoke_message_result consume_traced(caf::mailbox_element& message) {
    // Named first: handling may move the contents out, and end the actor's state.
    const std::string what = message_names(message.content());
    const std::string who = this->name();
    const auto start = Clock::now();
    auto result = caf::invoke_message_result::consumed;
    if (in_mailbox_) {
      result = Base::consume(message);
      if (result != caf::invoke_message_result::skipped) increment(record_->handled, 1);
    } else {
      result = consume_io(message);
    }
    const auto took = nanoseconds(Clock::now() - start);
    if (registry_ != nullptr) registry_->emit({record_->id, who, what, took});
    return result;
  }

  void list() {
    started_ = true;
    if (registry_ != nullptr) registry_->started(record_, this->name());
  }

  std::shared_ptr<ActorRegistry> registry_;
  std::shared_ptr<ActorRecord> record_;
  bool started_ = false;
  bool in_mailbox_ = false;
};

}  // namespace quorate
