// Linked into the tests of the build with ThreadSanitizer, in front of some functions of CAF:
// tells the sanitizer what CAF promises. The packaged library is not instrumented, so that its
// locks are seen, but not the atomics of its mailboxes and reference counts.
//
//   What was done before an actor was spawned has happened before it runs.
//   What was done before a message was sent has happened before it is handled.
//   What an actor did with one message has happened before it handles the next.
//   What was done with a handle has happened before the actor ends with the last handle.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include "core/base/check.h"

// The library calls its own functions by these names, and the program's come first.
#define QUORATE_ENQUEUE                                                             \
  "_ZN3caf15scheduled_actor7enqueueESt10unique_ptrINS_15mailbox_elementENS_6detail" \
  "8disposerEEPNS_14execution_unitE"
#define QUORATE_LAUNCH "_ZN3caf15scheduled_actor6launchEPNS_14execution_unitEbb"
#define QUORATE_ACTIVATE "_ZN3caf15scheduled_actor8activateEPNS_14execution_unitE"
#define QUORATE_CONSUME "_ZN3caf15scheduled_actor7consumeERNS_15mailbox_elementE"
#define QUORATE_RELEASE "_ZN3caf21intrusive_ptr_releaseEPNS_19actor_control_blockE"

namespace {

template <class Function>
Function* next(const char* name) {
  auto* const found = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
  quorate::check(found != nullptr, "CAF has the functions that tests stand in front of");
  return found;
}

}  // namespace

// As the platform's ABI passes them: an object is its function's first argument, a unique_ptr with
// a destructor is an address, an enum an int.
void launch_of_caf(void* actor, void* unit, bool lazy, bool hide) __asm__(QUORATE_LAUNCH);
bool activate_of_caf(void* actor, void* unit) __asm__(QUORATE_ACTIVATE);
void enqueue_of_caf(void* actor, void* element, void* unit) __asm__(QUORATE_ENQUEUE);
int consume_of_caf(void* actor, void* element) __asm__(QUORATE_CONSUME);
void release_of_caf(void* block) __asm__(QUORATE_RELEASE);

void launch_of_caf(void* actor, void* unit, bool lazy, bool hide) {
  static auto* const real = next<void(void*, void*, bool, bool)>(QUORATE_LAUNCH);
  __tsan_release(actor);
  real(actor, unit, lazy, hide);
}

// Every time that an actor begins to run.
bool activate_of_caf(void* actor, void* unit) {
  static auto* const real = next<bool(void*, void*)>(QUORATE_ACTIVATE);
  __tsan_acquire(actor);
  const bool result = real(actor, unit);
  __tsan_release(actor);
  return result;
}

void enqueue_of_caf(void* actor, void* element, void* unit) {
  static auto* const real = next<void(void*, void*, void*)>(QUORATE_ENQUEUE);
  __tsan_release(actor);
  real(actor, element, unit);
}

int consume_of_caf(void* actor, void* element) {
  static auto* const real = next<int(void*, void*)>(QUORATE_CONSUME);
  __tsan_acquire(actor);
  const int result = real(actor, element);
  __tsan_release(actor);
  return result;
}

void release_of_caf(void* block) {
  static auto* const real = next<void(void*)>(QUORATE_RELEASE);
  __tsan_release(block);
  __tsan_acquire(block);
  real(block);
}
