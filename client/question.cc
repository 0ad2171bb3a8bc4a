#include "client/question.h"

#include <poll.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>

#include "client/inquiry.h"
#include "client/wake_fd.h"

namespace quorate::client {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

bool all_done(const std::deque<Inquiry>& inquiries) {
  return std::all_of(inquiries.begin(), inquiries.end(),
                     [](const Inquiry& inquiry) { return inquiry.is_done(); });
}

void wait_for_some(const std::deque<Inquiry>& inquiries, const WakeFd& wake, milliseconds left) {
  std::vector<pollfd> watched{{wake.fd(), POLLIN, 0}};
  // A negative descriptor, of a name that is being resolved, is ignored by poll.
  for (const Inquiry& inquiry : inquiries)
    if (!inquiry.is_done()) watched.push_back(inquiry.wanted());
  ::poll(watched.data(), watched.size(), static_cast<int>(left.count()));
  if (watched.front().revents != 0) wake.drain();
}

}  // namespace

std::vector<Said> ask(const std::vector<Host>& hosts, std::span<const char> question,
                      milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const auto wake = std::make_shared<WakeFd>();
  std::deque<Inquiry> inquiries;
  for (const Host& host : hosts) inquiries.emplace_back(host, question, wake);
  while (!all_done(inquiries)) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left <= milliseconds{0}) break;
    wait_for_some(inquiries, *wake, left);
    for (Inquiry& inquiry : inquiries) inquiry.advance();
  }
  std::vector<Said> answers;
  for (Inquiry& inquiry : inquiries) {
    if (!inquiry.is_done()) {
      inquiry.give_up({ErrorCode::operation_timeout,
                       "no answer within " + std::to_string(timeout.count()) + " ms"});
    }
    answers.push_back(inquiry.take_said());
  }
  return answers;
}

}  // namespace quorate::client
