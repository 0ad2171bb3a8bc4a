// Text as people meet it: what they typed shown back safely, and what they may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quorate::words {

/// `text` for a message of one line: quotes, backslashes and what printable_length() excludes are
/// escaped, and at most `bytes_max` bytes are shown, then "...".
[[nodiscard]] std::string escaped(std::string_view text, std::size_t bytes_max = 80);

/// The same in double quotes.
[[nodiscard]] std::string quoted(std::string_view text, std::size_t bytes_max = 80);

/// The candidate nearest to `word`, letter case aside, or empty when none is near: at most two
/// edits (insert, delete, change, swap of neighbours) for short words, a third of its length for
/// long ones. The first of equals wins.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       const std::vector<std::string_view>& candidates);

/// How a key is spelled in the environment: "clientPortAddress" and "client_port_address" both
/// give CLIENT_PORT_ADDRESS; dots and hyphens become underscores.
[[nodiscard]] std::string upper_snake(std::string_view key);

[[nodiscard]] std::string lower_case(std::string_view text);

/// Without the blanks and tabs around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// The pieces between separators; "a,,b" has an empty one in the middle, "" has one empty piece.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// The words between blanks, tabs and line ends.
[[nodiscard]] std::vector<std::string_view> split_blanks(std::string_view text);

/// The length in bytes of the UTF-8 sequence at the start of `text`, 0 when it is not valid
/// (overlong forms, surrogates and what lies above U+10FFFF are not).
[[nodiscard]] std::size_t utf8_length(std::string_view text);

/// The same, but 0 also for what a terminal or a reader may take for something else: control
/// characters (C0, DEL, C1), line separators, and marks that change the direction of writing.
[[nodiscard]] std::size_t printable_length(std::string_view text);

[[nodiscard]] bool is_utf8(std::string_view text);

/// Whether a byte below 0x20, or 0x7f, is in it.
[[nodiscard]] bool has_control_bytes(std::string_view text);

}  // namespace quorate::words
