// Everything that runs in the handler is written without locks, allocation and stdio: the crash
// may have happened inside any of them.
#include "actors/crash_words.h"

#include <execinfo.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <system_error>

#include "core/base/check.h"

// Given by the linker: where the program starts and its code ends.
extern "C" const char __executable_start;  // NOLINT: the linker's name.
extern "C" const char etext;               // NOLINT: the linker's name.

namespace quorate {
namespace {

constexpr std::size_t frames_max = 48;

struct Settings {
  std::uint32_t server = 0;
  LogFormat format = LogFormat::text;
  int descriptor = STDERR_FILENO;
};

// What the handler needs has to be found without arguments; written once, before it is installed.
Settings settings;
std::atomic<const char*> broken_rule{nullptr};
std::atomic<LastWords*> last_words{nullptr};
std::atomic<bool> speaking{false};
std::array<char, std::size_t{64} * 1024> handler_stack;

struct SignalName {
  int number;
  std::string_view name;
};
constexpr std::array<SignalName, 6> signals{{{SIGSEGV, "SIGSEGV"},
                                             {SIGBUS, "SIGBUS"},
                                             {SIGFPE, "SIGFPE"},
                                             {SIGILL, "SIGILL"},
                                             {SIGABRT, "SIGABRT"},
                                             {SIGSYS, "SIGSYS"}}};

/// A line in a fixed buffer; what does not fit is left out.
class Line {
 public:
  Line& text(std::string_view text) {
    for (const char c : text)
      if (size_ < bytes_.size()) bytes_[size_++] = c;
    return *this;
  }
  /// Of our own rules; all but printable ASCII without quotes becomes a '?'.
  Line& words(const char* text) {
    for (; *text != '\0'; ++text) {
      const bool plain = *text >= ' ' && *text < 0x7f && *text != '"' && *text != '\\';
      this->text({plain ? text : "?", 1});
    }
    return *this;
  }
  Line& number(std::uint64_t number, unsigned base) {
    std::array<char, 20> digits{};
    std::size_t count = 0;
    do {
      digits[count++] = "0123456789abcdef"[number % base];
      number /= base;
    } while (number > 0);
    while (count > 0) text({&digits[--count], 1});
    return *this;
  }
  Line& hex(std::uint64_t number) { return text("0x").number(number, 16); }

  void write_to(int descriptor) const {
    std::size_t done = 0;
    while (done < size_) {
      const ssize_t wrote = ::write(descriptor, bytes_.data() + done, size_ - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) return;
      done += static_cast<std::size_t>(wrote);
    }
  }

 private:
  std::array<char, 4096> bytes_{};
  std::size_t size_ = 0;
};

void add_frames(Line& line, bool json) {
  std::array<void*, frames_max> frames{};
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  const auto start = reinterpret_cast<std::uintptr_t>(&__executable_start);
  const auto end = reinterpret_cast<std::uintptr_t>(&etext);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const auto frame = reinterpret_cast<std::uintptr_t>(frames[i]);
    const bool ours = frame >= start && frame < end;
    if (i > 0) line.text(",");
    if (json) line.text("\"");
    if (ours) line.text("+");
    line.hex(ours ? frame - start : frame);
    if (json) line.text("\"");
  }
}

void speak(std::string_view signal, const void* address) {
  const bool json = settings.format == LogFormat::json;
  const char* const rule = broken_rule.load();
  Line line;
  line.text(json ? R"({"level":"error","event":"crashed","server":)" : "error crashed server=")
      .number(settings.server, 10);
  line.text(json ? R"(,"signal":")" : " signal=").text(signal);
  line.text(json ? R"(","address":")" : " address=");
  line.hex(reinterpret_cast<std::uintptr_t>(address));
  if (json) line.text("\"");
  if (rule != nullptr) line.text(json ? R"(,"rule":")" : " rule=\"").words(rule).text("\"");
  line.text(json ? R"(,"frames":[)" : " frames=");
  add_frames(line, json);
  line.text(json ? "]}\n" : "\n").write_to(settings.descriptor);
}

void on_crash(int number, siginfo_t* info, void* /*context*/) {
  // A second crash, here or in another thread, adds nothing.
  if (!speaking.exchange(true)) {
    std::string_view name = "unknown";
    for (const SignalName& signal : signals)
      if (signal.number == number) name = signal.name;
    speak(name, number == SIGABRT ? nullptr : info->si_addr);
    const char* const rule = broken_rule.load();
    // The names of signals are literals: they end with a zero.
    if (LastWords* const words = last_words.load())
      words->speak(rule != nullptr ? rule : name.data());
  }
  // SA_RESETHAND restored the default action; this ends the process with it, once we return.
  ::raise(number);
}

Error failed(std::string_view what) {
  return Error{
      ErrorCode::io_error,
      fmt::format("{}: {}", what, std::error_code(errno, std::generic_category()).message())};
}

}  // namespace

Status install_crash_words(ServerId server, LogFormat format, const std::string& file) {
  settings.server = server.value;
  settings.format = format;
  if (!file.empty()) {
    constexpr int owner_and_group = 0640;
    settings.descriptor =
        ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, owner_and_group);
    if (settings.descriptor < 0) {
      settings.descriptor = STDERR_FILENO;
      return failed(file);
    }
  }
  // The first call loads a library, which a handler must not do.
  std::array<void*, 1> frame{};
  static_cast<void>(::backtrace(frame.data(), 1));

  // A stack overflow leaves no room for a handler on the same stack (of this thread; others speak
  // only while they have some).
  stack_t stack{};
  stack.ss_sp = handler_stack.data();
  stack.ss_size = handler_stack.size();
  if (::sigaltstack(&stack, nullptr) != 0) return failed("sigaltstack");

  set_check_observer(&remember_broken_rule);
  struct sigaction action {};
  action.sa_sigaction = &on_crash;
  // The linters take the union behind these names for something else.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | static_cast<int>(SA_RESETHAND);
  for (const SignalName& signal : signals)
    if (::sigaction(signal.number, &action, nullptr) != 0) return failed("sigaction");
  return {};
}

void remember_broken_rule(const char* rule) noexcept { broken_rule.store(rule); }

void leave_last_words(LastWords* words) noexcept { last_words.store(words); }

}  // namespace quorate
