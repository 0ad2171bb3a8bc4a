// Data that a command is given: as an argument, from a file, from standard input.
#pragma once

#include <optional>
#include <string>

#include "client/cli/context.h"
#include "core/base/result.h"

namespace quorate::cli {

/// The bytes of `file` ("-": standard input), without a limit of their own but at most 1 GiB.
/// Error bad_arguments names the file and why it cannot be read.
[[nodiscard]] Result<std::string> read_file(Context& context, const std::string& file);

/// `argument`, or the content of `file` when that is given. Error bad_arguments for both.
[[nodiscard]] Result<std::string> data_from(Context& context,
                                            const std::optional<std::string>& argument,
                                            const std::string& file);

}  // namespace quorate::cli
