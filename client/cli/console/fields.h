// How the answers of a console become cells: for people, and for programs that read lines.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/output.h"

namespace quorate::cli {

/// What a value is, and so how people read it.
enum class Form : std::uint8_t {
  text,     ///< As it is; the texts of a list one behind the other.
  state,    ///< A word that says how something is doing.
  count,    ///<
  rate,     ///< A number with a fraction.
  percent,  ///<
  ms,       ///< A duration; "1.5 s".
  us,       ///<
  bytes,    ///< "1.5 MiB".
  moment,   ///< Milliseconds since 1970.
  flag,     ///< yes or no.
};

/// One column, or one line of a single thing.
struct Field {
  const char* heading;
  const char* path;  ///< Within an item, as field() takes it.
  Form form = Form::text;
};
using Fields = std::span<const Field>;

/// "-" for what is not there. For programs numbers stay as they are; for people they get units.
/// The text may hold anything.
[[nodiscard]] std::string cell_of(const Json& item, const Field& field, bool for_people);

/// Numbers stand on the right.
[[nodiscard]] bool is_number(Form form);

[[nodiscard]] std::string short_duration(double us);

/// A table for people, or a remark that there is none; lines; in JSON the items as the server gave
/// them.
void print_items(Output& output, const Json& items, Fields fields);

/// One thing, a field a line; in JSON as the server gave it.
void print_detail(Output& output, const Json& item, Fields fields);

}  // namespace quorate::cli
