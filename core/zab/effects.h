// What a machine of the replication asks its owner to do.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/txn/txn.h"

namespace quorate {

/// What the owner must do next. Nothing here has happened yet.
struct Effects {
  std::vector<std::shared_ptr<const Txn>> log;  ///< Append, then sync; report with on_logged().
  std::optional<Zxid> commit;                   ///< Apply up to here, in zxid order.
};

}  // namespace quorate
