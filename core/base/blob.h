// Immutable bytes that many owners share: a znode's data, from the frame to the disk.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace quorate {

/// A reference to immutable bytes; copying one copies no bytes. Empty and null are the same.
/// One word wide, one allocation per distinct value; may be shared between threads.
class Blob {
 public:
  Blob() = default;
  explicit Blob(std::span<const std::byte> bytes);
  explicit Blob(std::string_view text);
  Blob(const Blob& other) noexcept : block_(other.block_) { retain(); }
  Blob(Blob&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Blob& operator=(Blob other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Blob() { release(); }

  [[nodiscard]] std::size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] const std::byte* data() const {
    return block_ == nullptr ? nullptr : reinterpret_cast<const std::byte*>(block_ + 1);
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data(), size()}; }
  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(data()), size()};
  }
  friend bool operator==(const Blob& a, const Blob& b) {
    return a.block_ == b.block_ || a.text() == b.text();
  }

 private:
  struct Block {
    std::atomic<std::uint32_t> owners;
    std::uint32_t size;
  };

  void retain() const noexcept {
    if (block_ != nullptr) block_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept;

  Block* block_ = nullptr;
};

}  // namespace quorate
