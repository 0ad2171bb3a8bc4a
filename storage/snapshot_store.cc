#include "storage/snapshot_store.h"

namespace quorate {

Status SnapshotStore::for_each(
    const std::function<Status(std::string_view key, std::string_view value)>& visit) const {
  const auto records = reader();
  if (!records) return records.error();
  for (;;) {
    const auto record = (*records)->next();
    if (!record) return record.error();
    if (!*record) return {};
    const Status visited = visit((*record)->key, (*record)->value);
    if (!visited) return visited;
  }
}

}  // namespace quorate
