// What the admin API asks of the actors, of other servers and of the process.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "actors/connection_row.h"
#include "actors/console/admin_call.h"
#include "actors/console/api_call.h"
#include "actors/snapshotter.h"
#include "core/base/ids.h"
#include "core/inquiry/state_answer.h"
#include "core/inquiry/state_inquiry.h"

namespace quorate {

/// All answers come on the console's thread, once; or never, when the console ends before.
class AdminPort {
 public:
  using Task = std::function<void()>;
  using Done = std::function<void(ActOutcome)>;

  virtual ~AdminPort() = default;

  /// A function that has a task run on the console's thread; for any thread, also when the console
  /// has ended: then the task is dropped.
  [[nodiscard]] virtual std::function<void(Task)> poster() = 0;
  virtual void after(std::chrono::milliseconds time, Task task) = 0;

  virtual void restart_actor(std::uint64_t actor, const std::string& reason, Done done) = 0;
  virtual void transfer_leadership(std::optional<ServerId> to, Done done) = 0;
  virtual void drain(bool drained, Done done) = 0;
  virtual void shed(unsigned percent, Done done) = 0;
  virtual void take_checkpoint(Done done) = 0;
  virtual void verify_checkpoint(Zxid zxid, Done done) = 0;
  /// Null: it did not answer in time.
  virtual void inquire(StateInquiry inquiry, std::function<void(StateAnswerPtr)> done) = 0;
  /// Likewise.
  virtual void connections(std::function<void(ConnectionRowsPtr)> done) = 0;
  virtual void kept_states(std::function<void(std::optional<KeptStates>)> done) = 0;
  /// The process begins to stop.
  virtual void stop(const std::string& reason) = 0;

  /// Whether there is a link to a server that answers requests of others.
  [[nodiscard]] virtual bool can_pass_on(ServerId server) const = 0;
  virtual void pass_on(ServerId server, const AdminRequestLine& request,
                       std::function<void(AdminAnswer)> done) = 0;
};

}  // namespace quorate
