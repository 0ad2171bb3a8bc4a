// Answers with a little of everything, and the documents made of them.
#pragma once

#include <string>
#include <vector>

#include "actors/connection_row.h"
#include "actors/console/json.h"
#include "core/inquiry/state_answer.h"

namespace quorate::test {

/// A document and the schema of console/openapi.yaml that it follows.
struct ViewSample {
  std::string schema;
  std::string name;
  Json document;
};

[[nodiscard]] std::vector<ViewSample> view_samples();

/// Three sessions: 0xa here, 0xb on server 2, 0xc local and here; connections of 0xa and 0xc.
[[nodiscard]] SessionRows sample_sessions();
[[nodiscard]] ConnectionRows sample_connections();
[[nodiscard]] SessionAnswer sample_session();
[[nodiscard]] NodeAnswer sample_node();
[[nodiscard]] WatchesAnswer sample_watches();

}  // namespace quorate::test
