#include "actors/console/tokens.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "config/files.h"
#include "config/words.h"

namespace quorate {
namespace {

constexpr std::size_t entries_max = 1000;
constexpr std::size_t name_bytes_max = 64;
constexpr std::string_view certificate_mark = "cert:";

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-' || c == '@';
         });
}

template <class Number>
std::optional<Number> number_of(std::string_view text, int base) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<SecretHash> hash_of_text(std::string_view text) {
  SecretHash hash{};
  if (text.size() != 2 * hash.size()) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const auto byte = number_of<std::uint8_t>(text.substr(2 * i, 2), 16);
    if (!byte) return std::nullopt;
    hash[i] = *byte;
  }
  return hash;
}

/// The end of a day that is written as 2027-01-31, in UTC.
std::optional<WallTime> end_of_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number_of<unsigned>(text.substr(0, 4), 10);
  const auto month = number_of<unsigned>(text.substr(5, 2), 10);
  const auto day = number_of<unsigned>(text.substr(8, 2), 10);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::days(1);
}

/// What is wrong with the line; empty: nothing, and it was added.
std::string add_token(const std::vector<std::string_view>& fields, Tokens& tokens) {
  if (fields.size() != 3 && fields.size() != 4)
    return "name, role, SHA-256 and perhaps the last day as YYYY-MM-DD were expected; `quorate "
           "console token` makes such a line";
  const std::optional<ConsoleRole> role = role_of(fields[1]);
  const std::optional<SecretHash> hash = hash_of_text(fields[2]);
  if (!is_name(fields[0])) return "the name has up to 64 letters, digits, '.', '_', '-' and '@'";
  if (!role) return "the role is viewer, operator or admin";
  if (!hash) return "the third field is the SHA-256 of the token, 64 hexadecimal digits";
  Token token{std::string(fields[0]), *role, *hash, {}};
  if (fields.size() == 4) {
    token.expires = end_of_day(fields[3]);
    if (!token.expires) return "the last day is written as YYYY-MM-DD";
  }
  for (const Token& other : tokens.tokens) {
    if (other.name == token.name) return "the name was given before";
    if (other.hash == token.hash) return "the token is that of " + other.name;
  }
  tokens.tokens.push_back(std::move(token));
  return {};
}

/// The role is the last word: subjects may have blanks in them.
std::string add_certificate(std::string_view line, Tokens& tokens) {
  line.remove_prefix(certificate_mark.size());
  const std::size_t blank = line.find_last_of(" \t");
  const std::string_view subject =
      words::trimmed(blank == std::string_view::npos ? std::string_view() : line.substr(0, blank));
  const std::optional<ConsoleRole> role =
      blank == std::string_view::npos ? std::nullopt : role_of(line.substr(blank + 1));
  if (subject.empty() || !role)
    return "cert:SUBJECT and a role (viewer, operator or admin) were expected";
  for (const CertificateRole& other : tokens.certificates)
    if (other.subject == subject) return "the subject was given before";
  tokens.certificates.push_back({std::string(subject), *role});
  return {};
}

Error refused(const std::string& path, const std::string& why) {
  return {ErrorCode::bad_arguments, "console_tokens_file " + path + ": " + why};
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::optional<ConsoleRole> role_of(std::string_view name) {
  const std::optional<ConsoleRole> role = console_role(name);
  return role == ConsoleRole::none ? std::nullopt : role;
}

SecretHash hash_of_secret(std::string_view secret) {
  SecretHash hash{};
  SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), hash.data());
  return hash;
}

bool equal_in_constant_time(const SecretHash& a, const SecretHash& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

const Token* Tokens::find(const SecretHash& hash) const {
  const Token* found = nullptr;
  for (const Token& token : tokens)
    if (equal_in_constant_time(token.hash, hash)) found = &token;
  return found;
}

ConsoleRole Tokens::role_of_certificate(std::string_view subject) const {
  for (const CertificateRole& certificate : certificates)
    if (certificate.subject == subject) return certificate.role;
  return ConsoleRole::none;
}

Result<Tokens> parse_tokens(std::string_view text, std::string_view file) {
  Tokens tokens;
  std::size_t number = 0;
  for (const std::string_view whole : words::split(text, '\n')) {
    ++number;
    const std::string_view line =
        words::trimmed(whole.ends_with('\r') ? whole.substr(0, whole.size() - 1) : whole);
    if (line.empty() || line.front() == '#') continue;
    std::string wrong = line.starts_with(certificate_mark)
                            ? add_certificate(line, tokens)
                            : add_token(words::split_blanks(line), tokens);
    if (tokens.tokens.size() + tokens.certificates.size() > entries_max)
      wrong = "there are more than " + std::to_string(entries_max) + " entries";
    // The line itself is not shown: it may hold a token that was put there by mistake.
    if (!wrong.empty())
      return Error{ErrorCode::bad_arguments,
                   std::string(file) + ":" + std::to_string(number) + ": " + wrong};
  }
  return tokens;
}

Result<TokensFile> TokensFile::load(std::string path) {
  TokensFile file(std::move(path));
  // Before it is read: a change in between is seen later.
  file.stamp_ = file.stamp();
  Result<Tokens> tokens = file.read();
  if (!tokens) return tokens.error();
  file.tokens_ = *std::move(tokens);
  return file;
}

Result<TokensFile::Reload> TokensFile::reload() {
  const Stamp now = stamp();
  if (now == stamp_) return Reload::unchanged;
  stamp_ = now;
  Result<Tokens> tokens = read();
  if (!tokens) return tokens.error();
  tokens_ = *std::move(tokens);
  return Reload::done;
}

TokensFile::Stamp TokensFile::stamp() const {
  struct stat info {};
  if (::stat(path_.c_str(), &info) != 0) return {};
  return {info.st_ino, info.st_size, nanoseconds(info.st_mtim), nanoseconds(info.st_ctim),
          info.st_mode};
}

Result<Tokens> TokensFile::read() const {
  struct stat info {};
  if (::stat(path_.c_str(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return refused(path_, "others than its owner may use it: chmod 600 " + path_);
  const auto text = read_small_file(path_);
  if (!text) return refused(path_, text.error().text);
  Result<Tokens> tokens = parse_tokens(*text, path_);
  if (!tokens) return refused(path_, tokens.error().text);
  return tokens;
}

}  // namespace quorate
