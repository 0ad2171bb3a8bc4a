#include "actors/console/ensemble_look.h"

#include <utility>

namespace quorate {
namespace {

constexpr std::chrono::milliseconds fresh_for{900};
constexpr std::chrono::milliseconds answer_max{1000};

}  // namespace

EnsembleLook::EnsembleLook(std::vector<ServerId> others, Ask ask, After after)
    : ask_(std::move(ask)), after_(std::move(after)) {
  for (const ServerId server : others) others_[server].error = "not asked yet";
}

void EnsembleLook::look(std::function<void()> ready) {
  const auto now = Clock::now();
  if (!under_way_ && (others_.empty() || (looked_ && now - *looked_ < fresh_for))) return ready();
  waiting_.push_back(std::move(ready));
  if (std::exchange(under_way_, true)) return;
  looked_ = now;
  missing_ = others_.size();
  const std::uint64_t round = ++round_;
  after_(answer_max, [this, round] { finish(round); });
  // Asking may answer at once, and so end the round.
  std::vector<ServerId> all;
  for (const auto& [server, other] : others_) all.push_back(server);
  for (const ServerId server : all) {
    ask_(server, [this, round, server, now](const AdminAnswer& answer) {
      on_answer(round, server, now, answer);
    });
  }
}

void EnsembleLook::on_answer(std::uint64_t round, ServerId server, Clock::time_point asked,
                             const AdminAnswer& answer) {
  OtherServer& other = others_.at(server);
  const Json body = Json::parse(answer.body, nullptr, false);
  if (answer.status == 200 && body.is_object()) {
    other.status = body;
    other.at = Clock::now();
    other.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(other.at - asked);
    other.error.clear();
  } else {
    const bool has_text = body.is_object() && body.contains("error") && body["error"].is_object() &&
                          body["error"].contains("text");
    other.error = has_text && body["error"]["text"].is_string()
                      ? body["error"]["text"].get<std::string>()
                      : "it answered " + std::to_string(answer.status);
  }
  if (round == round_ && under_way_ && --missing_ == 0) finish(round);
}

void EnsembleLook::finish(std::uint64_t round) {
  if (round != round_ || !std::exchange(under_way_, false)) return;
  for (auto& [server, other] : others_) {
    if (other.error.empty() && other.at < *looked_) other.error = "it does not answer in time";
  }
  for (const auto& ready : std::exchange(waiting_, {})) ready();
}

}  // namespace quorate
