// The table of operations: for each type of request, how it and its reply are read and written.
#pragma once

#include "core/txn/reply.h"
#include "core/txn/request.h"
#include "schema/jute/opcode.h"
#include "schema/jute/reader.h"
#include "schema/jute/writer.h"

namespace quorate::jute {

/// What follows a header, in both directions and for both sides. Operations of a multi have the
/// same records as requests.
struct OperationRow {
  void (*read_request)(Reader&, Operation&);
  void (*write_request)(Writer&, const Operation&);
  void (*read_reply)(Reader&, ReplyBody&);
  void (*write_reply)(Writer&, const ReplyBody&);
};

/// nullptr for what a client cannot ask for, and for what the table does not describe: multi and
/// multi_read (lists of other operations), and check, which is no request.
[[nodiscard]] const OperationRow* row_of(Opcode opcode);

}  // namespace quorate::jute
