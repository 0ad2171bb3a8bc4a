// The messages between the actors of a server. The only file with atoms and with CAF's permission
// for our types, all at global scope before any interface.
//
// Payloads are our own structs. What is big or moved on travels as a shared_ptr; a batch that one
// receiver takes over is not const, and belongs to that receiver from then on.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/commit/commit_machine.h"
#include "core/tree/image.h"
#include "core/txn/txn.h"
#include "storage/epoch_store.h"
#include "storage/txn_log.h"

using append_a = caf::atom_constant<caf::atom("append")>;
using closed_a = caf::atom_constant<caf::atom("closed")>;
using commit_a = caf::atom_constant<caf::atom("commit")>;
using greet_a = caf::atom_constant<caf::atom("greet")>;
using lead_a = caf::atom_constant<caf::atom("lead")>;
using logged_a = caf::atom_constant<caf::atom("logged")>;
using open_a = caf::atom_constant<caf::atom("open")>;
using output_a = caf::atom_constant<caf::atom("output")>;
using promise_a = caf::atom_constant<caf::atom("promise")>;
using purge_a = caf::atom_constant<caf::atom("purge")>;
using request_a = caf::atom_constant<caf::atom("request")>;
using seal_a = caf::atom_constant<caf::atom("seal")>;
using serve_a = caf::atom_constant<caf::atom("serve")>;
using session_a = caf::atom_constant<caf::atom("session")>;
using stop_a = caf::atom_constant<caf::atom("stop")>;
using submit_a = caf::atom_constant<caf::atom("submit")>;
using synced_a = caf::atom_constant<caf::atom("synced")>;
using tick_a = caf::atom_constant<caf::atom("tick")>;
using touch_a = caf::atom_constant<caf::atom("touch")>;
