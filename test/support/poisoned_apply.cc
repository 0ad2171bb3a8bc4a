// Linked into quorated-poisoned around the server's State::apply (ld --wrap): a fault to be found
// in a released program one day, in every place that applies. Creating /poison breaks an invariant.
#include <variant>

#include "core/base/check.h"
#include "core/tree/state.h"

// The linker's names for "instead of" and "the real one" of the function, which it takes from the
// compiler: a member function with its object as first argument, as the platform's ABI passes it.
extern "C" {
quorate::Outcome __real__ZN7quorate5State5applyERKNS_3TxnE(  // NOLINT: the linker's name.
    quorate::State* state, const quorate::Txn& txn);

quorate::Outcome __wrap__ZN7quorate5State5applyERKNS_3TxnE(  // NOLINT: the linker's name.
    quorate::State* state, const quorate::Txn& txn) {
  const auto* create = std::get_if<quorate::Create>(&txn.submission.body);
  quorate::check(create == nullptr || create->path != "/poison", "a planted fault");
  return __real__ZN7quorate5State5applyERKNS_3TxnE(state, txn);
}
}
