#include "actors/inquiries.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "actors/commit.h"

namespace quorate {
namespace {

constexpr std::size_t under_way_max = 16;
/// Of a turn: less than what applies and delivers may take.
constexpr std::chrono::microseconds turn_part{250};
/// A pause is so many times what was spent before it.
constexpr int pause_share = 3;

StateAnswerPtr refusal(const CommitMachine& machine, Error error) {
  return std::make_shared<const StateAnswer>(
      StateAnswer{machine.state().last_applied(), std::move(error)});
}

std::string text_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_serving:
      return "this server has no leader and takes no writes; ask another one";
    case ErrorCode::not_read_only:
      return "this server takes no writes now; see its notes";
    case ErrorCode::throttled:
      return "too many changes are under way; try again";
    case ErrorCode::session_expired:
      return "there is no such session any more";
    case ErrorCode::connection_loss:
      return "the leader was lost meanwhile, and nobody can say whether it was done; look again";
    case ErrorCode::no_auth:
      return "the identity may not do this";
    case ErrorCode::bad_version:
      return "it was changed since it was looked at";
    default:
      return "refused: " + std::string(to_string(code));
  }
}

Error error_of(const Error& error) {
  return {error.code, error.text.empty() ? text_of(error.code) : error.text};
}

Operation operation_of(const EditTree& asked) {
  return std::visit([](const auto& edit) { return Operation(edit); }, asked.edit);
}

StateAnswer answer_of(Edited& edited, bool ends_session, const CommitMachine& machine) {
  const Zxid applied = machine.state().last_applied();
  if (edited.error != ErrorCode::ok) return {applied, Error{edited.error, text_of(edited.error)}};
  if (ends_session) return {applied, DoneAnswer{}};
  EditAnswer answer;
  answer.zxid = edited.zxid;
  if (auto* created = std::get_if<CreateReply>(&edited.body)) {
    answer.path = std::move(created->path);
    answer.stat = created->stat;
  } else if (const auto* changed = std::get_if<StatReply>(&edited.body)) {
    answer.stat = changed->stat;
  }
  return {applied, std::move(answer)};
}

}  // namespace

void Inquiries::take(const StateInquiry& asked, Promise answer, CommitMachine& machine) {
  Result<std::uint64_t> number = std::uint64_t{0};
  if (const auto* edit = std::get_if<EditTree>(&asked)) {
    number = machine.edit(operation_of(*edit), edit->identities);
  } else if (const auto* end = std::get_if<EndSession>(&asked)) {
    number = machine.end_session(end->session);
    if (number.ok() && *number == 0) {
      answer.deliver(std::make_shared<const StateAnswer>(
          StateAnswer{machine.state().last_applied(), DoneAnswer{}}));
      return;
    }
  } else if (under_way_.size() >= under_way_max) {
    number = Error{ErrorCode::throttled, "too many ask at a time; ask again"};
  } else {
    under_way_.push_back({begin_inquiry(asked), std::move(answer)});
    return;
  }
  if (number.ok()) {
    edits_[*number] = {std::move(answer), std::holds_alternative<EndSession>(asked)};
  } else {
    answer.deliver(refusal(machine, error_of(number.error())));
  }
}

void Inquiries::go_on(CommitMachine& machine, Time until) {
  using Clock = std::chrono::steady_clock;
  const Time start = Clock::now();
  if (under_way_.empty() || start < not_before_) return;
  until = std::min(until, start + turn_part);
  UnderWay one = std::move(under_way_.front());
  under_way_.pop_front();
  bool more = one.question->go_on(machine);
  while (more && Clock::now() < until) more = one.question->go_on(machine);
  if (more) {
    under_way_.push_back(std::move(one));  // The others have their turn.
  } else {
    one.answer.deliver(std::make_shared<const StateAnswer>(one.question->take(machine)));
  }
  const Time end = Clock::now();
  not_before_ = end + pause_share * (end - start);
}

void Inquiries::tell_edited(CommitMachine& machine) {
  for (Edited& edited : std::exchange(machine.output().edited, {})) {
    const auto asked = edits_.find(edited.number);
    if (asked == edits_.end()) continue;
    auto [answer, ends_session] = std::move(asked->second);
    edits_.erase(asked);
    answer.deliver(std::make_shared<const StateAnswer>(answer_of(edited, ends_session, machine)));
  }
}

}  // namespace quorate
