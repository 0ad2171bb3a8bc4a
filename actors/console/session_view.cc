#include "actors/console/session_view.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <utility>
#include <vector>

#include "actors/console/watch_view.h"

namespace quorate {
namespace {

using Sort = SessionsWanted::Sort;

struct Joined {
  const SessionRow* row = nullptr;
  const ConnectionRow* connection = nullptr;
  std::uint64_t number = 0;  ///< That is sorted by, where it is one.
};

std::string address_of(const ConnectionRow& connection) {
  const bool is_ipv6 = connection.address.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + connection.address + "]" : connection.address;
  return host + ":" + std::to_string(connection.port);
}

/// Without what is as good as a password.
std::string shown(const Identity& identity) {
  const std::size_t end = identity.scheme == "digest" ? identity.id.find(':') : std::string::npos;
  return identity.scheme + ":" + identity.id.substr(0, end);
}

bool is_about_connections(Sort sort) {
  return sort == Sort::address || sort == Sort::heard || sort == Sort::received ||
         sort == Sort::sent;
}

bool contains(const Joined& joined, const std::string& text) {
  if (text.empty() || to_string(joined.row->session).find(text) != std::string::npos) return true;
  if (joined.connection == nullptr) return false;
  if (address_of(*joined.connection).find(text) != std::string::npos) return true;
  const auto& identities = joined.connection->identities;
  return identities != nullptr &&
         std::any_of(identities->begin(), identities->end(), [&](const Identity& identity) {
           return shown(identity).find(text) != std::string::npos;
         });
}

std::uint64_t number_of(const Joined& joined, Sort sort) {
  const ConnectionRow* connection = joined.connection;
  switch (sort) {
    case Sort::session:
    case Sort::address:
      return 0;
    case Sort::ephemerals:
      return joined.row->ephemerals;
    case Sort::watches:
      return joined.row->watches;
    case Sort::heard: {
      constexpr std::uint64_t never = std::numeric_limits<std::int64_t>::max();
      const bool is_known = connection != nullptr && connection->heard_ms_ago.has_value();
      return is_known ? static_cast<std::uint64_t>(*connection->heard_ms_ago) : never;
    }
    case Sort::received:
      return connection == nullptr ? 0 : connection->received;
    case Sort::sent:
      return connection == nullptr ? 0 : connection->sent;
  }
  return 0;
}

class Before {
 public:
  explicit Before(const SessionsWanted& wanted)
      : sort_(wanted.sort),
        is_descending_(wanted.is_descending.value_or(
            sort_ != Sort::session && sort_ != Sort::address && sort_ != Sort::heard)) {}

  bool operator()(const Joined& a, const Joined& b) const {
    if (is_about_connections(sort_) && (a.connection == nullptr) != (b.connection == nullptr))
      return a.connection != nullptr;
    const int order = compare(a, b);
    if (order != 0) return is_descending_ ? order > 0 : order < 0;
    const bool is_turned = sort_ == Sort::session && is_descending_;
    return is_turned ? id_of(b) < id_of(a) : id_of(a) < id_of(b);
  }

 private:
  /// As people read it.
  static std::uint64_t id_of(const Joined& joined) {
    return static_cast<std::uint64_t>(joined.row->session.value);
  }
  [[nodiscard]] int compare(const Joined& a, const Joined& b) const {
    if (sort_ == Sort::address && a.connection != nullptr) {
      const int order = a.connection->address.compare(b.connection->address);
      return order != 0 ? order : int{a.connection->port} - int{b.connection->port};
    }
    return a.number < b.number ? -1 : a.number > b.number ? 1 : 0;
  }

  Sort sort_;
  bool is_descending_;
};

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

void add_connection(Json& json, const ConnectionRow& connection) {
  json["address"] = address_of(connection);
  json["protocol"] = connection.is_native ? "native" : "zookeeper";
  json["tls"] = connection.is_tls;
  json["connected_at_ms"] = connection.connected_at_ms;
  json["heard_ms_ago"] = or_null(connection.heard_ms_ago);
  json["received"] = connection.received;
  json["sent"] = connection.sent;
  json["outstanding"] = connection.outstanding;
  const auto replies = static_cast<double>(connection.replies);
  json["latency_avg_ms"] = connection.replies == 0
                               ? Json(nullptr)
                               : Json(static_cast<double>(connection.latency_sum_ms) / replies);
  json["latency_max_ms"] =
      connection.replies == 0 ? Json(nullptr) : Json(connection.latency_max_ms);
  Json identities = Json::array();
  if (connection.identities != nullptr)
    for (const Identity& identity : *connection.identities) identities.push_back(shown(identity));
  json["identities"] = std::move(identities);
  json["actor"] = connection.actor;
}

Json session_json(const SessionRow& row, const ConnectionRow* connection) {
  const bool is_here = row.connection != ConnectionSerial{};
  Json json = {{"session", to_string(row.session)},
               {"local", row.is_local},
               {"timeout_ms", row.timeout_ms},
               {"here", is_here},
               {"server", row.server.value},
               {"ephemerals", row.ephemerals},
               {"watches", is_here ? Json(row.watches) : Json(nullptr)}};
  if (connection != nullptr) add_connection(json, *connection);
  return json;
}

}  // namespace

const ConnectionRow* find_connection(const ConnectionRows& connections, ConnectionSerial serial) {
  const auto found = std::lower_bound(
      connections.rows.begin(), connections.rows.end(), serial,
      [](const ConnectionRow& row, ConnectionSerial wanted) { return row.serial < wanted; });
  return found != connections.rows.end() && found->serial == serial ? &*found : nullptr;
}

Json sessions_view(const SessionRows& sessions, const ConnectionRows& connections,
                   const SessionsWanted& wanted, std::int64_t at_ms) {
  std::vector<Joined> joined;
  joined.reserve(sessions.rows.size());
  for (const SessionRow& row : sessions.rows) {
    if (wanted.here_only && row.connection == ConnectionSerial{}) continue;
    Joined one{&row, find_connection(connections, row.connection), 0};
    if (!contains(one, wanted.search)) continue;
    one.number = number_of(one, wanted.sort);
    joined.push_back(one);
  }
  const std::size_t begin = std::min(wanted.offset, joined.size());
  const std::size_t end = begin + std::min(wanted.limit, joined.size() - begin);
  std::partial_sort(joined.begin(), joined.begin() + static_cast<std::ptrdiff_t>(end), joined.end(),
                    Before(wanted));
  Json items = Json::array();
  for (std::size_t i = begin; i < end; ++i)
    items.push_back(session_json(*joined[i].row, joined[i].connection));
  return {{"at_ms", at_ms},
          {"total", joined.size()},
          {"offset", wanted.offset},
          {"items", std::move(items)}};
}

Json session_view(const SessionAnswer& session, const ConnectionRow* connection) {
  Json json = session_json(session.row, connection);
  json["ephemeral_paths"] = session.ephemerals;
  Json watched = Json::array();
  for (const WatchedPath& one : session.watched)
    watched.push_back({{"path", one.path}, {"kind", name_of(one.kind)}});
  json["watched_paths"] = std::move(watched);
  std::array<char, 17> etag{};
  std::snprintf(etag.data(), etag.size(), "%016llx", static_cast<unsigned long long>(session.mark));
  json["etag"] = etag.data();
  return json;
}

}  // namespace quorate
