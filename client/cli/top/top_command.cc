// top: what goes on, each second anew.
#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <utility>

#include "client/cli/command.h"
#include "client/cli/console/console.h"
#include "client/cli/console/views.h"
#include "client/cli/interrupt.h"
#include "client/cli/text.h"
#include "client/cli/top/draw.h"
#include "client/cli/top/model.h"
#include "client/cli/top/screen.h"

namespace quorate::cli {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds look_for_keys_every{100};
constexpr std::int64_t once_items = 100;

struct TopFlags {
  std::string view = "ensemble";
  bool once = false;
  std::string every = "1s";
};

std::int64_t now_ms() {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// One request at a time, while keys go on being read. What was asked for before the view changed
/// is thrown away.
class Fetcher {
 public:
  explicit Fetcher(const admin::ApiOptions& options) : api_(options) {}
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  [[nodiscard]] bool is_busy() const { return answer_.valid(); }
  void ask(const std::string& target) {
    wanted_ = true;
    answer_ = std::async(std::launch::async, [this, target] { return api_.get(target); });
  }
  void forget() { wanted_ = false; }
  /// The answer, once it is there and still wanted.
  std::optional<Result<Json>> take() {
    if (!is_busy() || answer_.wait_for(milliseconds(0)) != std::future_status::ready) return {};
    Result<Json> answer = answer_.get();
    return wanted_ ? std::optional<Result<Json>>(std::move(answer)) : std::nullopt;
  }

 private:
  admin::Api api_;
  std::future<Result<Json>> answer_;  ///< Waits for its thread when it goes.
  bool wanted_ = false;
};

void take_answer(TopModel& model, Fetcher& fetcher) {
  auto answer = fetcher.take();
  if (!answer || model.frozen) return;
  if (!answer->ok()) {
    model.error = answer->error().text;
    return;
  }
  model.error.clear();
  model.answer = std::move(**answer);
  model.asked_at_ms = now_ms();
}

void run_screen(Screen& screen, TopModel model, admin::ApiOptions options, milliseconds every) {
  std::atomic<bool> leaving = false;
  options.http.cancelled = [&leaving] { return leaving || interrupted(); };
  Fetcher fetcher(options);
  auto due = Clock::now();
  while (!model.quit && !interrupted()) {
    take_answer(model, fetcher);
    if (!model.frozen && !fetcher.is_busy() && Clock::now() >= due) {
      fetcher.ask(target_of(model, item_lines(screen.size())));
      due = Clock::now() + every;
    }
    screen.show(draw(model, screen.size(), now_ms()));
    const auto key = screen.read_key(look_for_keys_every);
    if (!key || !press(model, *key)) continue;
    fetcher.forget();
    due = Clock::now();
  }
  leaving = true;
}

ExitCode once(Context& context, const TopModel& model, const admin::ApiOptions& options) {
  const auto answer = admin::Api(options).get(target_of(model, once_items));
  if (!answer.ok()) return fail_at_console(context, answer.error());
  if (context.output().is_json()) {
    context.output().value(*answer, "");
    return ExitCode::ok;
  }
  TopModel shown = model;
  shown.answer = *answer;
  print_items(context.output(), items_of(shown), plan_of(model.view).fields);
  return ExitCode::ok;
}

ExitCode top(Context& context, const TopFlags& flags) {
  const auto view = parse_top_view(flags.view);
  if (!view)
    return fail_at_console(
        context,
        {ErrorCode::bad_arguments,
         "\"" + flags.view + "\" is none of ensemble, actors, sessions, watches and slow"});
  const auto every = parse_duration(flags.every);
  if (!every.ok()) return fail_at_console(context, every.error());
  if (*every < milliseconds(100))
    return fail_at_console(context, {ErrorCode::bad_arguments, "--every is at least 100ms"});
  const auto options = console_options(context);
  if (!options.ok()) return fail_at_console(context, options.error());
  if (const auto path = server_path(context, ""); !path.ok())
    return fail_at_console(context, path.error());
  TopModel model;
  model.server = context.globals().console.server;
  open_view(model, *view);
  // A program reads documents, and a pipe lines.
  const bool drawn = context.output().out_is_terminal() && context.input().is_terminal &&
                     context.output().mode() == OutputMode::table;
  if (flags.once || !drawn) return once(context, model, *options);
  const InterruptScope interrupt;
  Screen screen;
  if (!screen.is_open()) return once(context, model, *options);
  run_screen(screen, std::move(model), *options, *every);
  return interrupted() ? ExitCode::interrupted : ExitCode::ok;
}

}  // namespace

void define_top(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<TopFlags>(
      app, selection, "top", "Watch a server or the ensemble, each second anew (console)",
      "quorate top actors --server 2", top);
  arguments
      .positional("view", flags->view,
                  "ensemble, actors, sessions, watches or slow (default ensemble)")
      .flag("--once", flags->once, "Print it once, as where no terminal is")
      .option("--every", flags->every, "DURATION", "How often (default 1s)");
}

}  // namespace quorate::cli
