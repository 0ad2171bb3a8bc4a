// Invariants: a rule that we ourselves broke ends the process, in release builds too.
#pragma once

namespace quorate {

/// Called with the broken rule before the process aborts; the crash handler uses it to record
/// what was being applied. Must be async-signal-safe in spirit: no locks, no allocation.
using CheckObserver = void (*)(const char* rule);

/// Installs the observer (one per process; nullptr removes it).
void set_check_observer(CheckObserver observer) noexcept;

[[noreturn]] void check_failed(const char* rule, const char* file, int line) noexcept;

/// Aborts with `rule` on stderr unless `condition` holds. Never for input: whoever parses a
/// message refuses it first.
inline void check(bool condition, const char* rule, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) noexcept {
  if (!condition) [[unlikely]]
    check_failed(rule, file, line);
}

}  // namespace quorate
