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

#include "actors/runtime/actor_registry.h"
#include "actors/runtime/actor_system_setup.h"
#include "actors/runtime/end_words.h"

namespace quorate {

namespace detail {
/// Whose turn it is on this thread: who spawns an actor is its parent. 0: no actor's.
inline thread_local std::uint64_t running_actor = 0;

class RunningActor {
 public:
  explicit RunningActor(std::uint64_t actor) : before_(std::exchange(running_actor, actor)) {}
  ~RunningActor() { running_actor = before_; }
  RunningActor(const RunningActor&) = delete;
  RunningActor& operator=(const RunningActor&) = delete;

 private:
  std::uint64_t before_;
};
}  // namespace detail

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
    record_ = std::make_shared<ActorRecord>(this->id(), detail::running_actor, steady_seconds());
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
    if ((record.attention.load(std::memory_order_relaxed) & ActorRecord::times) != 0) [[unlikely]]
      note_sent(message.get());
    Base::enqueue(std::move(message), home_unit(unit));
  }

  using Base::consume;
  caf::invoke_message_result consume(caf::mailbox_element& message) override {
    if (record_->attention.load(std::memory_order_relaxed) != 0) [[unlikely]]
      return consume_watched(message);
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
      registry_->ended(*record_, end_words(this->system(), reason));
    }
    return Base::cleanup(std::move(reason), host);
  }

  [[nodiscard]] const ActorRecord& record() const { return *record_; }

 protected:
  /// What sets it apart from others of its name, for people. REQUIRES: called by the constructor.
  void set_label(std::string label) { label_ = std::make_unique<std::string>(std::move(label)); }

  /// What it tells of its state to who looks; on its own thread, between two messages. Short, and
  /// without data and secrets.
  virtual void describe(StateDump& dump) const { static_cast<void>(dump); }

  /// Handles at most `messages`, a few at a time, until `budget` is spent; but at least one.
  caf::resumable::resume_result resume_until(caf::execution_unit* unit, std::size_t messages,
                                             std::chrono::nanoseconds budget) {
    if (!started_) list();
    const detail::RunningActor running(record_->id);
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
    const detail::RunningActor running(record_->id);
    const auto start = Clock::now();
    const auto result = Base::consume(message);
    increment(record_->busy_ns, nanoseconds(Clock::now() - start));
    increment(record_->io_events, 1);
    return result;
  }

  /// By its sender.
  void note_sent(const caf::mailbox_element* message) {
    if (const auto profile = registry_->profile_of(record_->id)) profile->on_sent(message);
  }

  /// Counts a message as handled, unless it has to wait.
  caf::invoke_message_result consume_any(caf::mailbox_element& message) {
    if (!in_mailbox_) return consume_io(message);
    const auto result = Base::consume(message);
    if (result != caf::invoke_message_result::skipped) increment(record_->handled, 1);
    return result;
  }

  caf::invoke_message_result consume_watched(caf::mailbox_element& message) {
    const auto attention = record_->attention.load(std::memory_order_relaxed);
    if (attention >= ActorRecord::errand && in_mailbox_ && run_errand(message))
      return caf::invoke_message_result::consumed;
    const auto profile = (attention & (ActorRecord::kinds | ActorRecord::times)) != 0
                             ? registry_->profile_of(record_->id)
                             : nullptr;
    if (profile == nullptr) return consume_any(message);
    // Named first: handling may move the contents out, and end the actor's state.
    const auto kind = profile->kind_of(message.content());
    MessageProfile::Timing timing;
    if (message.sender != nullptr) timing.from = message.sender->id();
    const auto start = Clock::now();
    timing.wait = profile->waited(&message, start);
    const auto result = consume_any(message);
    if (result == caf::invoke_message_result::skipped) return result;
    profile->forget(&message);
    if ((attention & ActorRecord::times) == 0) {
      profile->count(kind);
    } else {
      timing.took = Clock::now() - start;
      timing.at_ms = wall_ms();
      profile->time(kind, timing);
    }
    return result;
  }

  /// False: the message is none.
  bool run_errand(caf::mailbox_element& message) {
    using ErrandPtr = std::shared_ptr<const Errand>;
    const auto& content = message.content();
    if (content.size() != 1 || !content.match_element<ErrandPtr>(0)) return false;
    const auto errand = content.get_as<ErrandPtr>(0);
    record_->attention.fetch_sub(ActorRecord::errand);
    increment(record_->handled, 1);
    StateDump dump;
    if (errand->wants_dump) describe(dump);
    errand->done(Clock::now() - errand->sent, std::move(dump));
    return true;
  }

  void list() {
    started_ = true;
    if (registry_ == nullptr) return;
    registry_->started({record_, this->name(), label_ ? std::move(*label_) : std::string(),
                        thread(), caf::weak_actor_ptr(this->ctrl())});
    label_.reset();
  }

  [[nodiscard]] ActorThread thread() const {
    if (this->subtype() == caf::resumable::io_actor) return ActorThread::io;
    return this->getf(caf::abstract_actor::is_detached_flag) ? ActorThread::own : ActorThread::pool;
  }

  static std::uint32_t steady_seconds() {
    return static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(Clock::now().time_since_epoch()).count());
  }

  static std::int64_t wall_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  std::shared_ptr<ActorRegistry> registry_;
  std::shared_ptr<ActorRecord> record_;
  std::unique_ptr<std::string> label_;  ///< Until it is listed; few have one.
  bool started_ = false;
  bool in_mailbox_ = false;
};

}  // namespace quorate
