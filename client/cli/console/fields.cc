#include "client/cli/console/fields.h"

#include <array>
#include <cstdio>
#include <ostream>

#include "client/admin/answer.h"
#include "client/cli/text.h"

namespace quorate::cli {
namespace {

using admin::field;

std::string formatted(const char* format, double value, const char* unit) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value, unit);
  return text.data();
}

std::string exact(const Json& value, const char* between = " ") {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (!value.is_array()) return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string joined;
  for (const Json& one : value) joined += (joined.empty() ? "" : between) + exact(one);
  return joined;
}

std::string for_reading(const Json& value, Form form) {
  const double number = value.is_number() ? value.get<double>() : 0;
  switch (form) {
    case Form::ms:
      return short_duration(number * 1000);
    case Form::us:
      return short_duration(number);
    case Form::rate:
      return formatted(number < 100 ? "%.1f%s" : "%.0f%s", number, "");
    case Form::percent:
      return formatted("%.1f%s", number, "%");
    case Form::bytes:
      return number < 0 ? exact(value)
                        : to_size(static_cast<std::uint64_t>(std::min(number, 1e18)));
    case Form::moment:
      return value.is_number_integer() ? to_iso_time(value.get<std::int64_t>()) : exact(value);
    default:
      return exact(value, ", ");
  }
}

}  // namespace

std::string short_duration(double us) {
  struct Unit {
    double us;
    const char* name;
  };
  constexpr std::array units = {Unit{86400e6, "d"}, Unit{3600e6, "h"}, Unit{60e6, "m"},
                                Unit{1e6, "s"}, Unit{1e3, "ms"}};
  if (us == 0) return "0";
  for (const Unit& unit : units) {
    if (us < unit.us) continue;
    const double value = us / unit.us;
    return formatted(value < 10 ? "%.1f %s" : "%.0f %s", value, unit.name);
  }
  return formatted("%.0f %s", us, "us");
}

bool is_number(Form form) {
  return form != Form::text && form != Form::state && form != Form::moment && form != Form::flag;
}

std::string cell_of(const Json& item, const Field& of, bool for_people) {
  const Json& value = field(item, of.path);
  if (value.is_null()) return "-";
  const bool expected = value.is_number() || !(is_number(of.form) || of.form == Form::moment);
  const std::string text = for_people && expected ? for_reading(value, of.form) : exact(value);
  return text.empty() ? "-" : text;
}

void print_items(Output& output, const Json& items, Fields fields) {
  if (output.mode() == OutputMode::table && items.empty()) return output.note("nothing to list");
  if (output.is_json()) {
    Rows rows(output, {{"item"}});
    for (const Json& item : items) rows.add({item});
    return;
  }
  std::vector<Rows::Column> columns;
  for (const Field& one : fields) columns.push_back({one.heading, is_number(one.form)});
  Rows rows(output, std::move(columns), Rows::Texts::of_others);
  for (const Json& item : items) {
    std::vector<Json> cells;
    for (const Field& one : fields)
      cells.emplace_back(cell_of(item, one, output.mode() == OutputMode::table));
    rows.add(std::move(cells));
  }
}

void print_detail(Output& output, const Json& item, Fields fields) {
  if (output.is_json()) {
    output.value(item, "");
    return;
  }
  for (const Field& one : fields) {
    const bool table = output.mode() == OutputMode::table;
    std::string name = one.heading;
    if (table) name.resize(std::max<std::size_t>(name.size() + 1, 18), ' ');
    output.out() << name << (table ? "" : "\t") << printable_cell(cell_of(item, one, table))
                 << '\n';
  }
}

}  // namespace quorate::cli
