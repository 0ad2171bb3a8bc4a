// Why an actor ended, for people.
#pragma once

#include <string>

namespace caf {
class actor_system;
class error;
}  // namespace caf

namespace quorate {

/// That it was done, or what whoever ended it gave as the reason where that is a text; else the
/// error as CAF names it.
[[nodiscard]] std::string end_words(const caf::actor_system& system, const caf::error& reason);

}  // namespace quorate
