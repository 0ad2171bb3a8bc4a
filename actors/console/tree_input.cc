#include "actors/console/tree_input.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "actors/credentials.h"

namespace quorate {
namespace {

constexpr std::array<std::pair<char, std::uint32_t>, 5> letters = {{{'c', perms::create},
                                                                    {'d', perms::remove},
                                                                    {'r', perms::read},
                                                                    {'w', perms::write},
                                                                    {'a', perms::admin}}};

Error bad(std::string text) { return {ErrorCode::bad_arguments, std::move(text)}; }

std::optional<std::string> decode_base64(const std::string& text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  // The padding was decoded as zeros.
  const auto padding = static_cast<std::size_t>(
      std::find_if(text.rbegin(), text.rend(), [](char c) { return c != '='; }) - text.rbegin());
  if (padding > 2) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

std::optional<std::string> decode_percent(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    unsigned value = 0;
    const char* const end = text.data() + i + 3;
    const auto parsed = std::from_chars(text.data() + i + 1, end, value, 16);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    decoded += static_cast<char>(value);
    i += 2;
  }
  return decoded;
}

Result<AclEntry> entry_of(const Json& json) {
  AclEntry entry;
  for (const char* key : {"perms", "scheme", "id"})
    if (!json.is_object() || !json.contains(key) || !json[key].is_string())
      return bad("acl: each entry has the texts perms, scheme and id");
  entry.scheme = json["scheme"].get<std::string>();
  entry.id = json["id"].get<std::string>();
  for (const char letter : json["perms"].get_ref<const std::string&>()) {
    const auto known = std::find_if(letters.begin(), letters.end(),
                                    [letter](const auto& pair) { return pair.first == letter; });
    if (known == letters.end())
      return bad("acl: " + entry.scheme + ":" + entry.id + ": perms are some of cdrwa");
    entry.perms |= known->second;
  }
  return entry;
}

}  // namespace

Result<Blob> data_of(const Json& json) {
  if (json.is_null()) return Blob::null();
  if (json.is_string()) return Blob(std::string_view(json.get_ref<const std::string&>()));
  if (json.is_object() && json.size() == 1 && json.contains("base64") &&
      json["base64"].is_string()) {
    const auto bytes = decode_base64(json["base64"].get_ref<const std::string&>());
    if (bytes) return Blob(std::string_view(*bytes));
  }
  return bad("data: a text, {\"base64\": ...} or null is wanted");
}

Result<Acl> acl_of(const Json& json) {
  if (!json.is_array() || json.empty() || json.size() > acl_entries_max)
    return bad("acl: a list of 1 to " + std::to_string(acl_entries_max) + " entries is wanted");
  Acl acl;
  for (const Json& item : json) {
    auto entry = entry_of(item);
    if (!entry) return entry.error();
    acl.push_back(*std::move(entry));
  }
  return acl;
}

Result<std::vector<Identity>> identities_of(std::string_view text, const std::string& from,
                                            std::string_view super_digest) {
  std::vector<Identity> identities;
  if (!from.empty()) identities.push_back({"ip", from});
  if (text.empty()) return identities;
  const auto decoded = decode_percent(text);
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos)
    return bad("X-Quorate-Identity: digest:user:password is wanted, percent-encoded");
  auto proved = authenticate(decoded->substr(0, colon), decoded->substr(colon + 1), super_digest);
  if (!proved) return proved.error();
  identities.insert(identities.end(), proved->begin(), proved->end());
  return identities;
}

}  // namespace quorate
