#include "client/inspect.h"

#include <utility>

#include "client/question.h"
#include "schema/capnp/client_codec.h"

namespace quorate::client {

std::vector<Answer> inspect(const std::vector<Host>& hosts, std::chrono::milliseconds timeout) {
  std::vector<char> question;
  capnp_codec::encode(Inspect{}, question);
  std::vector<Answer> answers;
  for (Said& said : ask(hosts, question, timeout)) {
    answers.push_back({said.host, said.alive, wanted<Inspection>(std::move(said.message))});
  }
  return answers;
}

Result<ServerId> transfer_leadership(const Host& host, const TransferLeadership& wish,
                                     std::chrono::milliseconds timeout) {
  std::vector<char> question;
  capnp_codec::encode(wish, question);
  auto said = ask({host}, question, timeout);
  auto transfer = wanted<LeadershipTransfer>(std::move(said.front().message));
  if (!transfer) return transfer.error();
  return transfer->successor;
}

}  // namespace quorate::client
