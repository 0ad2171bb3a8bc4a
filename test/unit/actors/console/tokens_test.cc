#include "actors/console/tokens.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "test/unit/storage/temporary_directory.h"

using namespace quorate;
using namespace quorate::test;

namespace {

// SHA-256 of "secret".
const std::string secret_hash = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
const std::string other_hash(64, '0');

std::string refusal(const std::string& line) {
  const auto parsed = parse_tokens("# first\n" + line + "\n", "tokens");
  return parsed.ok() ? "accepted" : parsed.error().text;
}

WallTime at(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days(std::chrono::year(year) / month / day);
}

void write(const std::string& path, const std::string& text, mode_t mode = 0600) {
  std::ofstream(path) << text;
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

}  // namespace

TEST_CASE("a file names tokens and certificates") {
  const auto tokens =
      parse_tokens("# who may what\r\n\n  \t\nview viewer " + secret_hash + "\n\tops\toperator  " +
                       other_hash + " 2027-01-31\r\n" + "cert:CN=a b,O=Example   admin\n",
                   "tokens");
  REQUIRE(tokens.ok());
  REQUIRE(tokens->tokens.size() == 2);
  CHECK(tokens->tokens[0].name == "view");
  CHECK(tokens->tokens[0].role == ConsoleRole::viewer);
  CHECK_FALSE(tokens->tokens[0].expires);
  CHECK(tokens->tokens[1].role == ConsoleRole::operator_);
  CHECK(tokens->tokens[1].expires == at(2027, 2, 1));
  CHECK(tokens->role_of_certificate("CN=a b,O=Example") == ConsoleRole::admin);
  CHECK(tokens->role_of_certificate("CN=a b") == ConsoleRole::none);

  const Token* found = tokens->find(hash_of_secret("secret"));
  REQUIRE(found != nullptr);
  CHECK(found->name == "view");
  CHECK(tokens->find(hash_of_secret("other")) == nullptr);
}

TEST_CASE("what is wrong is named with its line, and never shown") {
  for (const auto& [line, why] : std::initializer_list<std::pair<std::string, const char*>>{
           {"a viewer", "were expected"},
           {"a viewer " + secret_hash + " 2027-01-31 x", "were expected"},
           {"a root " + secret_hash, "the role is"},
           {"a none " + secret_hash, "the role is"},
           {"a Viewer " + secret_hash, "the role is"},
           {"a viewer " + secret_hash.substr(1), "the third field"},
           {"a viewer g" + secret_hash.substr(1), "the third field"},
           {"a viewer " + secret_hash + "0", "the third field"},
           {"a/b viewer " + secret_hash, "the name has"},
           {std::string(65, 'a') + " viewer " + secret_hash, "the name has"},
           {"a viewer " + secret_hash + " 2027-02-30", "the last day"},
           {"a viewer " + secret_hash + " 2027-1-1", "the last day"},
           {"a viewer " + secret_hash + " 90d", "the last day"},
           {"a viewer " + secret_hash + "\na admin " + other_hash, "name was given before"},
           {"a viewer " + secret_hash + "\nb admin " + secret_hash, "is that of a"},
           {"cert:CN=a", "cert:SUBJECT"},
           {"cert: admin", "cert:SUBJECT"},
           {"cert:CN=a root", "cert:SUBJECT"},
           {"cert:CN=a admin\ncert:CN=a viewer", "subject was given before"}}) {
    CAPTURE(line);
    const std::string text = refusal(line);
    CHECK(text.find(why) != std::string::npos);
    CHECK(text.starts_with(line.find('\n') == std::string::npos ? "tokens:2: " : "tokens:3: "));
    CHECK(text.find(secret_hash) == std::string::npos);
  }
}

TEST_CASE("a file has a bounded number of entries") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "cert:CN=" + std::to_string(i) + " viewer\n";
  CHECK(parse_tokens(text, "tokens").ok());
  CHECK_FALSE(parse_tokens(text + "cert:CN=x viewer\n", "tokens").ok());
}

TEST_CASE("a file that others may use is refused, and it is said what to do") {
  const TemporaryDirectory folder;
  const std::string path = folder / "tokens";
  for (const mode_t mode : {0640, 0604, 0620, 0777}) {
    write(path, "a viewer " + secret_hash, mode);
    const auto file = TokensFile::load(path);
    REQUIRE_FALSE(file.ok());
    CHECK(file.error().text ==
          "console_tokens_file " + path + ": others than its owner may use it: chmod 600 " + path);
  }
  write(path, "a viewer " + secret_hash, 0400);
  CHECK(TokensFile::load(path).ok());
  CHECK_FALSE(TokensFile::load(folder / "none").ok());
}

TEST_CASE("a changed file is read again; a wrong one is told once and changes nothing") {
  using Reload = TokensFile::Reload;
  const TemporaryDirectory folder;
  const std::string path = folder / "tokens";
  write(path, "a viewer " + secret_hash);
  auto file = TokensFile::load(path);
  REQUIRE(file.ok());
  CHECK(*file->reload() == Reload::unchanged);

  write(path, "b operator " + secret_hash);
  CHECK(*file->reload() == Reload::done);
  CHECK(file->tokens().tokens[0].name == "b");
  CHECK(*file->reload() == Reload::unchanged);

  write(path, "nonsense");
  CHECK_FALSE(file->reload().ok());
  CHECK(*file->reload() == Reload::unchanged);
  CHECK(file->tokens().tokens[0].name == "b");

  write(path, "");
  CHECK(*file->reload() == Reload::done);
  CHECK(file->tokens().tokens.empty());

  // Only its mode changes.
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  CHECK_FALSE(file->reload().ok());
  std::filesystem::remove(path);
  CHECK_FALSE(file->reload().ok());
}
