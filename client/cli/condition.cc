#include "client/cli/condition.h"

namespace quorate::cli {

Result<Condition> parse_condition(std::string_view text) {
  constexpr std::string_view value_prefix = "value=";
  if (text == "exists") return Condition{Condition::Kind::exists, {}};
  if (text == "deleted") return Condition{Condition::Kind::deleted, {}};
  if (text.starts_with(value_prefix)) {
    return Condition{Condition::Kind::value, std::string(text.substr(value_prefix.size()))};
  }
  return Error{
      ErrorCode::bad_arguments,
      "\"" + std::string(text) + "\" is no condition; write exists, deleted or value=TEXT"};
}

Result<bool> holds(client::Client& client, const std::string& path, const Condition& condition) {
  if (condition.kind == Condition::Kind::value) {
    const auto read = client.get({path});
    if (read.code() == ErrorCode::no_node) return false;
    if (!read.ok()) return read.error();
    return read->data.text() == condition.value;
  }
  const auto stat = client.exists({path});
  if (!stat.ok()) return stat.error();
  return stat->has_value() == (condition.kind == Condition::Kind::exists);
}

}  // namespace quorate::cli
