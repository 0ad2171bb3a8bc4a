// Keys of ZooKeeper that are no options here: what a zoo.cfg brought along may still say.
#pragma once

#include <string_view>
#include <vector>

namespace quorate {

/// A key of ZooKeeper without an option of ours. People bring their zoo.cfg: what has no meaning
/// here is accepted with a notice, what asks for something whose absence would be unsafe or
/// surprising is refused with the reason.
struct ForeignKey {
  enum class Treatment {
    ignored,  ///< Accepted with a notice.
    refused,  ///< Refused unless the value is among `harmless`, which say what is so anyway.
  };
  std::string_view pattern;  ///< The key; a '*' at its end stands for any rest.
  Treatment treatment = Treatment::ignored;
  std::string_view harmless;  ///< Values between bars, lower case: "false|no".
  std::string_view reason;    ///< Follows "ignored: " or "refused: ".
};

/// In the order of the documentation.
[[nodiscard]] const std::vector<ForeignKey>& foreign_keys();

/// The entry for a key, letter for letter; of several patterns the longest. nullptr: unknown.
[[nodiscard]] const ForeignKey* find_foreign_key(std::string_view key);

/// Whether the value is one of those that change nothing; letter case aside.
[[nodiscard]] bool is_harmless(const ForeignKey& foreign, std::string_view value);

/// The known key (option, alias or foreign) that somebody who wrote `key` may have meant, or empty.
[[nodiscard]] std::string_view nearest_key(std::string_view key);

}  // namespace quorate
