// Everything a configuration is read from, hostile: the file, variables, the dynamic file, myid.
//
// The bytes are four texts between NUL bytes, in that order. Whatever is accepted must print to a
// file that gives the same configuration; whatever is refused must say why in printable lines.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/load.h"
#include "config/print.h"
#include "config/words.h"
#include "core/base/check.h"

namespace {

using namespace quorate;

std::array<std::string_view, 4> texts_of(std::string_view bytes) {
  std::array<std::string_view, 4> texts;
  for (std::string_view& text : texts) {
    const std::size_t end = bytes.find('\0');
    text = bytes.substr(0, end);
    bytes = end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
  }
  return texts;
}

ConfigSources sources_of(const std::array<std::string_view, 4>& texts) {
  ConfigSources sources;
  sources.file = "zoo.cfg";
  for (const std::string_view line : words::split(texts[1], '\n')) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || line.starts_with("QUORATE_CONFIG=")) continue;
    sources.environment.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  sources.read_file = [texts](const std::string& path) -> Result<std::string> {
    if (path == "zoo.cfg") return std::string(texts[0]);
    if (path == "dynamic") return std::string(texts[2]);
    if (path.ends_with("/myid") && !texts[3].empty()) return std::string(texts[3]);
    return Error{ErrorCode::no_node, "does not exist"};
  };
  return sources;
}

void check_refusal(const Error& error) {
  check(error.code == ErrorCode::bad_arguments || error.code == ErrorCode::no_node,
        "a refused configuration is the caller's mistake");
  check(!error.text.empty(), "a refusal says why");
  check(error.text.size() < std::size_t{64} << 10, "a refusal is bounded");
  for (const std::string_view line : words::split(error.text, '\n'))
    check(!words::has_control_bytes(line), "a refusal is printable");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto texts = texts_of({reinterpret_cast<const char*>(data), size});
  ConfigSources sources = sources_of(texts);
  auto loaded = load_config(sources);
  if (!loaded) {
    check_refusal(loaded.error());
    return 0;
  }
  static_cast<void>(print_config(*loaded, PrintFormat::table));
  static_cast<void>(print_config(*loaded, PrintFormat::json));

  // Secrets are not printed, and so not read back.
  loaded->config.super_digest.clear();
  const std::string printed = print_config(*loaded, PrintFormat::properties);
  ConfigSources again = sources_of({std::string_view(printed), "", texts[2], texts[3]});
  const auto reloaded = load_config(again);
  check(reloaded.ok(), "what is printed is accepted");
  check(reloaded->config == loaded->config, "what is printed means the same");
  return 0;
}
