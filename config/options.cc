#include "config/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/console.h"
#include "config/four_letter_words.h"
#include "config/words.h"

namespace quorate {

using namespace words;

namespace {

constexpr std::size_t path_bytes_max = 4000;
constexpr std::size_t identifier_bytes_max = 64;
constexpr std::string_view word_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

Error refused(std::string text) { return Error{ErrorCode::bad_arguments, std::move(text)}; }

Status check_path(std::string_view value) {
  if (value.size() > path_bytes_max)
    return refused(fmt::format("is longer than {} bytes", path_bytes_max));
  if (value.starts_with("~")) return refused("starts with ~, which only a shell expands");
  return {};
}

Status check_identifier(std::string_view value) {
  const std::string allowed = std::string(word_characters) + "._-";
  if (value.size() > identifier_bytes_max || value.find_first_not_of(allowed) != value.npos)
    return refused("is not a name; allowed: up to 64 letters, digits, '.', '_' and '-'");
  return {};
}

Status check_super_digest(std::string_view value) {
  constexpr std::size_t base64_of_sha1 = 28;
  const std::size_t colon = value.find(':');
  const std::string_view hash = colon == value.npos ? "" : value.substr(colon + 1);
  const std::string base64 = std::string(word_characters) + "+/";
  const bool whole = hash.size() == base64_of_sha1 && hash.back() == '=' &&
                     hash.substr(0, hash.size() - 1).find_first_not_of(base64) == value.npos;
  if (value.empty() || (whole && colon > 0)) return {};
  return refused("is not user:base64(sha1(user:password)), whose second part has 28 characters");
}

/// The text as it is kept, or why it may not be.
Result<std::string> checked_text(TextRule rule, std::string_view value) {
  if (has_control_bytes(value)) return refused("has control characters");
  if (!is_utf8(value)) return refused("is not UTF-8");
  Status status;
  switch (rule) {
    case TextRule::path:
      status =
          value.empty() ? Status(refused("is empty where a path is expected")) : check_path(value);
      break;
    case TextRule::optional_path:
      status = check_path(value);
      break;
    case TextRule::host:
      return parse_host(value);
    case TextRule::identifier:
      status = check_identifier(value);
      break;
    case TextRule::super_digest:
      status = check_super_digest(value);
      break;
    case TextRule::levels:
      status = component_levels(value).status();
      break;
    case TextRule::schemes:
      status = auth_schemes(value).status();
      break;
    case TextRule::words:
      status = four_letter_words(value).status();
      break;
    case TextRule::names:
      status = console_names(value).status();
      break;
  }
  if (!status) return status.error();
  return std::string(value);
}

Status set_number(const NumberDomain& domain, Config& config, std::string_view value,
                  const OptionAlias* alias, const std::string& allowed) {
  const std::uint64_t factor = alias == nullptr ? 1 : alias->factor;
  const auto number = parse_number(value, factor == 1 ? domain.unit : NumberUnit::count);
  if (!number) return refused(fmt::format("{}; allowed: {}", number.error().text, allowed));
  // Written as a division so that no product overflows.
  if (*number > domain.max / factor || *number * factor < domain.min)
    return refused(fmt::format("is out of range; allowed: {}", allowed));
  domain.set(config, *number * factor);
  return {};
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace

Status Option::set(Config& config, std::string_view value, const OptionAlias* alias) const {
  if (const auto* number = std::get_if<NumberDomain>(&domain)) {
    if (is_default_mark(value, alias)) {
      number->set(config, number->get(Config{}));
      return {};
    }
    return set_number(*number, config, value, alias, allowed(alias));
  }
  if (const auto* words = std::get_if<WordDomain>(&domain)) {
    const auto found = std::find(words->words.begin(), words->words.end(), lower_case(value));
    if (found == words->words.end())
      return refused(fmt::format("is not known; allowed: {}", allowed()));
    words->set(config, static_cast<std::size_t>(found - words->words.begin()));
    return {};
  }
  if (const auto* flag = std::get_if<FlagDomain>(&domain)) {
    const auto truth = parse_flag(value);
    if (!truth) return refused(fmt::format("{}; allowed: {}", truth.error().text, allowed()));
    config.*flag->member = *truth;
    return {};
  }
  const auto* line = std::get_if<TextDomain>(&domain);
  auto kept = checked_text(line->rule, value);
  if (!kept) return refused(kept.error().text);
  config.*line->member = std::move(*kept);
  return {};
}

std::string Option::get(const Config& config) const {
  if (const auto* number = std::get_if<NumberDomain>(&domain))
    return format_number(number->get(config), number->unit);
  if (const auto* words = std::get_if<WordDomain>(&domain))
    return std::string(words->words[words->get(config)]);
  if (const auto* flag = std::get_if<FlagDomain>(&domain))
    return config.*flag->member ? "true" : "false";
  return config.*std::get_if<TextDomain>(&domain)->member;
}

std::string Option::allowed(const OptionAlias* alias) const {
  if (const auto* number = std::get_if<NumberDomain>(&domain)) {
    const std::uint64_t factor = alias == nullptr ? 1 : alias->factor;
    if (factor != 1) {
      return fmt::format("{} to {}", (number->min + factor - 1) / factor, number->max / factor);
    }
    if (number->min == number->max) return format_number(number->min, number->unit);
    const std::string range = fmt::format("{} to {}", format_number(number->min, number->unit),
                                          format_number(number->max, number->unit));
    const bool spelled = number->unit == NumberUnit::bytes || number->unit == NumberUnit::count;
    return spelled ? range : fmt::format("{} {}", range, suffix_of(number->unit));
  }
  if (const auto* words = std::get_if<WordDomain>(&domain)) return joined(words->words);
  if (is_flag()) return "true or false";
  switch (std::get_if<TextDomain>(&domain)->rule) {
    case TextRule::path:
      return "a path";
    case TextRule::optional_path:
      return "a path, or nothing";
    case TextRule::host:
      return "a host name or address";
    case TextRule::identifier:
      return "up to 64 letters, digits, '.', '_' and '-'";
    case TextRule::super_digest:
      return "user:base64(sha1(user:password))";
    case TextRule::levels:
      return "component=level,...";
    case TextRule::schemes:
      return "digest, ip, x509, with commas between them";
    case TextRule::words:
      return "words between commas, or *";
    case TextRule::names:
      return "hosts or host:port, with commas between them";
  }
  return {};
}

bool Option::is_secret() const {
  const auto* line = std::get_if<TextDomain>(&domain);
  return line != nullptr && line->rule == TextRule::super_digest;
}

bool is_default_mark(std::string_view value, const OptionAlias* alias) {
  return value == "-1" && alias != nullptr && alias->minus_one_is_default;
}

OptionName find_option(std::string_view name) {
  for (const Option& option : options()) {
    if (option.key.name == name) return {&option, nullptr};
    for (const OptionAlias& alias : option.key.aliases)
      if (alias.name == name) return {&option, &alias};
  }
  return {};
}

}  // namespace quorate
