// How the commit machine writes for who has no session: an operator at the console.
#include <utility>
#include <variant>

#include "core/commit/commit_machine.h"
#include "core/commit/connection_state.h"
#include "core/commit/write_admission.h"

namespace quorate {
namespace {

/// Edits in flight: people make them.
constexpr std::size_t edits_max = 16;

}  // namespace

ErrorCode CommitMachine::may_edit() const {
  if (!serving_) return read_only_ ? ErrorCode::not_read_only : ErrorCode::not_serving;
  return edits_.size() >= edits_max ? ErrorCode::throttled : ErrorCode::ok;
}

Result<std::uint64_t> CommitMachine::edit(Operation operation, std::vector<Identity> identities) {
  if (const ErrorCode refused = may_edit(); refused != ErrorCode::ok) return refused;
  if (!admits_writes_) return ErrorCode::not_read_only;
  if (creates_ephemeral(operation)) return ErrorCode::ephemeral_on_local_session;
  Result<TxnBody> body =
      admit_write(std::move(operation), identities, state_.settings(), limits_.write_bytes_max);
  if (!body.ok()) return body.error();
  return submit_edit({}, std::move(identities), std::move(body).value());
}

Result<std::uint64_t> CommitMachine::end_session(SessionId session) {
  if (local_sessions_.find(session) != nullptr) {
    local_sessions_.close(session);
    close_owner(session, nullptr, ErrorCode::session_expired);
    return std::uint64_t{0};
  }
  if (const ErrorCode refused = may_edit(); refused != ErrorCode::ok) return refused;
  if (state_.sessions().find(session) == nullptr) return ErrorCode::session_expired;
  return submit_edit(session, {}, CloseSession{});
}

/// Numbered with the writes of local sessions, so that no two have one origin.
std::uint64_t CommitMachine::submit_edit(SessionId session, std::vector<Identity> identities,
                                         TxnBody body) {
  const std::uint64_t number = ++last_local_write_;
  edits_.insert(number);
  output_.submissions.push_back(Submission{session, Origin{server_, incarnation_, {}, number},
                                           std::move(identities), std::move(body)});
  return number;
}

void CommitMachine::complete_edit(const Txn& txn, Outcome& outcome) {
  const Origin& origin = txn.submission.origin;
  const bool is_own = origin.server == server_ && origin.incarnation == incarnation_ &&
                      origin.connection == ConnectionSerial{};
  if (!is_own || edits_.erase(origin.sequence) == 0) return;
  output_.edited.push_back(
      Edited{origin.sequence, outcome.error, txn.zxid, std::move(outcome.body)});
}

/// They may be in the log or not: who leads next decides.
void CommitMachine::lose_edits() {
  for (const std::uint64_t number : std::exchange(edits_, {}))
    output_.edited.push_back(Edited{number, ErrorCode::connection_loss, {}, {}});
}

}  // namespace quorate
