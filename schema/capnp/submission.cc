#include "schema/capnp/submission.h"

#include <string>

#include "schema/capnp/fields.h"
#include "schema/capnp/record.h"
#include "schema/capnp/writes.h"

namespace quorate::capnp_codec {
namespace {

using capnp::sizeInWords;

/// Words of a body's struct and all it points to; members without a struct take none.
struct BodyWords {
  template <class Write>
  std::size_t operator()(const Write& write) const {
    return write_words<RecordSchema>(write);
  }
  std::size_t operator()(const RefusedWrite&) const { return 0; }
  std::size_t operator()(const CloseSession&) const { return 0; }
  std::size_t operator()(const ExpireSession&) const { return 0; }
  std::size_t operator()(const CreateSession& create) const { return terms(create); }
  std::size_t operator()(const AttachSession& attach) const { return terms(attach); }
  std::size_t operator()(const Reap& reap) const {
    return sizeInWords<record::Reap>() + text_words(reap.path);
  }
  std::size_t operator()(const SetSettings&) const { return sizeInWords<record::Settings>(); }

 private:
  template <class Terms>
  static std::size_t terms(const Terms& terms) {
    return sizeInWords<record::SessionTerms>() + data_words(terms.password.size());
  }
};

template <class Terms>
void fill_terms(record::SessionTerms::Builder out, const Terms& terms) {
  out.setTimeoutMs(terms.timeout_ms);
  out.setPassword(to_data(terms.password));
}

struct BodyWriter {
  record::Txn::Builder out;

  void operator()(const RefusedWrite& refused) { out.setRefused(wire_number(refused.error)); }
  void operator()(const Create& create) { fill_write(out.initCreate(), create); }
  void operator()(const Delete& remove) { fill_write(out.initDelete(), remove); }
  void operator()(const DeleteTree& remove) { fill_write(out.initDeleteTree(), remove); }
  void operator()(const SetData& set) { fill_write(out.initSetData(), set); }
  void operator()(const SetAcl& set) { fill_write(out.initSetAcl(), set); }
  void operator()(const Multi& multi) { fill_write(out.initMulti(), multi); }
  void operator()(const CreateSession& create) { fill_terms(out.initCreateSession(), create); }
  void operator()(const AttachSession& attach) { fill_terms(out.initAttachSession(), attach); }
  void operator()(const CloseSession&) { out.setCloseSession(); }
  void operator()(const ExpireSession&) { out.setExpireSession(); }
  void operator()(const Reap& reap) {
    auto to = out.initReap();
    if (!reap.path.empty()) to.setPath(to_text(reap.path));
  }
  void operator()(const SetSettings& set) { fill_settings(out.initSetSettings(), set.settings); }
};

/// A record that says what this version can't: never skipped, never guessed at.
Status later(const char* what) {
  return {ErrorCode::unimplemented, std::string(what) + " that this version does not know"};
}

Status read_multi(record::Multi::Reader in, Multi& out) {
  for (const auto op : in.getOps()) {
    switch (read_op<RecordSchema>(op, out.ops.emplace_back())) {
      case ErrorCode::ok:
        break;
      case ErrorCode::marshalling_error:
        return {ErrorCode::damaged, "an operation of a multi is unset"};
      default:
        return later("an operation of a multi");
    }
  }
  return {};
}

template <class Terms>
Status read_terms(record::SessionTerms::Reader in, Terms& out) {
  out.timeout_ms = in.getTimeoutMs();
  if (!take(in.getPassword(), out.password)) {
    return {ErrorCode::damaged, "a password hash that is not 32 bytes"};
  }
  return {};
}

template <class Reader, class Write>
Status read_single(Reader in, Write& out) {
  if (read_write(in, out) != ErrorCode::ok) return later("a mode of create");
  return {};
}

Status read_body(record::Txn::Reader in, TxnBody& out) {
  switch (in.which()) {
    case record::Txn::SET_DATA:
      return read_single(in.getSetData(), out.emplace<SetData>());
    case record::Txn::CREATE:
      return read_single(in.getCreate(), out.emplace<Create>());
    case record::Txn::DELETE:
      return read_single(in.getDelete(), out.emplace<Delete>());
    case record::Txn::MULTI:
      return read_multi(in.getMulti(), out.emplace<Multi>());
    case record::Txn::DELETE_TREE:
      return read_single(in.getDeleteTree(), out.emplace<DeleteTree>());
    case record::Txn::SET_ACL:
      return read_single(in.getSetAcl(), out.emplace<SetAcl>());
    case record::Txn::CREATE_SESSION:
      return read_terms(in.getCreateSession(), out.emplace<CreateSession>());
    case record::Txn::ATTACH_SESSION:
      return read_terms(in.getAttachSession(), out.emplace<AttachSession>());
    case record::Txn::CLOSE_SESSION:
      out.emplace<CloseSession>();
      return {};
    case record::Txn::EXPIRE_SESSION:
      out.emplace<ExpireSession>();
      return {};
    case record::Txn::REFUSED:
      out.emplace<RefusedWrite>().error = error_code_of(in.getRefused());
      return {};
    case record::Txn::REAP:
      take(in.getReap().getPath(), out.emplace<Reap>().path);
      return {};
    case record::Txn::SET_SETTINGS:
      read_settings(in.getSetSettings(), out.emplace<SetSettings>().settings);
      return {};
    case record::Txn::UNSET:
      return {ErrorCode::damaged, "a txn without a body"};
    default:
      return later("a kind of txn");
  }
}

}  // namespace

std::size_t submission_words(const Submission& submission) {
  std::size_t sum = list_words<record::Identity>(submission.identities.size()) +
                    std::visit(BodyWords{}, submission.body);
  for (const Identity& identity : submission.identities) {
    sum += text_words(identity.scheme) + text_words(identity.id);
  }
  return sum;
}

void fill_submission(record::Txn::Builder out, const Submission& submission) {
  out.setSession(submission.session.value);
  out.setServer(submission.origin.server.value);
  out.setIncarnation(submission.origin.incarnation.value);
  out.setConnection(submission.origin.connection.value);
  out.setSequence(submission.origin.sequence);
  if (!submission.identities.empty()) {
    auto identities = out.initIdentities(static_cast<unsigned>(submission.identities.size()));
    for (unsigned i = 0; i < submission.identities.size(); ++i) {
      const Identity& identity = submission.identities[i];
      if (!identity.scheme.empty()) identities[i].setScheme(to_text(identity.scheme));
      if (!identity.id.empty()) identities[i].setId(to_text(identity.id));
    }
  }
  std::visit(BodyWriter{out}, submission.body);
}

Status read_submission(record::Txn::Reader in, Submission& out) {
  out.session = SessionId{in.getSession()};
  out.origin = {ServerId{in.getServer()}, Incarnation{in.getIncarnation()},
                ConnectionSerial{in.getConnection()}, in.getSequence()};
  const auto identities = in.getIdentities();
  out.identities.reserve(identities.size());
  for (const auto identity : identities) {
    Identity& added = out.identities.emplace_back();
    take(identity.getScheme(), added.scheme);
    take(identity.getId(), added.id);
  }
  return read_body(in, out.body);
}

}  // namespace quorate::capnp_codec
