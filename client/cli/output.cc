#include "client/cli/output.h"

#include <algorithm>
#include <array>
#include <ostream>
#include <utility>

#include "client/cli/text.h"
#include "core/base/check.h"

namespace quorate::cli {
namespace {

constexpr std::array<std::pair<std::string_view, OutputMode>, 5> modes = {
    {{"table", OutputMode::table},
     {"plain", OutputMode::plain},
     {"json", OutputMode::json},
     {"jsonl", OutputMode::jsonl},
     {"raw", OutputMode::raw}}};

/// Text that came from elsewhere may hold bytes that are no UTF-8.
std::string dump(const Json& json, bool pretty) {
  return json.dump(pretty ? 2 : -1, ' ', false, Json::error_handler_t::replace);
}

/// On a terminal, text in JSON is as dangerous as elsewhere.
std::string dump_for(const Output& output, const Json& json, bool pretty) {
  const std::string text = dump(json, pretty);
  return output.out_is_terminal() ? printable_json(text) : text;
}

std::string cell_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return dump(value, false);
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

}  // namespace

std::optional<OutputMode> parse_output_mode(std::string_view text) {
  for (const auto& [name, mode] : modes) {
    if (name == text) return mode;
  }
  return {};
}

Json to_json(std::string_view data) {
  if (is_utf8(data)) return std::string(data);
  return Json{{"base64", to_base64(data)}};
}

Json to_json(const Blob& data) { return data.is_null() ? Json() : to_json(data.text()); }

Result<Blob> data_of(const Json& value) {
  if (value.is_null()) return Blob::null();
  if (value.is_string()) return Blob(value.get<std::string>());
  if (value.is_object() && value.size() == 1 && value.contains("base64") &&
      value["base64"].is_string()) {
    const Result<std::string> bytes = from_base64(value["base64"].get<std::string>());
    if (!bytes.ok()) return bytes.error();
    return Blob(*bytes);
  }
  return Error{ErrorCode::bad_arguments,
               "data is neither a string, {\"base64\": \"...\"} nor null"};
}

Output::Output(Streams streams, std::optional<OutputMode> mode) : streams_(streams) {
  set_mode(mode);
}

void Output::set_mode(std::optional<OutputMode> mode) {
  mode_ = mode.value_or(streams_.out_is_terminal ? OutputMode::table : OutputMode::plain);
}

void Output::value(const Json& json, std::string_view text) {
  if (is_json()) {
    streams_.out << dump_for(*this, json, mode_ == OutputMode::json) << '\n';
  } else if (out_is_terminal()) {
    streams_.out << printable(text) << '\n';
  } else {
    streams_.out << text << '\n';
  }
}

void Output::data(const Json& json, std::string_view bytes) {
  if (is_json()) {
    value(json, {});
  } else if (mode_ == OutputMode::raw) {
    streams_.out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  } else if (out_is_terminal() && !is_utf8(bytes)) {
    note("binary data, shown as base64; --raw prints the bytes");
    value(json, to_base64(bytes));
  } else {
    value(json, bytes);
  }
}

void Output::event(const Json& json, std::string_view text) {
  if (is_json()) {
    streams_.out << dump_for(*this, json, false) << '\n';
  } else {
    value(json, text);
  }
  streams_.out.flush();
}

void Output::error(const Error& error, std::string_view hint) {
  streams_.out.flush();
  if (is_json()) {
    Json body{
        {"code", to_string(error.code)}, {"number", wire_number(error.code)}, {"text", error.text}};
    if (!hint.empty()) body["hint"] = hint;
    const std::string said = dump(Json{{"error", body}}, mode_ == OutputMode::json);
    streams_.err << (err_is_terminal() ? printable_json(said) : said) << std::endl;
    return;
  }
  std::string text = "quorate: " + error.text;
  if (!hint.empty()) text.append("; ").append(hint);
  streams_.err << (err_is_terminal() ? printable(text) : text) << std::endl;
}

void Output::note(std::string_view text) {
  if (is_json()) return;
  streams_.out.flush();
  streams_.err << "quorate: " << (err_is_terminal() ? printable(text) : std::string(text))
               << std::endl;
}

Rows::Rows(Output& output, std::vector<Column> columns, Texts texts)
    : output_(output), columns_(std::move(columns)), texts_(texts) {
  check(!columns_.empty(), "rows have columns");
}

Rows::~Rows() {
  if (output_.mode() == OutputMode::json) output_.out() << (first_ ? "[]\n" : "\n]\n");
  if (output_.mode() == OutputMode::table) print_table();
}

Json Rows::row_json(std::vector<Json> values) const {
  if (columns_.size() == 1) return std::move(values.front());
  Json row = Json::object();
  for (std::size_t i = 0; i < columns_.size(); ++i) row[columns_[i].key] = std::move(values[i]);
  return row;
}

void Rows::add(std::vector<Json> values) {
  check(values.size() == columns_.size(), "a row has one value per column");
  if (output_.is_json()) {
    const std::string text = dump_for(output_, row_json(std::move(values)), false);
    if (output_.mode() == OutputMode::jsonl) {
      output_.out() << text << '\n';
    } else {
      output_.out() << (first_ ? "[\n  " : ",\n  ") << text;
    }
  } else {
    std::vector<std::string> cells;
    for (const Json& value : values) cells.push_back(cell_of(value));
    if (texts_ == Texts::of_others) {
      for (std::string& cell : cells) cell = printable_cell(cell);
    }
    if (output_.mode() == OutputMode::table && columns_.size() > 1) {
      held_.push_back(std::move(cells));
    } else {
      std::string line;
      for (std::size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : "\t") + cells[i];
      output_.out() << (output_.out_is_terminal() ? printable(line) : line) << '\n';
    }
  }
  first_ = false;
}

void Rows::print_table() {
  if (held_.empty()) return;
  std::vector<std::string> headings;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    headings.push_back(upper(column.key));
    widths.push_back(headings.back().size());
  }
  for (auto& row : held_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = printable_cell(row[i]);
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  held_.insert(held_.begin(), headings);
  for (const auto& row : held_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - display_width(row[i]), ' ');
      const bool last = i + 1 == row.size();
      if (columns_[i].align_right) {
        line += padding + row[i];
      } else {
        line += row[i] + (last ? std::string() : padding);
      }
      if (!last) line += "  ";
    }
    output_.out() << line << '\n';
  }
}

}  // namespace quorate::cli
