#include "actors/console/event_hub.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace quorate {
namespace {

using Time = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

/// A second, less what a tick may come early: else every second view would wait for another tick.
constexpr milliseconds view_every{900};
/// An answer that is not there by then is not waited for.
constexpr milliseconds answer_max{10000};
constexpr milliseconds quiet_max{10000};

SharedBytes shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::string event_text(std::string_view name, std::string_view id, std::string_view data) {
  std::string text;
  text.reserve(data.size() + 64);
  if (!id.empty()) text.append("id: ").append(id).append("\n");
  return text.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
}

std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

struct EventHub::View {
  SharedBytes last;           ///< The event, as it was sent; null before the first.
  std::string last_body;      ///< What it was made of.
  std::optional<Time> asked;  ///< While an answer is waited for.
  Time next{};
  std::size_t streams = 0;
};

struct EventHub::Stream {
  std::shared_ptr<HttpStream> out;
  std::vector<std::string> views;
  std::vector<WantedTopic> topics;
  std::optional<std::int64_t> until_ms;
  Time sent{};
  bool ended = false;

  void send(const SharedBytes& bytes, Time now) {
    ended = ended || !out->send(bytes);
    sent = now;
  }
};

EventHub::EventHub(std::int64_t start, Ask ask)
    : start_(start), ask_(std::move(ask)), self_(std::make_shared<EventHub*>(this)) {}

EventHub::~EventHub() { *self_ = nullptr; }

std::size_t EventHub::streams() const { return streams_.size(); }

std::string EventHub::id_of(std::uint64_t seq) const {
  return std::to_string(start_) + "-" + std::to_string(seq);
}

bool EventHub::add(const StreamWanted& wanted, std::shared_ptr<HttpStream> out) {
  std::set<std::string> views(wanted.views.begin(), wanted.views.end());
  const auto fresh = std::count_if(views.begin(), views.end(), [this](const std::string& view) {
    return !views_.contains(view);
  });
  if (views_.size() + static_cast<std::size_t>(fresh) > all_views_max) return false;
  Stream& stream = streams_.emplace_back();
  stream.out = std::move(out);
  stream.views.assign(views.begin(), views.end());
  stream.topics = wanted.topics;
  stream.until_ms = wanted.until_ms;
  // Who comes back is told at once that somebody is here, and from where to go on.
  stream.send(shared("retry: 1000\nid: " + id_of(last_seq_) + "\nevent: hello\ndata: {}\n\n"),
              now_);
  replay(stream, wanted.last_event_id);
  // Asking may answer at once, and to all streams: this one must be whole by then.
  const std::vector<std::string> all = stream.views;
  for (const std::string& text : all) {
    View& view = views_[text];
    ++view.streams;
    if (view.last != nullptr) {
      streams_.back().send(view.last, now_);
    } else if (!view.asked) {
      ask(text, view);
    }
  }
  return true;
}

/// What was published behind the event that the client saw last, as far as it is still known.
void EventHub::replay(Stream& stream, std::string_view last_event_id) {
  if (last_event_id.empty()) return;
  const std::string prefix = std::to_string(start_) + "-";
  std::uint64_t seen = 0;
  const std::string_view number =
      last_event_id.starts_with(prefix) ? last_event_id.substr(prefix.size()) : std::string_view();
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), seen);
  bool has_gap = number.empty() || parsed.ec != std::errc() || seen > last_seq_;
  if (has_gap) seen = 0;
  std::vector<const News*> missed;
  for (const WantedTopic& wanted : stream.topics) {
    const auto forgotten = forgotten_.find(wanted.topic);
    if (forgotten != forgotten_.end() && forgotten->second > seen) has_gap = true;
    const auto kept = kept_.find(wanted.topic);
    if (kept == kept_.end()) continue;
    for (const News& news : kept->second)
      if (news.seq > seen && news.level >= wanted.level) missed.push_back(&news);
  }
  if (has_gap) stream.send(shared(event_text("gap", {}, "{}")), now_);
  std::sort(missed.begin(), missed.end(),
            [](const News* a, const News* b) { return a->seq < b->seq; });
  for (const News* news : missed) stream.send(news->bytes, now_);
}

void EventHub::publish(std::string_view topic, const Json& item, LogLevel level) {
  const std::uint64_t seq = ++last_seq_;
  const News news{seq, level,
                  shared(event_text(topic, id_of(seq),
                                    item.dump(-1, ' ', false, Json::error_handler_t::replace)))};
  auto& kept = kept_[std::string(topic)];
  kept.push_back(news);
  if (kept.size() > kept_max) {
    forgotten_[std::string(topic)] = kept.front().seq;
    kept.pop_front();
  }
  for (Stream& stream : streams_) {
    for (const WantedTopic& wanted : stream.topics) {
      if (wanted.topic != topic || level < wanted.level) continue;
      stream.send(news.bytes, now_);
      break;
    }
  }
}

void EventHub::ask(const std::string& text, View& view) {
  view.asked = now_;
  view.next = now_ + view_every;
  ask_(text, [self = self_, text](const AdminAnswer& answer) {
    if (*self != nullptr) (*self)->on_answer(text, answer);
  });
}

void EventHub::on_answer(const std::string& text, const AdminAnswer& answer) {
  const auto found = views_.find(text);
  if (found == views_.end()) return;
  View& view = found->second;
  view.asked.reset();
  std::string body =
      "\"status\":" + std::to_string(answer.status) + ",\"body\":" + answer.body + "}";
  if (view.last != nullptr && body == view.last_body) return;
  view.last = shared(event_text("view", {}, "{\"view\":" + quoted(text) + "," + body));
  view.last_body = std::move(body);
  for (Stream& stream : streams_) {
    if (std::find(stream.views.begin(), stream.views.end(), text) != stream.views.end())
      stream.send(view.last, now_);
  }
}

void EventHub::tick(Time now, std::int64_t now_ms) {
  now_ = now;
  drop_ended(now_ms);
  std::vector<std::string> due;
  for (auto& [text, view] : views_) {
    const bool waits = view.asked && now - *view.asked < answer_max;
    if (!waits && now >= view.next) due.push_back(text);
  }
  for (const std::string& text : due) ask(text, views_.at(text));
  static const SharedBytes nothing = shared(": still here\n\n");
  for (Stream& stream : streams_)
    if (now - stream.sent >= quiet_max) stream.send(nothing, now);
}

void EventHub::drop_ended(std::int64_t now_ms) {
  std::erase_if(streams_, [&](const Stream& stream) {
    const bool over = stream.ended || (stream.until_ms && *stream.until_ms <= now_ms);
    if (over) {
      for (const std::string& text : stream.views)
        if (const auto view = views_.find(text); --view->second.streams == 0) views_.erase(view);
    }
    return over;
  });
}

}  // namespace quorate
