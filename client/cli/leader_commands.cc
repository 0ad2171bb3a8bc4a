// leader transfer: lets another server lead, before the one that does is taken down.
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "client/cli/command.h"
#include "client/inspect.h"

namespace quorate::cli {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// An election takes some tens of milliseconds; one that comes to nothing, seconds.
constexpr milliseconds transfer_timeout{10000};
constexpr milliseconds look_every{20};

struct TransferFlags {
  std::int64_t to = -1;
};

/// Who leads, as one server that serves says.
struct Leadership {
  client::Host asked;
  ServerId leader;
  Epoch epoch;
};

std::optional<Leadership> leadership_in(const client::Answer& answer) {
  if (!answer.inspection.ok()) return std::nullopt;
  const Inspection& said = *answer.inspection;
  if (!said.serving || !said.leader) return std::nullopt;
  return Leadership{answer.host, *said.leader, said.epoch};
}

/// The first of the servers given that serves.
Result<Leadership> find_leadership(Context& context, milliseconds timeout) {
  const auto endpoints = client::parse_endpoints(context.globals().endpoints);
  if (!endpoints.ok()) return endpoints.error();
  const auto answers = client::inspect(endpoints->hosts, timeout);
  for (const client::Answer& answer : answers)
    if (const auto found = leadership_in(answer)) return *found;
  const Result<Inspection>& first = answers.front().inspection;
  if (!first.ok()) return first.error();
  return Error{ErrorCode::not_serving, "no server that was asked has a leader"};
}

TransferLeadership wish_of(const Context& context, const TransferFlags& flags) {
  TransferLeadership wish;
  if (flags.to >= 0) wish.to = ServerId{static_cast<std::uint32_t>(flags.to)};
  if (!context.globals().credentials.empty()) {
    wish.scheme = context.globals().credentials.front().scheme;
    wish.credentials = context.globals().credentials.front().secret;
  }
  return wish;
}

/// Nothing when the old epoch goes on until the deadline.
std::optional<Leadership> wait_for_next(const Leadership& before, Clock::time_point deadline) {
  while (Clock::now() < deadline) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    const auto now = leadership_in(client::inspect({before.asked}, left).front());
    if (now && now->epoch > before.epoch) return now;
    std::this_thread::sleep_for(look_every);
  }
  return std::nullopt;
}

std::string shown(const Leadership& leadership) {
  return "server " + std::to_string(leadership.leader.value) + " leads in epoch " +
         std::to_string(leadership.epoch.value);
}

ExitCode transfer(Context& context, const TransferFlags& flags) {
  const milliseconds timeout = context.timeout_or(transfer_timeout);
  const auto begin = Clock::now();
  const auto before = find_leadership(context, timeout);
  if (!before.ok()) return context.fail(before.error());
  const auto successor =
      client::transfer_leadership(before->asked, wish_of(context, flags), timeout);
  if (!successor.ok()) return context.fail(successor.error());
  const auto after = wait_for_next(*before, begin + timeout);
  if (!after) {
    return context.fail({ErrorCode::operation_timeout, "the leader agreed, but " + shown(*before) +
                                                           " still, or nobody does; see quorate "
                                                           "status"});
  }
  if (after->leader != *successor) {
    return context.fail({ErrorCode::system_error,
                         shown(*after) + ", and not server " + std::to_string(successor->value) +
                             ", to which leadership was handed over; see quorate status"},
                        "the successor was lost, or behind; try again");
  }
  context.output().value({{"leader", after->leader.value},
                          {"epoch", after->epoch.value},
                          {"leader_before", before->leader.value},
                          {"epoch_before", before->epoch.value}},
                         shown(*after));
  return ExitCode::ok;
}

}  // namespace

void define_leader(CLI::App& app, Selection& selection) {
  CLI::App& group = add_group(app, "leader", "Who leads the ensemble");
  auto [flags, arguments] = define_command<TransferFlags>(
      group, selection, "transfer",
      "Let another server lead, and wait until it does; from the host of a server, or as super "
      "(--auth)",
      "quorate leader transfer --to 2", transfer);
  arguments.option("--to", flags->to, "SERVER",
                   "The id of the server that is to lead; default: whoever has come furthest");
}

}  // namespace quorate::cli
