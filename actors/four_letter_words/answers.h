// Answers four-letter words from what a server's I/O thread has at hand.
#pragma once

#include <optional>
#include <string>

#include "actors/connection_logic.h"
#include "actors/four_letter_words/server_report.h"

namespace quorate {

struct ConnectionShared;

/// How the server of these connections is doing. On the I/O thread, as all here.
[[nodiscard]] ServerReport report_of(const ConnectionShared& shared);

/// The text, and what the word does besides; nothing: another actor has to be asked.
[[nodiscard]] std::optional<std::string> answer_at_once(ConnectionShared& shared,
                                                        const AskedWord& asked);

/// The end of the answer to dump.
[[nodiscard]] std::string connections_dump(const ConnectionShared& shared);

}  // namespace quorate
