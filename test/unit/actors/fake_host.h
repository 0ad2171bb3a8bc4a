// A server that remembers what a connection asked of it.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "actors/connection_logic.h"

namespace quorate::test {

class FakeHost final : public ConnectionHost {
 public:
  void hand_on(Handshake handshake) override { handshakes.push_back(std::move(handshake)); }
  void hand_on(RequestBatch batch) override { batches.push_back(std::move(batch)); }
  void tell_drained() override { ++words; }
  void transfer_leadership(std::optional<ServerId> to) override { successors.push_back(to); }
  void tell(const AskedWord& asked) override { asked_words.push_back(asked); }
  [[nodiscard]] Inspection inspect() override {
    Inspection inspection;
    inspection.server = {3};
    inspection.role = ServerRole::looking;
    return inspection;
  }
  [[nodiscard]] std::chrono::microseconds now() const override { return time; }
  void look_at(const AnsweredRequest& request) override { looked_at.push_back(request); }
  [[nodiscard]] SessionId new_session_id() override { return SessionId{77}; }
  [[nodiscard]] SessionPassword new_password() override { return {1, 2, 3}; }

  std::chrono::microseconds time{1'234'000};
  std::vector<AnsweredRequest> looked_at;
  int words = 0;  ///< That the link has drained.
  std::vector<Handshake> handshakes;
  std::vector<RequestBatch> batches;
  std::vector<std::optional<ServerId>> successors;
  std::vector<AskedWord> asked_words;
};

}  // namespace quorate::test
