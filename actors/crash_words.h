// The last words of a process that crashes: one line that says where, before the core is dumped.
#pragma once

#include <string>

#include "config/log_level.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "storage/last_words.h"

namespace quorate {

/// From now on SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT and SIGSYS write one line in the log's
/// format to `file` (empty: standard error), then act as if nobody had caught them:
///
///   error crashed server=1 signal=SIGSEGV address=0x10 frames=+0x1a2b,+0x3c4d
///
/// A frame with `+` is an offset into the program (`addr2line -e quorated 0x1a2b`), another one
/// an address in a library. `rule` is there when a check() failed. Only async-signal-safe calls
/// are made; the file is opened here. Once per process, before other threads start.
/// Errors: io_error, naming the file or the call that failed.
Status install_crash_words(ServerId server, LogFormat format, const std::string& file);

/// The observer that install_crash_words() gives to set_check_observer(); who installs another
/// one calls this from it.
void remember_broken_rule(const char* rule) noexcept;

/// From now on the crash, behind its line, also leaves `words` of the txn that was being applied;
/// nullptr: no more.
void leave_last_words(LastWords* words) noexcept;

}  // namespace quorate
