// console token: a new token for the console's HTTP API, and the line that lets it in.
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "client/cli/command.h"
#include "client/cli/text.h"

namespace quorate::cli {
namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::array<std::string_view, 3> roles{"viewer", "operator", "admin"};

struct TokenFlags {
  std::string name;
  std::string role;
  std::string expires;
};

std::string hexadecimal(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

/// As the console's file of tokens takes it.
bool is_token_name(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-' || c == '@';
         });
}

/// The day, in UTC, that it is after this time.
std::string day_after(std::chrono::milliseconds time) {
  const std::chrono::year_month_day day(
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now() + time));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text.data();
}

ExitCode make_token(Context& context, const TokenFlags& flags) {
  if (!is_token_name(flags.name))
    return context.fail(
        {ErrorCode::bad_arguments, "--name has up to 64 letters, digits, '.', '_', '-' and '@'"});
  if (std::find(roles.begin(), roles.end(), flags.role) == roles.end())
    return context.fail({ErrorCode::bad_arguments, "--role is viewer, operator or admin"});
  std::string expires;
  if (!flags.expires.empty()) {
    const auto time = parse_duration(flags.expires);
    if (!time.ok() || *time < std::chrono::days(1) || *time > std::chrono::days(3650))
      return context.fail(
          {ErrorCode::bad_arguments, "--expires is a time between 1d and 3650d, as in 90d"});
    expires = day_after(*time);
  }
  std::array<unsigned char, 32> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
    return context.fail({ErrorCode::system_error, "random numbers are not to be had"});
  // The prefix lets programs that look for leaked secrets find it.
  const std::string token = "quorate_" + hexadecimal(random);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  std::string line = flags.name + " " + flags.role + " " + hexadecimal(hash);
  if (!expires.empty()) line += " " + expires;

  Json json{{"name", flags.name}, {"role", flags.role}, {"token", token}, {"line", line}};
  json["expires"] = expires.empty() ? Json(nullptr) : Json(expires);
  context.output().value(json, "token: " + token + "\nline: " + line);
  context.output().note(
      "The token is shown only now. Add the line to console_tokens_file of every server; the file "
      "needs mode 600.");
  return ExitCode::ok;
}

}  // namespace

void define_console(CLI::App& app, Selection& selection) {
  CLI::App& group = add_group(app, "console", "Access to the console");
  auto [flags, arguments] = define_command<TokenFlags>(
      group, selection, "token",
      "Make a token for the console, and the line by which its servers know it; asks no server",
      "quorate console token --name deploy --role operator --expires 90d", make_token);
  arguments.required_option("--name", flags->name, "NAME", "Whose it is, as the audit log shows")
      .required_option("--role", flags->role, "ROLE", "viewer, operator or admin")
      .option("--expires", flags->expires, "DURATION",
              "How long it is valid, to the end of that day (UTC); default: for ever");
}

}  // namespace quorate::cli
