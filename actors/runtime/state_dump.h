// What an actor tells of its state to whoever looks at it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace quorate {

/// What went over a broker's connection, and what waits to.
struct LinkCounts {
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::uint64_t frames_in = 0, frames_out = 0;
  std::uint64_t queued_bytes = 0;
};

/// Names and values, in the order in which they are worth reading. Counts, switches, ids and words:
/// never data of clients, never credentials.
class StateDump {
 public:
  using Value = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;

  template <class T>
  void add(std::string_view name, const T& value) {
    if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, double>)
      items_.emplace_back(name, value);
    else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
      items_.emplace_back(name, std::int64_t{value});
    else if constexpr (std::is_integral_v<T>)
      items_.emplace_back(name, std::uint64_t{value});
    else if constexpr (std::is_convertible_v<const T&, std::string_view>)
      items_.emplace_back(name, std::string(std::string_view(value)));
    else
      items_.emplace_back(
          name, std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(value).count()});
  }

  [[nodiscard]] const std::vector<std::pair<std::string, Value>>& items() const { return items_; }

  /// Of brokers with a connection.
  void set_link(const LinkCounts& counts) { link_ = counts; }
  [[nodiscard]] const std::optional<LinkCounts>& link() const { return link_; }

 private:
  std::vector<std::pair<std::string, Value>> items_;
  std::optional<LinkCounts> link_;
};

}  // namespace quorate
