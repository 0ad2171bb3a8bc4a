#include "schema/jute/operation_table.h"

#include <array>
#include <cstddef>
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "schema/jute/records.h"

namespace quorate::jute {
namespace {

template <class Asked, const auto& record>
void read_as(Reader& in, Operation& out) {
  read(in, record, out.emplace<Asked>());
}

template <class Asked, const auto& record>
void write_as(Writer& out, const Operation& in) {
  const auto* asked = std::get_if<Asked>(&in);
  check(asked != nullptr, "a request is written as what it is");
  write(out, record, *asked);
}

template <class Body, const auto& record>
void read_body(Reader& in, ReplyBody& out) {
  read(in, record, out.emplace<Body>());
}

template <class Body, const auto& record>
void write_body(Writer& out, const ReplyBody& in) {
  const auto* body = std::get_if<Body>(&in);
  check(body != nullptr, "a reply has the body that its request asks for");
  write(out, record, *body);
}

/// A request that is answered with what `reply` describes, or, usually, with nothing.
template <class Asked, const auto& request, class Body = std::monostate,
          const auto& reply = nothing>
constexpr OperationRow row() {
  return {read_as<Asked, request>, write_as<Asked, request>, read_body<Body, reply>,
          write_body<Body, reply>};
}

// --- What is not just a record
// --------------------------------------------------------------------

/// Only its own type creates a container, whatever the flags; with others the flag means a node
/// like all.
void read_create(Reader& in, Operation& out) {
  auto& asked = out.emplace<Create>();
  read(in, create, asked);
  if (asked.mode == CreateMode::container) asked.mode = CreateMode::persistent;
}

void read_create_container(Reader& in, Operation& out) {
  auto& asked = out.emplace<Create>();
  read(in, create, asked);
  asked.mode = CreateMode::container;
}

constexpr OperationRow create_row(void (*read_request)(Reader&, Operation&)) {
  OperationRow made = row<Create, create, CreateReply, create2_reply>();
  made.read_request = read_request;
  return made;
}

constexpr OperationRow plain_create_row() {
  OperationRow made = create_row(read_create);
  made.read_reply = read_body<CreateReply, create_reply>;
  made.write_reply = write_body<CreateReply, create_reply>;
  return made;
}

void read_auth(Reader& in, Operation& out) {
  AuthPacket packet;
  read(in, auth_packet, packet);
  out = Authenticate{std::move(packet.scheme), std::move(packet.credentials)};
}

void write_auth(Writer& out, const Operation& in) {
  const auto& asked = std::get<Authenticate>(in);
  write(out, auth_packet, AuthPacket{0, asked.scheme, asked.credentials});
}

constexpr OperationRow auth_row() {
  OperationRow made = row<Authenticate, nothing>();
  made.read_request = read_auth;
  made.write_request = write_auth;
  return made;
}

/// Only clients with a login of their own ask, and would wait for ever for a token: nobody can be
/// let in that way.
void read_sasl(Reader&, Operation& out) { out = Refused{ErrorCode::auth_failed}; }

constexpr OperationRow sasl_row() {
  OperationRow made = row<Refused, nothing>();
  made.read_request = read_sasl;
  return made;
}

/// Its reply says twice that all is well.
void read_add_watch_reply(Reader& in, ReplyBody&) {
  std::int32_t error = 0;
  read(in, error);
}
void write_add_watch_reply(Writer& out, const ReplyBody&) { write(out, std::int32_t{0}); }

constexpr OperationRow add_watch_row() {
  OperationRow made = row<AddWatch, add_watch>();
  made.read_reply = read_add_watch_reply;
  made.write_reply = write_add_watch_reply;
  return made;
}

// --- The table
// ------------------------------------------------------------------------------------

struct NumberedRow {
  Opcode opcode;
  OperationRow row;
};

constexpr NumberedRow table[] = {
    {Opcode::create, plain_create_row()},
    {Opcode::create2, create_row(read_create)},
    {Opcode::create_container, create_row(read_create_container)},
    {Opcode::create_ttl, row<Create, create_ttl, CreateReply, create2_reply>()},
    {Opcode::remove, row<Delete, remove>()},
    {Opcode::exists, row<Exists, exists, StatReply, stat_reply>()},
    {Opcode::get_data, row<GetData, get_data, DataReply, data_reply>()},
    {Opcode::set_data, row<SetData, set_data, StatReply, stat_reply>()},
    {Opcode::get_acl, row<GetAcl, get_acl, AclReply, acl_reply>()},
    {Opcode::set_acl, row<SetAcl, set_acl, StatReply, stat_reply>()},
    {Opcode::get_children, row<GetChildren, get_children, ChildrenReply, children_reply>()},
    {Opcode::get_children2, row<GetChildren, get_children, ChildrenReply, children2_reply>()},
    {Opcode::sync, row<Sync, sync, PathReply, path_reply>()},
    {Opcode::ping, row<Ping, nothing>()},
    {Opcode::reconfig, row<Reconfig, nothing>()},
    {Opcode::check_watches, row<CheckWatches, check_watches>()},
    {Opcode::remove_watches, row<RemoveWatches, remove_watches>()},
    {Opcode::auth, auth_row()},
    {Opcode::set_watches, row<SetWatches, set_watches>()},
    {Opcode::set_watches2, row<SetWatches, set_watches2>()},
    {Opcode::sasl, sasl_row()},
    {Opcode::get_ephemerals, row<GetEphemerals, get_ephemerals, PathsReply, paths_reply>()},
    {Opcode::get_all_children_number,
     row<CountDescendants, get_all_children_number, CountReply, count_reply>()},
    {Opcode::add_watch, add_watch_row()},
    {Opcode::who_am_i, row<WhoAmI, nothing, IdentitiesReply, identities_reply>()},
    {Opcode::close_session, row<CloseSession, nothing>()},
};

constexpr std::int32_t opcode_min = static_cast<std::int32_t>(Opcode::close_session);
constexpr std::int32_t opcode_max = static_cast<std::int32_t>(Opcode::who_am_i);

/// Rows by number, so that finding one costs an index.
constexpr auto rows_by_number = [] {
  std::array<const OperationRow*, opcode_max - opcode_min + 1> rows{};
  for (const NumberedRow& numbered : table) {
    rows[static_cast<std::size_t>(static_cast<std::int32_t>(numbered.opcode) - opcode_min)] =
        &numbered.row;
  }
  return rows;
}();

}  // namespace

const OperationRow* row_of(Opcode opcode) {
  const auto number = static_cast<std::int32_t>(opcode);
  if (number < opcode_min || number > opcode_max) return nullptr;
  return rows_by_number[static_cast<std::size_t>(number - opcode_min)];
}

}  // namespace quorate::jute
