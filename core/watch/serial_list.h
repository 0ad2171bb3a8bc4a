// The connections that watch one path: a sorted list, small when there is one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/ids.h"

namespace quorate {

/// Connection serials in ascending order, each once. 16 bytes; a single serial, which is what most
/// paths have, needs no allocation.
class SerialList {
 public:
  SerialList() = default;
  SerialList(const SerialList&) = delete;
  SerialList& operator=(const SerialList&) = delete;
  ~SerialList();

  /// False when it is there already.
  bool insert(ConnectionSerial serial);
  /// False when it is not there.
  bool erase(ConnectionSerial serial);
  [[nodiscard]] bool contains(ConnectionSerial serial) const;

  [[nodiscard]] std::span<const ConnectionSerial> serials() const { return {data(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  [[nodiscard]] const ConnectionSerial* data() const { return is_inline() ? &one_ : many_; }
  [[nodiscard]] ConnectionSerial* data() { return is_inline() ? &one_ : many_; }
  [[nodiscard]] bool is_inline() const { return capacity_ == 1; }
  /// Moves the serials to memory for `capacity`; 1 is the list itself.
  void resize(std::uint32_t capacity);

  union {
    ConnectionSerial one_{};
    ConnectionSerial* many_;
  };
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 1;
};

static_assert(sizeof(SerialList) == 16);

}  // namespace quorate
