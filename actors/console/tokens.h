// Who has been given access to the console: tokens and certificates, as a file names them.
//
//   # name   role      SHA-256 of the token, in hexadecimal    last day (UTC)
//   deploy   operator  9f86d081884c7d659a2feaa0c55ad015...     2027-01-31
//   cert:CN=ops,O=Example  admin
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/console/caller.h"
#include "core/base/result.h"

namespace quorate {

/// Of those that a person can be given: not none.
[[nodiscard]] std::optional<ConsoleRole> role_of(std::string_view name);

/// Of a token or another secret; only it is kept.
using SecretHash = std::array<std::uint8_t, 32>;
[[nodiscard]] SecretHash hash_of_secret(std::string_view secret);
/// Takes as long whatever differs.
[[nodiscard]] bool equal_in_constant_time(const SecretHash& a, const SecretHash& b);

struct Token {
  std::string name;
  ConsoleRole role = ConsoleRole::none;
  SecretHash hash{};
  std::optional<WallTime> expires;
};

struct CertificateRole {
  std::string subject;  ///< As RFC 2253 writes it: "CN=ops,O=Example".
  ConsoleRole role = ConsoleRole::none;
};

struct Tokens {
  std::vector<Token> tokens;
  std::vector<CertificateRole> certificates;

  /// The token itself, valid or expired; null when there is none. Looks at all of them, whichever
  /// it is.
  [[nodiscard]] const Token* find(const SecretHash& hash) const;
  [[nodiscard]] ConsoleRole role_of_certificate(std::string_view subject) const;
};

/// Errors: bad_arguments, naming `file` and the line; hashes are not shown.
[[nodiscard]] Result<Tokens> parse_tokens(std::string_view text, std::string_view file);

/// A tokens file and what it said when it was last read.
class TokensFile {
 public:
  /// Errors: bad_arguments, naming the file and what to do: it is missing, wrong, or others than
  /// its owner may use it.
  [[nodiscard]] static Result<TokensFile> load(std::string path);

  [[nodiscard]] const Tokens& tokens() const { return tokens_; }

  enum class Reload : std::uint8_t { unchanged, done };
  /// Reads the file again if it has changed. Error: as load(), once for each change; what was read
  /// before stays.
  [[nodiscard]] Result<Reload> reload();

 private:
  /// What tells one state of a file from another.
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t size = -1;  ///< There is none.
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;  ///< Its owner and mode too.
    std::uint32_t mode = 0;       ///< Changes within one tick of the clock that the others show.
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  explicit TokensFile(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] Stamp stamp() const;
  [[nodiscard]] Result<Tokens> read() const;

  std::string path_;
  Stamp stamp_;
  Tokens tokens_;
};

}  // namespace quorate
