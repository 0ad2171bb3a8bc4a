#include "actors/four_letter_words/state_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace quorate {
namespace {

/// Sessions that one step lists.
constexpr std::size_t sessions_per_step = 100;
/// Paths of ephemerals that are listed of one session, which is done in one step.
constexpr std::size_t ephemeral_bytes_max = std::size_t{256} << 10;

std::string hex(SessionId session) {
  return fmt::format("0x{:x}", static_cast<std::uint64_t>(session.value));
}

std::string session_line(SessionId session, std::int64_t timeout_ms) {
  return fmt::format("{}\t{}ms\n", hex(session), timeout_ms);
}

}  // namespace

StateText::StateText(FourLetterWord word, std::size_t bytes_max)
    : word_(word), bytes_max_(bytes_max), text_(bytes_max) {}

bool StateText::go_on(const CommitMachine& machine, const MarkRing& marks) {
  switch (stage_) {
    case Stage::begin:
      begin(machine, marks);
      break;
    case Stage::sessions:
      list_sessions(machine);
      break;
    case Stage::owners:
      list_ephemerals(machine);
      break;
    case Stage::watches:
      list_watches(machine);
      break;
    case Stage::end:
      break;
  }
  return stage_ != Stage::end;
}

std::string StateText::take() { return text_.take(); }

void StateText::begin(const CommitMachine& machine, const MarkRing& marks) {
  if (word_ == FourLetterWord::hash) {
    for (const DigestMark& mark : marks.after(Zxid{}))
      text_.add(fmt::format("{:x}: {}\n", mark.zxid.value, mark.digest));
    stage_ = Stage::end;
  } else if (word_ == FourLetterWord::dump) {
    text_.add("SessionTracker dump:\n");
    if (machine.local_sessions().size() > 0) list_local_sessions(machine);
    text_.add(fmt::format("Global Sessions({}):\n", machine.state().sessions().size()));
    stage_ = Stage::sessions;
  } else {
    stage_ = Stage::watches;
  }
}

void StateText::list_local_sessions(const CommitMachine& machine) {
  text_.add(fmt::format("Local Sessions({}):\n", machine.local_sessions().size()));
  for (const auto& [session, timeout_ms] : machine.local_sessions().timeouts())
    if (!text_.add(session_line(session, timeout_ms))) return;
}

void StateText::list_sessions(const CommitMachine& machine) {
  const auto& sessions = machine.state().sessions().all();
  auto session = sessions.upper_bound(last_session_);
  for (std::size_t i = 0; i < sessions_per_step && session != sessions.end(); ++i, ++session) {
    last_session_ = session->first;
    text_.add(session_line(session->first, session->second.timeout_ms));
  }
  if (session != sessions.end() && !text_.is_cut()) return;
  text_.add("ephemeral nodes dump:\n");
  text_.add(fmt::format("Sessions with Ephemerals ({}):\n",
                        machine.state().tree().ephemeral_owner_count()));
  last_session_ = SessionId{INT64_MIN};
  stage_ = Stage::owners;
}

void StateText::list_ephemerals(const CommitMachine& machine) {
  const auto& sessions = machine.state().sessions().all();
  auto session = sessions.upper_bound(last_session_);
  for (std::size_t i = 0; i < sessions_per_step && session != sessions.end(); ++session) {
    last_session_ = session->first;
    ++i;
    const auto paths =
        machine.state().tree().ephemerals_of(session->first, "", 0, ephemeral_bytes_max);
    if (paths && paths->empty()) continue;
    text_.add(hex(session->first) + ":\n");
    if (!paths) text_.add(fmt::format("\t... more than {} bytes\n", ephemeral_bytes_max));
    if (!paths) continue;
    i += paths->size();
    for (const std::string& path : *paths) text_.add(fmt::format("\t{}\n", path));
  }
  if (session == sessions.end() || text_.is_cut()) stage_ = Stage::end;
}

void StateText::list_watches(const CommitMachine& machine) {
  const auto visit = [&](std::string_view path, std::span<const ConnectionSerial> watchers) {
    if (word_ == FourLetterWord::wchs) {
      ++paths_;
      watches_ += watchers.size();
      watchers_.insert(watchers.begin(), watchers.end());
      return;
    }
    if (text_.is_cut()) return;
    if (word_ == FourLetterWord::wchp) text_.add(fmt::format("{}\n", path));
    for (const ConnectionSerial watcher : watchers) {
      const SessionId session = machine.session_of(watcher);
      if (word_ == FourLetterWord::wchp) {
        if (!text_.add(fmt::format("\t{}\n", hex(session)))) return;
      } else if (paths_bytes_ <= bytes_max_) {
        std::string& paths = paths_of_[session];
        paths.append("\t").append(path).append("\n");
        paths_bytes_ += path.size() + 2;
      }
    }
  };
  machine.watches().each_data_path(part_++, visit);
  if (part_ < WatchTable::parts && !text_.is_cut() && paths_bytes_ <= bytes_max_) return;
  finish_watches();
  stage_ = Stage::end;
}

void StateText::finish_watches() {
  if (word_ == FourLetterWord::wchs) {
    text_.add(fmt::format("{} connections watching {} paths\nTotal watches:{}\n", watchers_.size(),
                          paths_, watches_));
    return;
  }
  for (const auto& [session, paths] : paths_of_)
    if (!text_.add(hex(session) + "\n") || !text_.add(paths)) break;
  text_.add("\n");
}

}  // namespace quorate
