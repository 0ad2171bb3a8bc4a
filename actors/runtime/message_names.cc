#include "actors/runtime/message_names.h"

#include <cxxabi.h>

#include <caf/atom.hpp>
#include <caf/type_erased_tuple.hpp>
#include <caf/type_nr.hpp>
#include <cstdlib>
#include <memory>

namespace quorate {

namespace {

std::string type_name(const caf::rtti_pair& type) {
  if (type.second == nullptr) return caf::numbered_type_names[type.first - 1];
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(type.second->name(), nullptr, nullptr, &status), std::free);
  return status == 0 ? text.get() : type.second->name();
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
