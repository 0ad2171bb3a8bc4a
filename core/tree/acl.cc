#include "core/tree/acl.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "core/tree/ip_range.h"

namespace quorate {
namespace {

bool is_digest_id(std::string_view id) {
  const std::size_t colon = id.find(':');
  return colon != std::string_view::npos && colon + 1 < id.size() &&
         id.find(':', colon + 1) == std::string_view::npos;
}

bool is_attribute_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-';
}

/// `attribute=value` pairs between ',', ';' or '+', where '\' and quotes protect separators (RFC
/// 2253). Values are compared as text, so only the shape matters here.
bool is_distinguished_name(std::string_view name) {
  enum class Part { attribute, value, quoted };
  Part part = Part::attribute;
  bool has_attribute = false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (part == Part::attribute) {
      if (c == '=' && has_attribute) {
        part = Part::value;
      } else if (is_attribute_character(c)) {
        has_attribute = true;
      } else if (c != ' ' || has_attribute) {
        return false;
      }
    } else if (c == '\\') {
      if (++i == name.size()) return false;
    } else if (c == '"') {
      part = part == Part::quoted ? Part::value : Part::quoted;
    } else if (part == Part::value && (c == ',' || c == ';' || c == '+')) {
      part = Part::attribute;
      has_attribute = false;
    }
  }
  return part == Part::value;
}

bool is_valid_id(std::string_view scheme, std::string_view id) {
  if (scheme == "world") return id == "anyone";
  if (scheme == "digest") return is_digest_id(id);
  if (scheme == "ip") return parse_ip_range(id).has_value();
  if (scheme == "x509") return is_distinguished_name(id);
  if (scheme == "sasl") return !id.empty();
  return false;
}

bool is_world(const AclEntry& entry) { return entry.scheme == "world" && entry.id == "anyone"; }

bool matches_ip(std::string_view range, std::string_view address) {
  const auto wanted = parse_ip_range(range);
  const auto given = parse_ip_range(address);
  return wanted && given && wanted->contains(*given);
}

bool matches(const AclEntry& entry, std::span<const Identity> identities) {
  if (is_world(entry)) return true;
  return std::any_of(identities.begin(), identities.end(), [&](const Identity& identity) {
    if (identity.scheme != entry.scheme) return false;
    return identity.scheme == "ip" ? matches_ip(entry.id, identity.id) : identity.id == entry.id;
  });
}

/// Appends what is not there yet, up to the bound.
class AclBuilder {
 public:
  bool add(std::uint32_t perms, const std::string& scheme, const std::string& id) {
    if (!seen_.emplace(perms, scheme, id).second) return true;
    if (acl_.size() == acl_entries_max) return false;
    acl_.push_back(AclEntry{perms, scheme, id});
    return true;
  }
  Acl take() { return std::move(acl_); }

 private:
  Acl acl_;
  /// Views of the caller's strings. A tree, because a list of 1,024 must not cost its square.
  std::set<std::tuple<std::uint32_t, std::string_view, std::string_view>> seen_;
};

Error refuse(std::string text) { return Error{ErrorCode::invalid_acl, "acl: " + std::move(text)}; }

Error too_long() { return refuse("more than " + std::to_string(acl_entries_max) + " entries"); }

/// One entry per authenticated identity; error when there is none.
Status add_authenticated(std::uint32_t perms, std::span<const Identity> identities,
                         AclBuilder& builder) {
  bool found = false;
  for (const Identity& identity : identities) {
    if (!is_authenticating(identity.scheme)) continue;
    found = true;
    if (!builder.add(perms, identity.scheme, identity.id)) return too_long();
  }
  if (!found) return refuse("auth, but the connection has not authenticated");
  return {};
}

}  // namespace

const Acl& open_acl() {
  static const Acl acl{AclEntry{perms::all, "world", "anyone"}};
  return acl;
}

Result<Acl> expand_acl(const Acl& given, std::span<const Identity> identities) {
  if (given.empty()) return refuse("empty");
  if (given.size() > acl_entries_max) return too_long();
  if (given.size() == 1 && is_world(given.front()) && given.front().perms <= perms::all) {
    return given;
  }
  AclBuilder builder;
  for (const AclEntry& entry : given) {
    if (entry.perms > perms::all) return refuse("unknown permission bits");
    if (entry.scheme == "auth") {
      Status added = add_authenticated(entry.perms, identities, builder);
      if (!added.ok()) return added.error();
      continue;
    }
    if (!is_valid_id(entry.scheme, entry.id)) {
      return refuse("unknown scheme or malformed id in an entry of scheme \"" +
                    entry.scheme.substr(0, 32) + "\"");
    }
    if (!builder.add(entry.perms, entry.scheme, entry.id)) return too_long();
  }
  return builder.take();
}

bool is_allowed(const Acl& acl, std::uint32_t wanted, std::span<const Identity> identities) {
  if (acl.empty()) return true;
  for (const AclEntry& entry : acl) {
    if ((entry.perms & wanted) != 0 && matches(entry, identities)) return true;
  }
  return std::any_of(identities.begin(), identities.end(),
                     [](const Identity& identity) { return identity.scheme == "super"; });
}

Acl masked(const Acl& acl) {
  Acl result = acl;
  for (AclEntry& entry : result) {
    if (entry.scheme != "digest") continue;
    entry.id = entry.id.substr(0, entry.id.find(':')) + ":x";
  }
  return result;
}

bool is_authenticating(std::string_view scheme) {
  return scheme == "digest" || scheme == "x509" || scheme == "sasl";
}

}  // namespace quorate
