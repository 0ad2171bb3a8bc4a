#include "client/cli/acl_text.h"

#include <array>
#include <utility>

namespace quorate::cli {
namespace {

constexpr std::array<std::pair<char, std::uint32_t>, 5> letters = {{{'c', perms::create},
                                                                    {'d', perms::remove},
                                                                    {'r', perms::read},
                                                                    {'w', perms::write},
                                                                    {'a', perms::admin}}};

Result<AclEntry> parse_entry(std::string_view text) {
  const auto refused = [&](const std::string& why) {
    return Error{ErrorCode::bad_arguments,
                 "ACL entry \"" + std::string(text) + "\": " + why + "; write scheme:id:cdrwa"};
  };
  const std::size_t first = text.find(':');
  const std::size_t last = text.rfind(':');
  if (first == std::string_view::npos || first == last) return refused("it has no two colons");
  AclEntry entry;
  entry.scheme = text.substr(0, first);
  entry.id = text.substr(first + 1, last - first - 1);
  if (entry.scheme.empty()) return refused("the scheme is missing");
  for (const char letter : text.substr(last + 1)) {
    std::uint32_t bit = 0;
    for (const auto& [known, permission] : letters) {
      if (known == letter) bit = permission;
    }
    if (bit == 0) return refused(std::string("'") + letter + "' is no permission");
    entry.perms |= bit;
  }
  if (entry.perms == 0) return refused("it grants nothing");
  return entry;
}

}  // namespace

Result<Acl> parse_acl(std::string_view text) {
  Acl acl;
  while (true) {
    const std::size_t comma = text.find(',');
    auto entry = parse_entry(text.substr(0, comma));
    if (!entry.ok()) return entry.error();
    acl.push_back(std::move(*entry));
    if (comma == std::string_view::npos) return acl;
    text.remove_prefix(comma + 1);
  }
}

std::string permission_letters(std::uint32_t permissions) {
  std::string text;
  for (const auto& [letter, permission] : letters) {
    if ((permissions & permission) != 0) text += letter;
  }
  return text;
}

std::string to_text(const AclEntry& entry) {
  return entry.scheme + ":" + entry.id + ":" + permission_letters(entry.perms);
}

std::string to_text(const Acl& acl) {
  std::string text;
  for (const AclEntry& entry : acl) text += (text.empty() ? "" : ",") + to_text(entry);
  return text;
}

}  // namespace quorate::cli
