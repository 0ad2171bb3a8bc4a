#include "actors/connection_actor.h"

#include <string>
#include <utility>

#include "actors/credentials.h"
#include "actors/four_letter_words/answers.h"
#include "actors/four_letter_words/configuration_text.h"
#include "actors/four_letter_words/server_texts.h"
#include "actors/inspection.h"
#include "actors/server_context.h"
#include "actors/tls/tls_credentials.h"

namespace quorate {

// Ten thousand of these are idle: with a control block each, they are to fit the allocator's step
// of 1792 bytes. The next one is 256 bytes larger.
static_assert(sizeof(ConnectionActor) + CAF_CACHE_LINE_SIZE <= 1792);

ConnectionActor::ConnectionActor(caf::actor_config& config, caf::io::connection_handle handle,
                                 std::shared_ptr<ConnectionShared> shared,
                                 std::shared_ptr<ConnectionRecord> record, const Peers& peers)
    : BrokerActor(config), handle_(handle), shared_(std::move(shared)), record_(std::move(record)) {
  state.commit = peers.commit;
  state.proposal = peers.proposal;
}

ConnectionActor::behavior_type ConnectionActor::make_behavior() {
  ServerContext& context = shared_->context;
  link_.emplace(*this, handle_);
  link_->set_output_limit(context.connection_limits.output_bytes_max);
  link_->notify_below(context.connection_limits.output_low_bytes());
  if (context.tls != nullptr) tls_ = std::make_unique<TlsLink>(*link_, context.tls->context());
  ByteLink& link = tls_ ? static_cast<ByteLink&>(*tls_) : *link_;
  logic_.emplace(record_->serial, context.config.server_id, context.connection_limits,
                 context.config.super_digest, link, static_cast<ConnectionHost&>(*this),
                 shared_->events, shared_->outstanding, context.counters, record_->spoken);
  record_->logic = &*logic_;
  send(state.commit, open_a::value,
       ConnectionOpened{record_->serial, caf::actor_cast<Connection>(this)});
  link_->start();
  return {
      [this](deliver_a, const std::shared_ptr<const ConnectionStream>& stream) {
        logic_->on_deliveries(stream->deliveries, stream->wants_word);
        record_->session = logic_->session();
        end_if_closed();
      },
      [this](dismiss_a, const Dismissal& dismissal) {
        dismiss(dismissal);
        end_if_closed();
      },
      [this](const caf::io::new_data_msg& data) {
        on_data(data.buf);
        end_if_closed();
      },
      [this](const caf::io::data_transferred_msg&) {
        logic_->on_drained();
        end_if_closed();
      },
      [this](const caf::io::connection_closed_msg&) {
        if (!logic_->is_closed()) shared_->context.counters.closed_by_client.add();
        quit();
      },
  };
}

void ConnectionActor::dismiss(const Dismissal& dismissal) {
  if (dismissal.at_once) return logic_->dismiss(dismissal.reason, dismissal.text);
  logic_->dismiss_when_answered(dismissal.reason, dismissal.text);
  if (logic_->is_closed()) return;
  delayed_send(this, shared_->context.connection_limits.leaving_max, dismiss_a::value,
               Dismissal{dismissal.reason, dismissal.text, true});
}

bool ConnectionActor::cleanup(caf::error&& reason, caf::execution_unit* host) {
  record_->logic = nullptr;
  return BrokerActor::cleanup(std::move(reason), host);
}

void ConnectionActor::describe(StateDump& dump) const {
  const ConnectionReport report = logic_->report();
  dump.add("serial", record_->serial.value);
  dump.add("address", report.address + ":" + std::to_string(report.port));
  dump.add("tls", record_->is_tls);
  dump.add("greeted", logic_->is_greeted());
  if (report.session != SessionId{}) dump.add("session", to_string(report.session));
  dump.add("timeout_ms", report.timeout_ms);
  dump.add("reads", report.reads);
  dump.add("unanswered", report.unanswered);
  dump.add("received", report.traffic.received);
  dump.add("sent", report.traffic.sent);
  dump.add("latency_max_ms", report.traffic.latency_max_ms);
  dump.set_link(link_->counts());
}

void ConnectionActor::on_data(std::span<const char> bytes) {
  if (!tls_) return logic_->on_bytes(bytes);
  const bool goes_on =
      tls_->on_bytes(bytes, [this](std::span<const char> plain) { on_plain(plain); });
  if (!goes_on) logic_->dismiss(ErrorCode::marshalling_error, "the rules of TLS were broken");
}

void ConnectionActor::on_plain(std::span<const char> bytes) {
  if (!std::exchange(is_identified_, true)) {
    record_->is_tls = !tls_->is_plain();
    const bool refused =
        shared_->context.config.tls_required && tls_->is_plain() && !is_loopback(tls_->remote());
    if (refused) {
      return logic_->dismiss(ErrorCode::session_closed_require_auth, "this server wants TLS");
    }
    if (std::string subject = tls_->subject(); !subject.empty()) {
      logic_->on_identity({"x509", std::move(subject)});
    }
  }
  logic_->on_bytes(bytes);
}

void ConnectionActor::hand_on(Handshake handshake) {
  send(state.commit, greet_a::value, std::make_shared<Handshake>(std::move(handshake)));
}

void ConnectionActor::hand_on(RequestBatch batch) {
  send(state.commit, request_a::value, std::make_shared<RequestBatch>(std::move(batch)));
}

void ConnectionActor::tell_drained() { send(state.commit, drained_a::value, record_->serial); }

Inspection ConnectionActor::inspect() {
  const ServerContext& context = shared_->context;
  return inspection_of(context.config, context.board.read(),
                       context.clock.read().monotonic - shared_->since, shared_->open - 1);
}

void ConnectionActor::transfer_leadership(std::optional<ServerId> to) {
  const auto answered = [this](const Result<ServerId>& successor) {
    logic_->on_leadership(successor);
    end_if_closed();
  };
  request(state.proposal, caf::infinite, hand_over_a::value, HandOverWanted{to})
      .then(
          [answered](const HandOverAnswer& answer) {
            if (answer.code == ErrorCode::ok) return answered(answer.successor);
            answered(Error{answer.code, answer.text});
          },
          [answered](const caf::error&) {
            answered(Error{ErrorCode::not_serving, "this server stops; try another server"});
          });
}

void ConnectionActor::tell(const AskedWord& asked) {
  if (const auto text = answer_at_once(*shared_, asked)) return logic_->on_words(*text);
  const bool is_about_files =
      asked.word == FourLetterWord::conf || asked.word == FourLetterWord::dirs;
  return is_about_files ? ask_for_sizes(asked.word) : ask_for_state(asked.word);
}

void ConnectionActor::ask_for_sizes(FourLetterWord word) {
  const auto answer = [this, word](const std::optional<DirectorySizes>& sizes) {
    if (word == FourLetterWord::conf) {
      logic_->on_words(conf_text(shared_->context.config, sizes));
    } else {
      logic_->on_words(sizes ? dirs_text(*sizes) : std::string(not_serving_text));
    }
    end_if_closed();
  };
  if (!shared_->peers) return answer(std::nullopt);
  request(shared_->peers->snapshotter, caf::infinite, measure_a::value)
      .then([answer](const DirectorySizes& sizes) { answer(sizes); },
            [answer](const caf::error&) { answer(std::nullopt); });
}

void ConnectionActor::ask_for_state(FourLetterWord word) {
  request(state.commit, caf::infinite, tell_a::value, StateWord{word})
      .then(
          [this, word](const StateWordAnswer& answer) {
            const bool lists_connections = word == FourLetterWord::dump;
            logic_->on_words(lists_connections ? answer.text + connections_dump(*shared_)
                                               : answer.text);
            end_if_closed();
          },
          [this](const caf::error&) {
            logic_->on_words(not_serving_text);
            end_if_closed();
          });
}

void ConnectionActor::look_at(const AnsweredRequest& request) {
  ServerContext& context = shared_->context;
  context.slow_requests.add(request, context.stages, context.clock.read().wall_ms);
}

std::chrono::microseconds ConnectionActor::now() const { return shared_->context.clock.fine(); }

SessionId ConnectionActor::new_session_id() {
  // Server, incarnation and a count make an id that was never used: the incarnation is durable
  // and grows with each start. ZooKeeper's ids come from a clock and can repeat.
  const ServerContext& context = shared_->context;
  const std::uint64_t server = context.config.server_id.value & 0xffU;
  const std::uint64_t incarnation = context.incarnation.value & 0xff'ffffU;
  return SessionId{
      static_cast<std::int64_t>(server << 56 | incarnation << 32 | ++shared_->sessions_made)};
}

SessionPassword ConnectionActor::new_password() {
  return shared_->context.entropy.session_password();
}

void ConnectionActor::end_if_closed() {
  if (logic_->is_closed()) quit();
}

}  // namespace quorate
