// What streams of events are sent: views that are made again each second, and news with numbers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/console/admin_call.h"
#include "actors/http/http_message.h"
#include "config/log_level.h"

namespace quorate {

/// A topic of news, and the least level that is wanted of it.
struct WantedTopic {
  std::string topic;
  LogLevel level = LogLevel::trace;
};

struct StreamWanted {
  std::vector<std::string> views;  ///< As in "/servers/2/actors?sort=busy".
  std::vector<WantedTopic> topics;
  std::string last_event_id;             ///< Empty: a new client.
  std::optional<std::int64_t> until_ms;  ///< When its client's login ends.
};

/// Views of equal text are made once for all streams and sent when they have changed, at most once
/// a second; the next one only when the one before has been made, so that a slow server is not
/// asked faster than it answers. Each text of an event is shared by all streams that it is sent to.
/// News are kept for those who come back with the number of the last event they saw.
///
/// Not for several threads.
class EventHub {
 public:
  static constexpr std::size_t views_max = 8;       ///< Of one stream.
  static constexpr std::size_t all_views_max = 64;  ///< Of all, different ones.
  static constexpr std::size_t kept_max = 500;      ///< News of one topic.

  /// Makes a view: a GET of the API. Its answer may come later, once, or not at all.
  using Ask = std::function<void(const std::string& view, std::function<void(AdminAnswer)>)>;

  /// `start`: tells this hub's numbers from those of an earlier one.
  EventHub(std::int64_t start, Ask ask);
  ~EventHub();

  /// False when there are too many different views; nothing has been sent then.
  bool add(const StreamWanted& wanted, std::shared_ptr<HttpStream> stream);

  /// `level` counts for topics that have levels.
  void publish(std::string_view topic, const Json& item, LogLevel level = LogLevel::error);

  /// Twice a second at least.
  void tick(std::chrono::steady_clock::time_point now, std::int64_t now_ms);

  [[nodiscard]] std::size_t streams() const;

 private:
  struct View;
  struct Stream;
  struct News {
    std::uint64_t seq;
    LogLevel level;
    SharedBytes bytes;
  };

  void ask(const std::string& text, View& view);
  void on_answer(const std::string& text, const AdminAnswer& answer);
  void replay(Stream& stream, std::string_view last_event_id);
  void drop_ended(std::int64_t now_ms);
  [[nodiscard]] std::string id_of(std::uint64_t seq) const;

  std::int64_t start_;
  Ask ask_;
  std::map<std::string, View> views_;
  std::vector<Stream> streams_;
  std::map<std::string, std::deque<News>, std::less<>> kept_;
  std::map<std::string, std::uint64_t, std::less<>> forgotten_;  ///< Highest seq by topic.
  std::uint64_t last_seq_ = 0;
  std::chrono::steady_clock::time_point now_{};
  /// Answers that come when the hub is gone are dropped.
  std::shared_ptr<EventHub*> self_;
};

}  // namespace quorate
