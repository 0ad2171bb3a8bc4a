// From an answer as it came to the type that the caller asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "client/outcome.h"

namespace quorate::client {

/// The body of kind `Kind`, or an error when the server answered something else.
template <class Kind>
[[nodiscard]] Result<Kind> body_of(Reply& reply) {
  if (Kind* body = std::get_if<Kind>(&reply.body)) return std::move(*body);
  return Error{ErrorCode::marshalling_error, "the server's answer is of another kind than asked"};
}

/// Takes `field` out of a body, if there is one.
template <class T, class Kind>
[[nodiscard]] Result<T> field_of(Reply& reply, T Kind::*field) {
  auto body = body_of<Kind>(reply);
  if (!body.ok()) return body.error();
  return std::move(body.value().*field);
}

/// Of an answer whose body says nothing.
[[nodiscard]] inline Status status_of(Outcome&& outcome) {
  if (outcome.error.code == ErrorCode::ok) return {};
  return std::move(outcome.error);
}

/// T is the body itself; Zxid for answers without one; or the one field of its body.
template <class T>
[[nodiscard]] Result<T> unpack(Outcome&& outcome) {
  if constexpr (std::is_same_v<T, std::optional<Stat>>) {
    if (outcome.error.code == ErrorCode::no_node) return T{};
  }
  if (outcome.error.code != ErrorCode::ok) return std::move(outcome.error);
  Reply& reply = outcome.reply;
  if constexpr (std::is_same_v<T, Zxid>) {
    return reply.zxid;
  } else if constexpr (std::is_same_v<T, Stat>) {
    return field_of(reply, &StatReply::stat);
  } else if constexpr (std::is_same_v<T, std::optional<Stat>>) {
    auto stat = field_of(reply, &StatReply::stat);
    if (!stat.ok()) return stat.error();
    return T(*stat);
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    return field_of(reply, &CountReply::count);
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    return field_of(reply, &PathsReply::paths);
  } else if constexpr (std::is_same_v<T, std::vector<Identity>>) {
    return field_of(reply, &IdentitiesReply::identities);
  } else {
    return body_of<T>(reply);
  }
}

}  // namespace quorate::client
