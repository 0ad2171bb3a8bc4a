// bench: the measuring program, which stands beside this one.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "client/cli/command.h"

namespace quorate::cli {
namespace {

struct BenchFlags {
  std::vector<std::string> words;
};

ExitCode bench(Context& context, const BenchFlags& flags) {
  if (context.in_shell()) {
    return context.fail(
        {ErrorCode::bad_arguments, "bench is a program of its own: leave the shell"});
  }
  std::error_code unknown;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", unknown);
  const std::string program = (own.parent_path() / "quorate-bench").string();
  std::vector<std::string> words = flags.words;
  words.insert(words.begin(), program);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());  // Comes back only when it failed.
  return context.fail(
      {ErrorCode::system_error, "cannot run " + program + ": " + std::strerror(errno)},
      "quorate-bench is installed, or built, beside quorate");
}

}  // namespace

void define_bench(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<BenchFlags>(
      app, selection, "bench", "Measure a server: all that follows goes to quorate-bench",
      "quorate bench load -c 32 -d 16 -e 127.0.0.1:2181", bench);
  arguments.rest(flags->words);
}

}  // namespace quorate::cli
