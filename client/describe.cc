#include "client/describe.h"

#include <array>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace quorate::client {
namespace {

/// In the order of Operation's alternatives.
constexpr std::array verbs = {
    "refused",    "ping",       "get",          "exists",       "getChildren",
    "set",        "create",     "delete",       "multi",        "list",
    "getAcl",     "setAcl",     "multiRead",    "count",        "getEphemerals",
    "sync",       "deleteTree", "addWatch",     "checkWatches", "removeWatches",
    "setWatches", "whoAmI",     "authenticate", "reconfig",     "closeSession"};
static_assert(verbs.size() == std::variant_size_v<Operation>, "one verb per operation");

template <class Op>
std::string_view path_of(const Op& op) {
  if constexpr (requires { op.path; }) return op.path;
  if constexpr (requires { op.prefix; }) return op.prefix;
  if constexpr (std::is_same_v<Op, Authenticate>) return op.scheme;  // Never the credentials.
  return {};
}

std::string_view verb_of(const MultiOp& op) {
  if (std::holds_alternative<Create>(op)) return "create";
  if (std::holds_alternative<Delete>(op)) return "delete";
  if (std::holds_alternative<SetData>(op)) return "set";
  if (std::holds_alternative<Check>(op)) return "check";
  return "refused";
}

/// "operation 2 of 3, set /a: the version is another one; nothing was changed".
std::string explain_multi(const Multi& multi, const MultiReply& reply) {
  for (std::size_t i = 0; i < reply.results.size() && i < multi.ops.size(); ++i) {
    const ErrorCode code = reply.results[i].error;
    if (code == ErrorCode::ok || code == ErrorCode::runtime_inconsistency) continue;
    const MultiOp& op = multi.ops[i];
    const std::string_view path = std::visit([](const auto& part) { return path_of(part); }, op);
    return "operation " + std::to_string(i + 1) + " of " + std::to_string(multi.ops.size()) + ", " +
           std::string(verb_of(op)) + " " + std::string(path) + ": " + explain(code) +
           "; nothing was changed";
  }
  return {};
}

template <class Op>
std::size_t size_of_one(const Op& op) {
  std::size_t bytes = path_of(op).size();
  if constexpr (requires { op.data.bytes(); }) bytes += op.data.size();
  if constexpr (requires { op.acl; }) {
    for (const AclEntry& entry : op.acl) bytes += 32 + entry.scheme.size() + entry.id.size();
  }
  if constexpr (requires { op.start_after; }) bytes += op.start_after.size();
  if constexpr (std::is_same_v<Op, Authenticate>) bytes += op.credentials.size();
  if constexpr (requires { op.ops; }) {
    for (const auto& part : op.ops) {
      bytes += 64 + std::visit([](const auto& inner) { return size_of_one(inner); }, part);
    }
  }
  return bytes;
}

/// Those that need more words than their name.
constexpr std::pair<ErrorCode, const char*> explanations[] = {
    {ErrorCode::ok, "done"},
    {ErrorCode::connection_loss, "the connection broke"},
    {ErrorCode::marshalling_error, "the server could not read the request"},
    {ErrorCode::unimplemented, "the server does not offer this operation"},
    {ErrorCode::operation_timeout, "no answer in time"},
    {ErrorCode::bad_arguments, "a path, version, flag or other argument is invalid"},
    {ErrorCode::no_node, "the node does not exist"},
    {ErrorCode::no_auth, "the node's ACL does not permit it"},
    {ErrorCode::bad_version, "the node has another version"},
    {ErrorCode::no_children_for_ephemerals, "an ephemeral node has no children"},
    {ErrorCode::node_exists, "the node exists already"},
    {ErrorCode::not_empty, "the node has children"},
    {ErrorCode::session_expired, "the session has ended"},
    {ErrorCode::invalid_acl, "the ACL is invalid"},
    {ErrorCode::auth_failed, "the identity was refused"},
    {ErrorCode::session_moved, "another connection owns the session now"},
    {ErrorCode::not_read_only, "the server is read-only"},
    {ErrorCode::ephemeral_on_local_session,
     "the session is known to one server alone (a local session), and owns no nodes"},
    {ErrorCode::no_watcher, "there is no such watch"},
    {ErrorCode::reconfig_disabled, "membership cannot be changed"},
    {ErrorCode::session_closed_require_auth, "the server demands authentication"},
    {ErrorCode::quota_exceeded, "a quota would be exceeded"},
    {ErrorCode::throttled, "it waited too long and was not executed"},
    {ErrorCode::too_many_nodes, "there are more nodes than the limit allows"},
    {ErrorCode::reply_too_large, "the answer does not fit into a frame"},
    {ErrorCode::request_too_large, "the request does not fit into a frame"},
    {ErrorCode::not_serving, "the server does not serve at the moment"},
    {ErrorCode::server_behind, "the server is behind what this client has seen"},
};

}  // namespace

std::string describe(const Operation& operation) {
  std::string text = verbs[operation.index()];
  const std::string_view path = std::visit([](const auto& op) { return path_of(op); }, operation);
  if (!path.empty()) text.append(" ").append(path);
  return text;
}

std::string explain(ErrorCode code) {
  for (const auto& [explained, text] : explanations)
    if (explained == code) return text;
  return std::string(to_string(code));
}

std::string explain(const Operation& operation, const Reply& reply) {
  const auto* multi = std::get_if<Multi>(&operation);
  const auto* results = std::get_if<MultiReply>(&reply.body);
  if (multi != nullptr && results != nullptr) {
    std::string text = explain_multi(*multi, *results);
    if (!text.empty()) return text;
  }
  return describe(operation) + ": " + explain(reply.error);
}

std::size_t bytes_of(const Operation& operation) {
  return 64 + std::visit([](const auto& op) { return size_of_one(op); }, operation);
}

}  // namespace quorate::client
