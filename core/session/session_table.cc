#include "core/session/session_table.h"

#include <string_view>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace quorate {
namespace {

Origin connection_of(const Origin& origin) {
  Origin owner = origin;
  owner.sequence = 0;
  return owner;
}

std::uint64_t digest_of(SessionId id, const Session& session) {
  Hasher hasher;
  hasher.add(static_cast<std::uint64_t>(id.value));
  hasher.add(static_cast<std::uint64_t>(session.timeout_ms));
  hasher.add(std::string_view(reinterpret_cast<const char*>(session.password.data()),
                              session.password.size()));
  hasher.add(std::uint64_t{session.owner.server.value});
  hasher.add(session.owner.incarnation.value);
  hasher.add(session.owner.connection.value);
  return hasher.digest();
}

}  // namespace

bool is_same_connection(const Origin& a, const Origin& b) {
  return a.server == b.server && a.incarnation == b.incarnation && a.connection == b.connection;
}

bool is_equal_in_constant_time(const PasswordHash& a, const PasswordHash& b) {
  // Volatile: the compiler may not leave the loop early either.
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

void SessionTable::open(SessionId id, const Session& session) {
  const auto [place, is_new] = sessions_.emplace(id, session);
  check(is_new, "a session is opened once");
  place->second.owner = connection_of(session.owner);
  digest_ += digest_of(id, place->second);
  unsealed_.try_emplace(id, false);
}

void SessionTable::close(SessionId id) {
  const auto found = sessions_.find(id);
  check(found != sessions_.end(), "only an open session is closed");
  digest_ -= digest_of(id, found->second);
  sessions_.erase(found);
  const auto [noted, is_new] = unsealed_.try_emplace(id, true);
  if (!is_new && !noted->second) unsealed_.erase(noted);
}

const Session* SessionTable::find(SessionId id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

void SessionTable::attach(SessionId id, const Origin& owner, std::int64_t timeout_ms) {
  const auto found = sessions_.find(id);
  check(found != sessions_.end(), "only an open session is attached");
  Session& session = found->second;
  digest_ -= digest_of(id, session);
  session.owner = connection_of(owner);
  session.timeout_ms = timeout_ms;
  digest_ += digest_of(id, session);
  unsealed_.try_emplace(id, true);
}

std::vector<std::pair<SessionId, std::optional<Session>>> SessionTable::seal() {
  std::vector<std::pair<SessionId, std::optional<Session>>> sealed;
  sealed.reserve(unsealed_.size());
  for (const auto& [id, had_record] : unsealed_) {
    const Session* session = find(id);
    sealed.emplace_back(id, session == nullptr ? std::nullopt : std::optional(*session));
  }
  unsealed_.clear();
  return sealed;
}

bool SessionTable::load(SessionId id, const Session& session) {
  const auto [place, is_new] = sessions_.emplace(id, session);
  if (!is_new) return false;
  place->second.owner = connection_of(session.owner);
  digest_ += digest_of(id, place->second);
  return true;
}

void SessionTable::check_invariants() const {
  std::uint64_t sum = 0;
  for (const auto& [id, session] : sessions_) sum += digest_of(id, session);
  check(sum == digest_, "the incremental digest is that of the sessions");
  for (const auto& [id, had_record] : unsealed_) {
    check(had_record || sessions_.contains(id), "a session never sealed leaves nothing behind");
  }
}

}  // namespace quorate
