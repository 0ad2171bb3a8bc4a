// What the commands print, in the form that -o asks for.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/blob.h"
#include "core/base/result.h"

namespace quorate::cli {

/// Keys keep their order, as columns do.
using Json = nlohmann::ordered_json;

enum class OutputMode : std::uint8_t {
  table,  ///< Aligned, with headings; the default on a terminal.
  plain,  ///< One line per item, fields separated by tabs; the default elsewhere.
  json,   ///< One document.
  jsonl,  ///< One document per line.
  raw,    ///< As plain; data as it is, without a newline.
};

[[nodiscard]] std::optional<OutputMode> parse_output_mode(std::string_view text);

/// Data for JSON: a string when it is UTF-8, otherwise {"base64": "..."}.
[[nodiscard]] Json to_json(std::string_view data);

/// Null for data that is null.
[[nodiscard]] Json to_json(const Blob& data);

/// The way back. Error bad_arguments for anything else.
[[nodiscard]] Result<Blob> data_of(const Json& value);

/// Where results and complaints go.
class Output {
 public:
  struct Streams {
    std::ostream& out;
    std::ostream& err;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
  };

  Output(Streams streams, std::optional<OutputMode> mode);

  /// Without a mode: the default for where the results go.
  void set_mode(std::optional<OutputMode> mode);
  [[nodiscard]] OutputMode mode() const { return mode_; }
  [[nodiscard]] bool is_json() const {
    return mode_ == OutputMode::json || mode_ == OutputMode::jsonl;
  }
  [[nodiscard]] bool out_is_terminal() const { return streams_.out_is_terminal; }
  [[nodiscard]] bool err_is_terminal() const { return streams_.err_is_terminal; }
  [[nodiscard]] std::ostream& out() { return streams_.out; }
  [[nodiscard]] std::ostream& err() { return streams_.err; }

  /// One result: `text` and a newline for people and pipes, `json` for programs.
  void value(const Json& json, std::string_view text);
  /// Data of a node, the same way. Binary data on a terminal is shown as base64.
  void data(const Json& json, std::string_view bytes);
  /// One line of a stream: always on a line of its own and flushed.
  void event(const Json& json, std::string_view text);

  /// Says what went wrong, on the error stream. `hint` says what to do about it.
  void error(const Error& error, std::string_view hint);
  /// A remark that is no result, on the error stream; not in JSON modes.
  void note(std::string_view text);

 private:
  Streams streams_;
  OutputMode mode_ = OutputMode::plain;
};

/// Rows with the same fields. A table with one column is a list: bare lines, or in JSON bare
/// values.
class Rows {
 public:
  struct Column {
    std::string key;  ///< In JSON, and in capitals the heading.
    bool align_right = false;
  };

  /// Whose texts the cells hold: those of others are made printable also where no terminal is, for
  /// a name with a tab or a line in it would be taken for two.
  enum class Texts : std::uint8_t { asked_for, of_others };

  Rows(Output& output, std::vector<Column> columns, Texts texts = Texts::asked_for);
  /// Prints what is held back: table widths, the end of the JSON array.
  ~Rows();
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  /// One value per column, in their order.
  void add(std::vector<Json> values);

 private:
  [[nodiscard]] Json row_json(std::vector<Json> values) const;
  void print_table();

  Output& output_;
  std::vector<Column> columns_;
  Texts texts_;
  std::vector<std::vector<std::string>> held_;  ///< Cells of the table mode.
  bool first_ = true;
};

}  // namespace quorate::cli
