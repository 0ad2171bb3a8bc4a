// Writes documents as the console answers with into a directory, for test/rules to hold them
// against console/openapi.yaml: <schema>.<name>.json.
#include <cstdio>
#include <fstream>
#include <string>

#include "test/unit/actors/console/view_samples.h"

int main(int arguments, char** values) {
  if (arguments != 2) {
    std::fputs("usage: view_samples DIRECTORY\n", stderr);
    return 2;
  }
  for (const auto& sample : quorate::test::view_samples()) {
    std::ofstream out(std::string(values[1]) + "/" + sample.schema + "." + sample.name + ".json");
    out << quorate::to_text(sample.document) << "\n";
    if (!out.flush()) return 1;
  }
  return 0;
}
