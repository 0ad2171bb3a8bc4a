// Handlers of the admin API: sessions, watches and the tree.
#include <string>
#include <utility>

#include "actors/console/api_act.h"
#include "actors/console/api_room.h"
#include "actors/console/ids_input.h"
#include "actors/console/session_view.h"
#include "actors/console/tree_input.h"
#include "actors/console/tree_view.h"
#include "actors/console/watch_view.h"

namespace quorate {
namespace {

Refusal no_answer() {
  return {504, "timeout", "the owner of the state did not answer in time",
          "if something was to be changed, nobody can say whether it was: look"};
}

/// Hands on the answer of one kind, or refuses the call.
template <class Answer, class Use>
void ask(ApiRoom& room, const ApiCallPtr& call, StateInquiry inquiry, Use use) {
  room.port.inquire(std::move(inquiry), [call, use](const StateAnswerPtr& answer) {
    if (answer == nullptr) return call->refuse(no_answer());
    if (const auto* error = std::get_if<Error>(&answer->body))
      return call->refuse(refusal_of(error->code, error->text));
    use(*answer, std::get<Answer>(answer->body));
  });
}

/// Likewise for what changes something: its outcome is noted.
template <class Answer, class Use>
void act_on(ApiRoom& room, const std::shared_ptr<ApiAct>& act, StateInquiry inquiry, Use use) {
  room.port.inquire(std::move(inquiry), [act, use](const StateAnswerPtr& answer) {
    if (answer == nullptr) return act->finish(ActOutcome::refused(no_answer()));
    if (const auto* error = std::get_if<Error>(&answer->body))
      return act->finish(ActOutcome::refused(refusal_of(error->code, error->text)));
    use(std::get<Answer>(answer->body));
  });
}

/// Nothing: the call has been refused.
std::optional<SessionId> asked_session(const ApiCallPtr& call) {
  const auto session = session_of(call->parameter("session"));
  if (!session) call->refuse(bad_request("a session is written as 0x1000abc"));
  return session;
}

std::optional<std::vector<Identity>> asked_identities(const ApiRoom& room, const ApiCallPtr& call) {
  const AdminRequestLine& request = call->request();
  auto identities =
      identities_of(request.identity, request.caller.from, room.context.config.super_digest);
  if (!identities) {
    call->refuse(refusal_of(identities.error().code, identities.error().text));
    return std::nullopt;
  }
  return *std::move(identities);
}

constexpr std::size_t path_bytes_max = 4096;

SessionsWanted::Sort session_sort(const std::string& word) {
  using Sort = SessionsWanted::Sort;
  if (word == "address") return Sort::address;
  if (word == "heard") return Sort::heard;
  if (word == "ephemerals") return Sort::ephemerals;
  if (word == "watches") return Sort::watches;
  if (word == "received") return Sort::received;
  if (word == "sent") return Sort::sent;
  return Sort::session;
}

/// Some tables have their own idea of what comes first.
std::optional<bool> asked_descending(const ApiCallPtr& call) {
  const std::string order = call->word("order", "default up down");
  if (order == "default") return std::nullopt;
  return order == "down";
}

}  // namespace

void answer_sessions(ApiRoom& room, const ApiCallPtr& call) {
  SessionsWanted wanted;
  wanted.sort =
      session_sort(call->word("sort", "session address heard ephemerals watches received sent"));
  wanted.is_descending = asked_descending(call);
  wanted.here_only = call->flag("here");
  wanted.search = call->text("search");
  wanted.offset = call->number("offset", 0);
  wanted.limit = call->limit();
  if (call->is_refused()) return;
  ask<SessionRows>(
      room, call, SessionsInquiry{},
      [&room, call, wanted](const StateAnswer& answer, const SessionRows&) {
        // Kept by the answer, which is copied as little as a hundred thousand sessions deserve.
        auto rows = std::make_shared<SessionRows>(std::get<SessionRows>(answer.body));
        room.port.connections([&room, call, wanted, rows](const ConnectionRowsPtr& connections) {
          static const ConnectionRows none;
          call->answer(
              sessions_view(*rows, connections ? *connections : none, wanted, room.now_ms()));
        });
      });
}

void answer_session(ApiRoom& room, const ApiCallPtr& call) {
  const auto session = asked_session(call);
  if (!session) return;
  ask<SessionAnswer>(room, call, SessionInquiry{*session},
                     [&room, call](const StateAnswer&, const SessionAnswer& answer) {
                       room.port.connections([call, answer](const ConnectionRowsPtr& connections) {
                         const ConnectionRow* row = nullptr;
                         if (connections)
                           row = find_connection(*connections, answer.row.connection);
                         call->answer(session_view(answer, row));
                       });
                     });
}

void close_session(ApiRoom& room, const ApiCallPtr& call) {
  const auto session = asked_session(call);
  if (!session) return;
  const std::string name = to_string(*session);
  const auto act = ApiAct::begin(room, call, {"session " + name, name, {}});
  if (act == nullptr) return;
  act_on<DoneAnswer>(room, act, EndSession{*session}, [act](const DoneAnswer&) {
    act->finish(ActOutcome::done("the session has ended, and its ephemeral nodes are gone"));
  });
}

void remove_watches(ApiRoom& room, const ApiCallPtr& call) {
  const auto session = asked_session(call);
  if (!session) return;
  const std::string name = to_string(*session);
  const auto act = ApiAct::begin(room, call, {"watches of session " + name, name, {}});
  if (act == nullptr) return;
  act_on<DoneAnswer>(room, act, ForgetWatches{*session}, [act](const DoneAnswer& done) {
    act->finish(ActOutcome::done(
        done.count == 1 ? "1 watch is gone" : std::to_string(done.count) + " watches are gone"));
  });
}

void answer_watches(ApiRoom& room, const ApiCallPtr& call) {
  WatchesInquiry inquiry;
  inquiry.by = call->word("by", "path session") == "path" ? WatchesInquiry::By::path
                                                          : WatchesInquiry::By::session;
  const bool by_name = call->word("sort", "watches name") == "name";
  inquiry.sort = by_name ? WatchesInquiry::Sort::name : WatchesInquiry::Sort::watches;
  inquiry.is_descending = asked_descending(call).value_or(!by_name);
  inquiry.search = call->text("search");
  inquiry.limit = call->limit();
  inquiry.offset = call->number("offset", 0, page_end_max - inquiry.limit);
  if (call->is_refused()) return;
  ask<WatchesAnswer>(
      room, call, inquiry, [&room, call, inquiry](const StateAnswer&, const WatchesAnswer& answer) {
        call->answer(watches_view(inquiry, answer, room.now_ms(), room.fired.per_s()));
      });
}

// --- The tree
// --------------------------------------------------------------------------------------

void answer_children(ApiRoom& room, const ApiCallPtr& call) {
  const std::string path = call->text("path", path_bytes_max);
  const std::string after = call->text("after", path_bytes_max);
  const std::size_t limit = call->limit();
  auto identities = asked_identities(room, call);
  if (!identities || call->is_refused()) return;
  ask<ChildrenAnswer>(room, call, ChildrenInquiry{path, after, limit, *std::move(identities)},
                      [call, path](const StateAnswer& answer, const ChildrenAnswer& children) {
                        call->answer(children_view(path, answer.applied, children));
                      });
}

void answer_node(ApiRoom& room, const ApiCallPtr& call) {
  const std::string path = call->text("path", path_bytes_max);
  auto identities = asked_identities(room, call);
  if (!identities || call->is_refused()) return;
  ask<NodeAnswer>(room, call, NodeInquiry{path, *std::move(identities)},
                  [call, path](const StateAnswer& answer, const NodeAnswer& node) {
                    call->answer(node_view(path, answer.applied, node));
                  });
}

void search_tree(ApiRoom& room, const ApiCallPtr& call) {
  const std::string text = call->text("text");
  std::string under = call->text("under", path_bytes_max);
  if (under.empty()) under.assign(1, '/');
  const std::size_t limit = call->limit();
  auto identities = asked_identities(room, call);
  if (!identities || call->is_refused()) return;
  if (text.empty()) return call->refuse(bad_request("text: what to look for"));
  ask<FoundAnswer>(room, call, SearchInquiry{text, under, limit, *std::move(identities)},
                   [call, text, under](const StateAnswer&, const FoundAnswer& found) {
                     call->answer(found_view(text, under, found));
                   });
}

void answer_biggest(ApiRoom& room, const ApiCallPtr& call) {
  const std::string path = call->text("path", path_bytes_max);
  const std::size_t limit = call->limit();
  auto identities = asked_identities(room, call);
  if (!identities || call->is_refused()) return;
  ask<BiggestAnswer>(room, call, BiggestInquiry{path, limit, *std::move(identities)},
                     [call, path](const StateAnswer&, const BiggestAnswer& biggest) {
                       call->answer(biggest_view(path, biggest));
                     });
}

namespace {

using Edit = decltype(EditTree::edit);

/// What the edit of a call is made of, after all of it was read.
void edit_tree(ApiRoom& room, const ApiCallPtr& call, const std::string& path,
               const std::string& confirm, Result<Edit> edit) {
  auto identities = asked_identities(room, call);
  if (!identities || call->is_refused()) return;
  if (!edit) return call->refuse(refusal_of(edit.error().code, edit.error().text));
  const auto act = ApiAct::begin(room, call, {path, confirm, {}});
  if (act == nullptr) return;
  act_on<EditAnswer>(room, act, EditTree{*std::move(edit), *std::move(identities)},
                     [act, path](const EditAnswer& answer) {
                       act->finish(ActOutcome::done("done with " + answer.path),
                                   changed_view(path, answer));
                     });
}

/// The version that was seen; -1 would overwrite whatever is there by now.
std::optional<std::int32_t> asked_version(const ApiCallPtr& call) {
  const auto version = call->body_number("version", 0, INT32_MAX);
  if (!version) {
    call->refuse(bad_request("version: the one that was seen, so that no newer one is lost"));
    return std::nullopt;
  }
  return static_cast<std::int32_t>(*version);
}

CreateMode mode_of(bool container, bool sequential, bool has_ttl) {
  if (container) return CreateMode::container;
  if (has_ttl) return sequential ? CreateMode::ttl_sequential : CreateMode::ttl;
  return sequential ? CreateMode::persistent_sequential : CreateMode::persistent;
}

Result<Edit> create_of(const ApiCallPtr& call, const std::string& path) {
  Create create;
  create.path = path;
  const bool container = call->body_flag("container").value_or(false);
  const bool sequential = call->body_flag("sequential").value_or(false);
  create.ttl_ms = call->body_number("ttl_ms", 0, INT64_MAX).value_or(0);
  create.mode = mode_of(container, sequential, create.ttl_ms != 0);
  const Json& body = call->body();
  auto data = data_of(body.contains("data") ? body["data"] : Json(""));
  if (!data) return data.error();
  create.data = *std::move(data);
  create.acl = {{perms::all, "world", "anyone"}};
  if (body.contains("acl")) {
    auto acl = acl_of(body["acl"]);
    if (!acl) return acl.error();
    create.acl = *std::move(acl);
  }
  return Edit(std::move(create));
}

}  // namespace

void create_node(ApiRoom& room, const ApiCallPtr& call) {
  const std::string path = call->text("path", path_bytes_max);
  edit_tree(room, call, path, {}, create_of(call, path));
}

void set_node(ApiRoom& room, const ApiCallPtr& call) {
  const std::string path = call->text("path", path_bytes_max);
  const auto version = asked_version(call);
  if (!version) return;
  auto data = call->body().contains("data")
                  ? data_of(call->body()["data"])
                  : Result<Blob>(Error{ErrorCode::bad_arguments, "data: what to write"});
  if (!data) return call->refuse(refusal_of(data.error().code, data.error().text));
  edit_tree(room, call, path, {}, Edit(SetData{path, *std::move(data), *version}));
}

void delete_node(ApiRoom& room, const ApiCallPtr& call) {
  const std::string path = call->text("path", path_bytes_max);
  const auto version = asked_version(call);
  if (!version) return;
  edit_tree(room, call, path, path, Edit(Delete{path, *version}));
}

void set_acl(ApiRoom& room, const ApiCallPtr& call) {
  const std::string path = call->text("path", path_bytes_max);
  const auto version = asked_version(call);
  if (!version) return;
  auto acl = acl_of(call->body().contains("acl") ? call->body()["acl"] : Json());
  if (!acl) return call->refuse(refusal_of(acl.error().code, acl.error().text));
  edit_tree(room, call, path, {}, Edit(SetAcl{path, *std::move(acl), *version}));
}

}  // namespace quorate
