// Prints the sample page: promtool, the rules and the dashboards are tested against it.
#include <cstdio>
#include <string>

#include "actors/console/metrics_page.h"
#include "test/unit/actors/console/metrics_sample.h"

int main() {
  const quorate::MetricsSample sample;
  const std::string page = quorate::metrics_page(sample.input());
  return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : 1;
}
