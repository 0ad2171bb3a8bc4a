// Prints docs/configuration.md: `print_config_docs > docs/configuration.md`.
#include <cstdio>

#include "config/docs_page.h"

int main() {
  const std::string page = quorate::configuration_page();
  return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : 1;
}
