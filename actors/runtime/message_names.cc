#include "actors/runtime/message_names.h"

#include <cxxabi.h>

#include <caf/atom.hpp>
#include <caf/type_erased_tuple.hpp>
#include <caf/type_nr.hpp>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace quorate {

namespace {

std::string short_name(std::string name) {
  constexpr std::string_view shared = "std::shared_ptr<";
  if (name.starts_with(shared) && name.ends_with('>'))
    name = name.substr(shared.size(), name.size() - shared.size() - 1);
  for (const std::string_view noise : {"quorate::", "(anonymous namespace)::", " const"}) {
    for (auto at = name.find(noise); at != std::string::npos; at = name.find(noise, at))
      name.erase(at, noise.size());
  }
  return name;
}

std::string type_name(const caf::rtti_pair& type) {
  // "@u64" is what CAF calls a number.
  if (type.second == nullptr) {
    const std::string_view name = caf::numbered_type_names[type.first - 1];
    return std::string(name.substr(name.starts_with('@') ? 1 : 0));
  }
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(type.second->name(), nullptr, nullptr, &status), std::free);
  return short_name(status == 0 ? text.get() : type.second->name());
}

}  // namespace

std::string message_names(const caf::type_erased_tuple& message) {
  std::string result;
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (i > 0) result += ", ";
    const auto type = message.type(i);
    if (type.first == caf::type_nr<caf::atom_value>::value) {
      result += caf::to_string(message.get_as<caf::atom_value>(i));
    } else {
      result += type_name(type);
    }
  }
  return result;
}

}  // namespace quorate
