// What the other servers say of themselves, asked for when somebody wants to know.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/console/admin_call.h"
#include "core/base/ids.h"

namespace quorate {

struct OtherServer {
  std::optional<Json> status;  ///< The last one.
  std::chrono::steady_clock::time_point at{};
  std::optional<std::chrono::microseconds> round_trip;  ///< Of that question.
  std::string error;                                    ///< Why there is none, or no newer one.
};

/// Asks all at once, at most once a second however many look; who does not answer within a second
/// is shown as it was. Not for several threads.
class EnsembleLook {
 public:
  using Clock = std::chrono::steady_clock;
  using Ask = std::function<void(ServerId, std::function<void(AdminAnswer)>)>;
  using After = std::function<void(std::chrono::milliseconds, std::function<void()>)>;

  EnsembleLook(std::vector<ServerId> others, Ask ask, After after);

  /// Calls `ready` when all have answered, or not in time.
  void look(std::function<void()> ready);
  [[nodiscard]] const std::map<ServerId, OtherServer>& others() const { return others_; }

 private:
  void on_answer(std::uint64_t round, ServerId server, Clock::time_point asked,
                 const AdminAnswer& answer);
  void finish(std::uint64_t round);

  std::map<ServerId, OtherServer> others_;
  Ask ask_;
  After after_;
  std::uint64_t round_ = 0;
  std::size_t missing_ = 0;
  bool under_way_ = false;
  std::optional<Clock::time_point> looked_;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace quorate
