#include "actors/runtime/end_words.h"

#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <string>

namespace quorate {

std::string end_words(const caf::actor_system& system, const caf::error& reason) {
  if (!reason || reason == caf::exit_reason::normal) return "it was done";
  const caf::message& context = reason.context();
  if (reason == caf::sec::runtime_error && context.match_elements<std::string>())
    return context.get_as<std::string>(0);
  return system.render(reason);
}

}  // namespace quorate
