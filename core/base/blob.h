// Immutable bytes that many owners share: a znode's data, from the frame to the disk.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace quorate {

/// A reference to immutable bytes; copying one copies no bytes. Empty unless it is given some.
/// One word wide, one allocation per distinct value; may be shared between threads.
class Blob {
 public:
  Blob() = default;
  explicit Blob(std::span<const std::byte> bytes);
  explicit Blob(std::string_view text);
  /// Empty too, but told apart from it, as ZooKeeper tells data that is null from no bytes.
  [[nodiscard]] static Blob null() noexcept {
    Blob blob;
    blob.block_ = &null_block;
    return blob;
  }
  /// `size` bytes, zero at first, which `fill` writes in place before anybody else sees them. It
  /// gets them as a std::span<std::byte>, aligned for any integer; it is not called for none.
  template <class Fill>
  [[nodiscard]] static Blob filled(std::size_t size, Fill&& fill) {
    Blob blob;
    if (size == 0) return blob;
    blob.block_ = zeros(size);
    fill(std::span(reinterpret_cast<std::byte*>(blob.block_ + 1), size));
    return blob;
  }
  Blob(const Blob& other) noexcept : block_(other.block_) { retain(); }
  Blob(Blob&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Blob& operator=(Blob other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Blob() { release(); }

  [[nodiscard]] std::size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] bool is_null() const { return block_ == &null_block; }
  [[nodiscard]] const std::byte* data() const {
    return block_ == nullptr ? nullptr : reinterpret_cast<const std::byte*>(block_ + 1);
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data(), size()}; }
  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(data()), size()};
  }
  friend bool operator==(const Blob& a, const Blob& b) {
    return a.block_ == b.block_ || (a.is_null() == b.is_null() && a.text() == b.text());
  }

 private:
  struct Block {
    std::atomic<std::uint32_t> owners;
    std::uint32_t size;
  };

  /// Of all that are null. Nobody counts its owners: all threads would write to one place.
  static Block null_block;

  /// With one owner.
  [[nodiscard]] static Block* allocate(std::size_t size);
  [[nodiscard]] static Block* zeros(std::size_t size);

  void retain() const noexcept {
    if (block_ == nullptr || is_null()) return;
    block_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept;

  Block* block_ = nullptr;
};

}  // namespace quorate
