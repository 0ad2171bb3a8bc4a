#include "core/commit/local_requests.h"

#include <utility>
#include <variant>

#include "core/tree/path.h"
#include "core/tree/tree.h"

namespace quorate {

template <class Body>
bool LocalRequest::answer(Result<Body> result) {
  if (!result.ok()) {
    refuse(result.code());
    return false;
  }
  reply_.body.emplace<Body>(std::move(result).value());
  return true;
}

bool LocalRequest::has_room(std::string_view path, WatcherType type) const {
  const bool fits =
      watches_.count_of(asker_.connection) < limits_.watches_max &&
      watches_.path_bytes_of(asker_.connection) + path.size() <= limits_.watch_path_bytes_max;
  return fits || watches_.contains(asker_.connection, path, type);
}

void LocalRequest::show_members_of(std::string_view path) {
  if (path != reserved::config) return;
  auto* data = std::get_if<DataReply>(&reply_.body);
  auto* exists = std::get_if<StatReply>(&reply_.body);
  Stat* const stat = data != nullptr ? &data->stat : exists != nullptr ? &exists->stat : nullptr;
  if (stat == nullptr || stat->data_length != 0) return;
  if (stat->aversion == 0) stat->aversion = -1;
  if (members_.empty()) {
    stat->version = 0;
    return;
  }
  stat->version = -1;
  stat->data_length = static_cast<std::uint32_t>(members_.size());
  if (data != nullptr) data->data = members_;
}

void LocalRequest::operator()(const Refused& refused) {
  refuse(refused.error == ErrorCode::ok ? ErrorCode::marshalling_error : refused.error);
}

void LocalRequest::operator()(const GetData& get) {
  if (get.watch && !has_room(get.path, WatcherType::data)) return refuse(ErrorCode::quota_exceeded);
  const bool found = answer(state_.get_data(get.path, asker_.identities));
  if (found && get.watch) watches_.add_data(asker_.connection, get.path);
  show_members_of(get.path);
}

void LocalRequest::operator()(const Exists& exists) {
  if (!exists.watch) {
    answer(state_.exists(exists.path, asker_.identities));
    return show_members_of(exists.path);
  }
  if (!has_room(exists.path, WatcherType::data)) return refuse(ErrorCode::quota_exceeded);
  answer(state_.exists(exists.path, asker_.identities));
  if (reply_.error == ErrorCode::no_node && !path::validate(exists.path).ok()) {
    return refuse(ErrorCode::bad_arguments);
  }
  if (reply_.error == ErrorCode::ok || reply_.error == ErrorCode::no_node) {
    watches_.add_data(asker_.connection, exists.path);
  }
  show_members_of(exists.path);
}

void LocalRequest::operator()(const GetChildren& get) {
  if (get.watch && !has_room(get.path, WatcherType::children)) {
    return refuse(ErrorCode::quota_exceeded);
  }
  const bool found =
      answer(state_.get_children(get.path, asker_.identities, limits_.reply_bytes_max));
  if (found && get.watch) watches_.add_child(asker_.connection, get.path);
}

void LocalRequest::operator()(const ListChildren& list) {
  if (list.watch && !has_room(list.path, WatcherType::children)) {
    return refuse(ErrorCode::quota_exceeded);
  }
  const bool found = answer(state_.list_children(list, asker_.identities, limits_.reply_bytes_max));
  if (found && list.watch) watches_.add_child(asker_.connection, list.path);
}

void LocalRequest::operator()(const GetAcl& get) {
  answer(state_.get_acl(get.path, asker_.identities));
}

void LocalRequest::operator()(const MultiRead& reads) {
  answer(state_.multi_read(reads, asker_.identities, limits_.reply_bytes_max));
}

void LocalRequest::operator()(const CountDescendants& count) {
  answer(state_.count_descendants(count.path, asker_.identities));
}

void LocalRequest::operator()(const GetEphemerals& get) {
  answer(state_.get_ephemerals(asker_.session, get.prefix, limits_.reply_bytes_max));
}

void LocalRequest::operator()(const AddWatch& add) {
  if (!path::validate(add.path).ok()) return refuse(ErrorCode::bad_arguments);
  const auto type = add.mode == WatchMode::persistent ? WatcherType::persistent
                                                      : WatcherType::persistent_recursive;
  if (!has_room(add.path, type)) return refuse(ErrorCode::quota_exceeded);
  watches_.add(asker_.connection, add.path, add.mode);
}

void LocalRequest::operator()(const CheckWatches& wanted) {
  if (!watches_.contains(asker_.connection, wanted.path, wanted.type)) {
    refuse(ErrorCode::no_watcher);
  }
}

void LocalRequest::operator()(const RemoveWatches& remove) {
  if (!watches_.remove(asker_.connection, remove.path, remove.type)) {
    refuse(ErrorCode::no_watcher);
  }
}

void LocalRequest::operator()(const WhoAmI&) {
  auto& body = reply_.body.emplace<IdentitiesReply>();
  for (const Identity& identity : asker_.identities) {
    // What follows the user of a digest is as good as a password.
    const std::size_t end = identity.scheme == "digest" ? identity.id.find(':') : std::string::npos;
    body.identities.push_back({identity.scheme, identity.id.substr(0, end)});
  }
}

void LocalRequest::operator()(const Reconfig&) { refuse(ErrorCode::reconfig_disabled); }

}  // namespace quorate
