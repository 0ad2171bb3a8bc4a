// Questions about watches.
#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/inquiry/best_list.h"
#include "core/inquiry/inquiring.h"

namespace quorate {
namespace {

/// Sessions that one step looks at.
constexpr std::size_t sessions_per_step = 100;
/// Items that one step sorts, and that one shows some watchers of.
constexpr std::size_t items_per_step = 50;
constexpr std::size_t some_max = 5;

constexpr std::array every_kind = {WatchKind::data, WatchKind::child, WatchKind::persistent,
                                   WatchKind::recursive};

/// The names and numbers of watches are gathered; the best ones are kept.
struct Counted {
  std::string name;
  std::uint64_t watches = 0;
  std::array<std::uint64_t, watch_kinds> kinds{};
  SessionId session;
};

struct Before {
  WatchesInquiry::Sort sort = WatchesInquiry::Sort::watches;
  bool is_descending = true;

  struct Key {
    std::string_view name;
    std::uint64_t watches;
  };
  template <class A>
  bool operator()(const A& a, const Counted& b) const {
    if (sort == WatchesInquiry::Sort::watches && a.watches != b.watches)
      return is_descending ? a.watches > b.watches : a.watches < b.watches;
    const std::string_view name(a.name);
    // Among equals the order is that of names, whatever the direction.
    const bool is_up = sort == WatchesInquiry::Sort::watches || !is_descending;
    return is_up ? name < b.name : name > b.name;
  }
};

class WatchCounting final : public Inquiring {
 public:
  explicit WatchCounting(WatchesInquiry asked)
      : asked_(std::move(asked)),
        limit_(std::clamp<std::size_t>(asked_.limit, 1, page_limit_max)),
        best_(std::min(asked_.offset, page_end_max) + limit_, {asked_.sort, asked_.is_descending}) {
  }

  bool go_on(CommitMachine& machine) override {
    if (asked_.offset > page_end_max - limit_) {
      failed_ =
          Error{ErrorCode::bad_arguments, "a page ends at most at " + std::to_string(page_end_max) +
                                              "; search for what you look for"};
      return false;
    }
    switch (stage_) {
      case Stage::count:
        return asked_.by == WatchesInquiry::By::path ? count_paths(machine)
                                                     : count_sessions(machine);
      case Stage::sort:
        return sort();
      case Stage::show:
        return show_some(machine);
    }
    return false;
  }

  StateAnswer take(const CommitMachine& machine) override {
    if (failed_) return {machine.state().last_applied(), *std::move(failed_)};
    answer_.watches = machine.watches().size();
    answer_.paths = machine.watches().paths();
    answer_.watchers = machine.watches().watchers();
    for (std::size_t i = 0; i < items_.size(); ++i)
      answer_.items.push_back({std::move(items_[i].name), items_[i].kinds, std::move(some_[i])});
    return {machine.state().last_applied(), std::move(answer_)};
  }

 private:
  enum class Stage : std::uint8_t { count, sort, show };

  bool count_paths(const CommitMachine& machine) {
    machine.watches().each_path(part_++,
                                [&](std::string_view path, const WatchTable::PathCounts& kinds) {
                                  count(path, kinds, {});
                                });
    if (part_ == WatchTable::parts) stage_ = Stage::sort;
    return true;
  }

  bool count_sessions(const CommitMachine& machine) {
    is_local_ ? count_local_sessions(machine) : count_logged_sessions(machine);
    return true;
  }

  void count_logged_sessions(const CommitMachine& machine) {
    const auto& sessions = machine.state().sessions().all();
    auto next = sessions.upper_bound(last_);
    for (std::size_t i = 0; i < sessions_per_step && next != sessions.end(); ++i, ++next) {
      last_ = next->first;
      count(machine, last_);
    }
    if (next != sessions.end()) return;
    is_local_ = true;
    last_ = SessionId{INT64_MIN};
  }

  void count_local_sessions(const CommitMachine& machine) {
    const auto some = machine.local_sessions().timeouts_after(last_, sessions_per_step);
    for (const auto& [session, timeout_ms] : some) {
      last_ = session;
      count(machine, session);
    }
    if (some.size() < sessions_per_step) stage_ = Stage::sort;
  }

  void count(const CommitMachine& machine, SessionId session) {
    const ConnectionSerial connection = machine.connection_of(session);
    if (connection == ConnectionSerial{}) return;
    const auto counts = machine.watches().counts_of(connection);
    std::array<std::uint64_t, watch_kinds> kinds{};
    std::copy(counts.begin(), counts.end(), kinds.begin());
    if (counts != WatchTable::KindCounts{}) count(to_string(session), kinds, session);
  }

  void count(std::string_view name, const std::array<std::uint64_t, watch_kinds>& kinds,
             SessionId session) {
    if (name.find(asked_.search) == std::string_view::npos) return;
    ++answer_.total;
    std::uint64_t watches = 0;
    for (const std::uint64_t of_kind : kinds) watches += of_kind;
    if (best_.wants(Before::Key{name, watches}))
      best_.add({std::string(name), watches, kinds, session});
  }

  /// The last ones of the page first; those before the page are dropped.
  bool sort() {
    for (std::size_t i = 0; i < items_per_step && best_.size() > asked_.offset; ++i)
      items_.push_front(best_.take_worst());
    if (best_.size() <= asked_.offset) stage_ = Stage::show;
    return true;
  }

  bool show_some(const CommitMachine& machine) {
    for (std::size_t i = 0; i < items_per_step && some_.size() < items_.size(); ++i) {
      const Counted& item = items_[some_.size()];
      some_.push_back(item.session == SessionId{} ? watchers_of(machine, item.name)
                                                  : paths_of(machine, item.session));
    }
    return some_.size() < items_.size();
  }

  static std::vector<std::string> watchers_of(const CommitMachine& machine, std::string_view path) {
    std::vector<std::string> some;
    for (const WatchKind kind : every_kind) {
      for (const ConnectionSerial watcher : machine.watches().watchers_of(kind, path)) {
        std::string session = to_string(machine.session_of(watcher));
        if (some.size() == some_max) return some;
        if (std::find(some.begin(), some.end(), session) == some.end())
          some.push_back(std::move(session));
      }
    }
    return some;
  }

  static std::vector<std::string> paths_of(const CommitMachine& machine, SessionId session) {
    std::vector<std::string> some;
    machine.watches().each_watch_of(machine.connection_of(session),
                                    [&](std::string_view path, WatchKind /*kind*/) {
                                      if (std::find(some.begin(), some.end(), path) == some.end())
                                        some.emplace_back(path);
                                      return some.size() < some_max;
                                    });
    std::sort(some.begin(), some.end());
    return some;
  }

  WatchesInquiry asked_;
  std::size_t limit_;
  BestList<Counted, Before> best_;
  Stage stage_ = Stage::count;
  std::size_t part_ = 0;
  SessionId last_{INT64_MIN};
  bool is_local_ = false;
  std::deque<Counted> items_;
  std::deque<std::vector<std::string>> some_;  ///< Of the items, as far as it was looked.
  WatchesAnswer answer_;
  std::optional<Error> failed_;
};

}  // namespace

std::unique_ptr<Inquiring> begin_inquiry_of(const WatchesInquiry& asked) {
  return std::make_unique<WatchCounting>(asked);
}

}  // namespace quorate
