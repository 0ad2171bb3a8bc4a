// Linked into quorated-diverging around the server's State::apply (ld --wrap): a fault to be found
// in a released program, or in the memory of a machine, one day. A create of /wrong... whose data
// is the id of this process writes other data here than on all other servers: below /wrong-always
// every time, else only once in a process.
#include <unistd.h>

#include <string>
#include <variant>

#include "core/tree/state.h"

// As in poisoned_apply.cc.
extern "C" {
quorate::Outcome __real__ZN7quorate5State5applyERKNS_3TxnE(  // NOLINT: the linker's name.
    quorate::State* state, const quorate::Txn& txn);

quorate::Outcome __wrap__ZN7quorate5State5applyERKNS_3TxnE(  // NOLINT: the linker's name.
    quorate::State* state, const quorate::Txn& txn) {
  static bool went_wrong = false;
  const auto* create = std::get_if<quorate::Create>(&txn.submission.body);
  const bool is_here = create != nullptr && create->path.starts_with("/wrong") &&
                       create->data.text() == std::to_string(::getpid());
  if (!is_here || (went_wrong && !create->path.starts_with("/wrong-always")))
    return __real__ZN7quorate5State5applyERKNS_3TxnE(state, txn);
  went_wrong = true;
  quorate::Txn wrong = txn;
  std::get<quorate::Create>(wrong.submission.body).data =
      quorate::Blob(std::string_view("another"));
  return __real__ZN7quorate5State5applyERKNS_3TxnE(state, wrong);
}
}
