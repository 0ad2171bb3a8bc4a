// The hash containers of the project. Their order depends on addresses and sizes: nothing that
// leaves the process, and nothing that must be equal on two servers, may depend on it.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace quorate {

template <class Key, class Value, class Hash = std::hash<Key>, class Equal = std::equal_to<Key>>
using FlatMap = boost::unordered_flat_map<Key, Value, Hash, Equal>;

template <class Key, class Hash = std::hash<Key>, class Equal = std::equal_to<Key>>
using FlatSet = boost::unordered_flat_set<Key, Hash, Equal>;

/// Lets a table keyed by std::string be searched with a std::string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

template <class Value>
using TextMap = FlatMap<std::string, Value, TextHash, std::equal_to<>>;

}  // namespace quorate
