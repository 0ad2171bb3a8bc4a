#include "test/unit/core/zab/sim_child.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <sstream>
#include <string_view>
#include <utility>

#include "core/base/check.h"

namespace quorate::sim {
namespace {

// What a child says line by line: its trace and what it prints when it aborts; then, when it comes
// so far, this line with the counts, and the failure.
constexpr const char* verdict_word = "verdict";

std::string read_all(int in) {
  std::string text;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t count = ::read(in, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Verdict read_verdict(const std::string& counts, std::istringstream& lines) {
  Verdict verdict;
  std::istringstream words(counts.substr(std::string_view(verdict_word).size()));
  words >> verdict.committed >> verdict.elections >> verdict.images >> verdict.cuts >>
      verdict.amnesias >> verdict.stains >> verdict.divergences;
  std::string failure;
  for (std::string line; std::getline(lines, line);)
    failure += (failure.empty() ? "" : "\n") + line;
  if (!failure.empty()) verdict.failure = failure;
  return verdict;
}

}  // namespace

Child::Child(const Plan& plan, bool traced) : plan_(plan) {
  std::array<int, 2> ends{};
  check(::pipe(ends.data()) == 0, "a pipe can be made");
  std::fflush(nullptr);
  process_ = ::fork();
  check(process_ >= 0, "a process can be forked");
  if (process_ == 0) run_and_exit(ends[1], traced);
  ::close(ends[1]);
  in_ = ends[0];
}

void Child::run_and_exit(int out, bool traced) {
  ::dup2(out, STDERR_FILENO);
  // A doctest's handlers would report the abort as their own.
  ::signal(SIGABRT, SIG_DFL);
  plan_.trace = nullptr;
  if (traced)
    plan_.trace = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
  const Verdict verdict = run(plan_);
  std::ostringstream text;
  text << verdict_word << ' ' << verdict.committed << ' ' << verdict.elections << ' '
       << verdict.images << ' ' << verdict.cuts << ' ' << verdict.amnesias << ' ' << verdict.stains
       << ' ' << verdict.divergences << '\n'
       << verdict.failure.value_or("") << '\n';
  std::fputs(text.str().c_str(), stderr);
  // Nothing of the parent's is to be flushed or destroyed twice.
  ::_exit(0);
}

Verdict Child::wait() {
  std::istringstream lines(read_all(in_));
  ::close(in_);
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  std::string line;
  std::string last;
  for (; std::getline(lines, line); last = line) {
    if (line.starts_with(verdict_word)) return read_verdict(line, lines);
    trace_.push_back(line);
  }
  Verdict verdict;
  verdict.failure = "aborted: " + (last.empty() ? "without a word" : last);
  return verdict;
}

}  // namespace quorate::sim
