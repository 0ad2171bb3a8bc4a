// ACLs: expansion, masking and judgement keep their promises for whatever a client writes.
//
// Input: lines. `+scheme id` is an identity of the connection, `Nscheme id` an entry with the
// permissions of the byte N.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.h"
#include "core/tree/acl.h"
#include "core/tree/ip_range.h"

namespace quorate {
namespace {

struct Input {
  Acl acl;
  std::vector<Identity> identities;
};

Input parse(std::string_view text) {
  Input input;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty()) continue;
    const std::string_view rest = line.substr(1);
    const std::size_t space = std::min(rest.find(' '), rest.size());
    const std::string scheme(rest.substr(0, space));
    const std::string id(rest.substr(std::min(rest.size(), space + 1)));
    if (line.front() == '+') {
      // Identities are made by the server, never malformed.
      const bool made_by_server =
          !is_authenticating(scheme) || expand_acl({{perms::all, scheme, id}}, {}).ok();
      if (made_by_server) input.identities.push_back({scheme, id});
    } else {
      input.acl.push_back({static_cast<std::uint8_t>(line.front()), scheme, id});
    }
  }
  return input;
}

void check_expanded(const Acl& expanded, std::span<const Identity> identities) {
  check(!expanded.empty(), "an expanded list is not empty");
  for (auto entry = expanded.begin(); entry != expanded.end(); ++entry) {
    check(entry->perms <= perms::all, "permissions are in range");
    check(entry->scheme != "auth", "no entry depends on the connection any more");
    check(std::find(expanded.begin(), entry, *entry) == entry, "no entry is there twice");
    if (entry->scheme == "ip") check(parse_ip_range(entry->id).has_value(), "addresses are valid");
  }
  const auto again = expand_acl(expanded, identities);
  check(again.ok() && *again == expanded, "expanding twice changes nothing");
}

void check_judgement(const Acl& acl, std::span<const Identity> identities) {
  for (std::uint32_t wanted = 1; wanted <= perms::all; ++wanted) {
    const bool allowed = is_allowed(acl, wanted, identities);
    const bool to_strangers = is_allowed(acl, wanted, {});
    check(allowed || !to_strangers, "an identity never takes a right away");
    const bool by_nobody = std::none_of(
        acl.begin(), acl.end(), [&](const AclEntry& entry) { return (entry.perms & wanted) != 0; });
    const bool is_super = std::any_of(identities.begin(), identities.end(),
                                      [](const Identity& each) { return each.scheme == "super"; });
    check(!allowed || !by_nobody || is_super || acl.empty(), "what no entry grants is not allowed");
  }
}

void check_masked(const Acl& acl) {
  const Acl shown = masked(acl);
  check(shown.size() == acl.size(), "masking hides no entry");
  for (std::size_t i = 0; i < acl.size(); ++i) {
    check(shown[i].perms == acl[i].perms && shown[i].scheme == acl[i].scheme,
          "masking hides ids alone");
    if (acl[i].scheme == "digest") check(shown[i].id.ends_with(":x"), "no hash is shown");
    if (acl[i].scheme != "digest") check(shown[i].id == acl[i].id, "only hashes are masked");
  }
}

void check_range(std::string_view text) {
  const auto range = parse_ip_range(text);
  if (!range) return;
  check(range->bits <= (range->family == IpRange::Family::v4 ? 32U : 128U), "bits are in range");
  check(range->contains(*range), "a range contains itself");
}

}  // namespace
}  // namespace quorate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const quorate::Input input = quorate::parse(text);
  const auto expanded = quorate::expand_acl(input.acl, input.identities);
  if (expanded.ok()) quorate::check_expanded(*expanded, input.identities);
  quorate::check_judgement(input.acl, input.identities);
  quorate::check_masked(input.acl);
  quorate::check_range(text);
  for (const auto& entry : input.acl) quorate::check_range(entry.id);
  return 0;
}
