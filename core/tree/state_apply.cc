// One txn, executed: who may ask, then what is asked.
#include <utility>

#include "core/base/check.h"
#include "core/tree/state.h"
#include "core/tree/writes.h"
#include "core/txn/feature_level.h"

namespace quorate {
namespace {

Outcome refusal(ErrorCode error) {
  Outcome outcome;
  outcome.error = error;
  return outcome;
}

ReplyBody body_of(MultiResult result) {
  return std::visit([](auto& body) { return ReplyBody(std::move(body)); }, result.body);
}

}  // namespace

/// Visits the body of a txn. Changes of the tree are committed or rolled back when it returns.
class State::Execution {
 public:
  Execution(State& state, const Txn& txn)
      : state_(state), txn_(txn), writes_(state.tree_, state.settings_, txn) {}

  Outcome operator()(const RefusedWrite& refused) {
    const ErrorCode session = session_error();
    if (session != ErrorCode::ok) return refusal(session);
    return refusal(refused.error == ErrorCode::ok ? ErrorCode::bad_arguments : refused.error);
  }

  Outcome operator()(const Create& create) {
    const ErrorCode wrong = Writes::arguments(create, state_.settings_);
    return wrong == ErrorCode::ok ? write(create) : refusal(wrong);
  }
  Outcome operator()(const Delete& remove) { return write(remove); }
  Outcome operator()(const DeleteTree& remove) {
    Outcome outcome = write(remove);
    if (outcome.error == ErrorCode::ok) outcome.body = CountReply{outcome.changes.size()};
    return outcome;
  }
  Outcome operator()(const SetData& set) { return write(set); }
  Outcome operator()(const SetAcl& set) { return write(set); }
  Outcome operator()(const Reap& reap) { return finish(writes_(reap)); }

  Outcome operator()(const Multi& multi) {
    const ErrorCode session = session_error();
    if (session != ErrorCode::ok) return refusal(session);
    if (multi.ops.size() > state_.settings_.multi_ops_max) {
      return refusal(ErrorCode::bad_arguments);
    }
    MultiReply reply;
    reply.results.reserve(multi.ops.size());
    for (const MultiOp& op : multi.ops) {
      reply.results.push_back(std::visit(writes_, op));
      if (reply.results.back().error != ErrorCode::ok) {
        return failed(std::move(reply), multi.ops.size());
      }
    }
    return succeeded(std::move(reply));
  }

  Outcome operator()(const CreateSession& create) {
    const SessionId id = txn_.submission.session;
    if (id.value == 0 || create.timeout_ms <= 0 || state_.sessions_.find(id) != nullptr) {
      return refusal(ErrorCode::bad_arguments);
    }
    const Session session{create.timeout_ms, create.password, txn_.submission.origin};
    state_.sessions_.open(id, session);
    return succeeded(SessionReply{id, create.timeout_ms});
  }

  Outcome operator()(const AttachSession& attach) {
    const SessionId id = txn_.submission.session;
    const Session* session = state_.sessions_.find(id);
    if (session == nullptr || !is_equal_in_constant_time(session->password, attach.password)) {
      return refusal(ErrorCode::session_expired);
    }
    if (attach.timeout_ms <= 0) return refusal(ErrorCode::bad_arguments);
    state_.sessions_.attach(id, txn_.submission.origin, attach.timeout_ms);
    return succeeded(SessionReply{id, attach.timeout_ms});
  }

  Outcome operator()(const CloseSession&) {
    const ErrorCode session = session_error();
    if (session != ErrorCode::ok) return refusal(session);
    return end_session();
  }

  Outcome operator()(const ExpireSession&) { return end_session(); }

  Outcome operator()(const SetSettings& set) {
    const EnsembleSettings& next = set.settings;
    if (!feature_level::may_follow(state_.settings_.feature_level, next.feature_level)) {
      return refusal(ErrorCode::unimplemented);
    }
    if (next != state_.settings_) {
      state_.settings_ = next;
      state_.settings_unsealed_ = true;
    }
    return succeeded(std::monostate{});
  }

 private:
  /// The server itself (connection 0) may write without a session, but not for one that is gone.
  [[nodiscard]] ErrorCode session_error() const {
    const Submission& submission = txn_.submission;
    const bool is_server = submission.origin.connection == ConnectionSerial{};
    if (is_server && submission.session == SessionId{}) return ErrorCode::ok;
    const Session* session = state_.sessions_.find(submission.session);
    if (session == nullptr) return ErrorCode::session_expired;
    if (!is_server && !is_same_connection(session->owner, submission.origin)) {
      return ErrorCode::session_moved;
    }
    return ErrorCode::ok;
  }

  template <class Operation>
  Outcome write(const Operation& operation) {
    const ErrorCode session = session_error();
    if (session != ErrorCode::ok) return refusal(session);
    return finish(writes_(operation));
  }

  Outcome finish(MultiResult result) {
    if (result.error != ErrorCode::ok) return refusal(result.error);
    return succeeded(body_of(std::move(result)));
  }

  Outcome succeeded(ReplyBody body) {
    state_.tree_.commit();
    return {ErrorCode::ok, std::move(body), std::move(writes_.changes())};
  }

  /// The last result is the culprit's. What the operations before it did never happened.
  Outcome failed(MultiReply reply, std::size_t ops) {
    state_.tree_.rollback();
    const ErrorCode culprit = reply.results.back().error;
    for (MultiResult& result : reply.results) result.body = std::monostate{};
    reply.results.resize(ops, MultiResult{ErrorCode::runtime_inconsistency, {}});
    return {culprit, std::move(reply), {}};
  }

  Outcome end_session() {
    const SessionId id = txn_.submission.session;
    if (state_.sessions_.find(id) == nullptr) return refusal(ErrorCode::session_expired);
    writes_.delete_ephemerals(id);
    state_.sessions_.close(id);
    return succeeded(std::monostate{});
  }

  State& state_;
  const Txn& txn_;
  Writes writes_;
};

Outcome State::apply(const Txn& txn) {
  check(txn.zxid > last_applied_, "txns are applied in zxid order");
  check(!is_loading_, "nothing is applied while an image is loaded");
  last_applied_ = txn.zxid;
  last_time_ms_ = txn.time_ms;
  Outcome outcome = std::visit(Execution(*this, txn), txn.submission.body);
  check(!tree_.has_uncommitted(), "a txn is committed or rolled back");
  return outcome;
}

}  // namespace quorate
