#include "core/watch/serial_list.h"

#include <algorithm>
#include <limits>

#include "core/base/check.h"

namespace quorate {

SerialList::~SerialList() {
  if (!is_inline()) delete[] many_;
}

bool SerialList::insert(ConnectionSerial serial) {
  // Connections mostly come and register in the order of their serials.
  std::uint32_t at = size_;
  if (size_ > 0 && data()[size_ - 1] >= serial) {
    const ConnectionSerial* found = std::lower_bound(data(), data() + size_, serial);
    if (*found == serial) return false;
    at = static_cast<std::uint32_t>(found - data());
  }
  if (size_ == capacity_) {
    check(size_ < std::numeric_limits<std::uint32_t>::max() / 2, "watchers of a path are bounded");
    resize(std::max<std::uint32_t>(4, size_ + size_ / 2));
  }
  std::copy_backward(data() + at, data() + size_, data() + size_ + 1);
  data()[at] = serial;
  ++size_;
  return true;
}

bool SerialList::erase(ConnectionSerial serial) {
  ConnectionSerial* end = data() + size_;
  ConnectionSerial* found = std::lower_bound(data(), end, serial);
  if (found == end || *found != serial) return false;
  std::copy(found + 1, end, found);
  --size_;
  if (!is_inline() && size_ <= capacity_ / 4) resize(std::max<std::uint32_t>(1, capacity_ / 2));
  return true;
}

bool SerialList::contains(ConnectionSerial serial) const {
  return std::binary_search(data(), data() + size_, serial);
}

void SerialList::resize(std::uint32_t capacity) {
  if (capacity == 1) {
    const ConnectionSerial last = size_ == 0 ? ConnectionSerial{} : many_[0];
    delete[] many_;
    one_ = last;
  } else {
    auto* larger = new ConnectionSerial[capacity];
    std::copy(data(), data() + size_, larger);
    if (!is_inline()) delete[] many_;
    many_ = larger;
  }
  capacity_ = capacity;
}

}  // namespace quorate
