#include "core/base/blob.h"

#include <cstring>
#include <limits>
#include <new>

#include "core/base/check.h"

namespace quorate {

constinit Blob::Block Blob::null_block{1, 0};

Blob::Blob(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  block_ = allocate(bytes.size());
  std::memcpy(static_cast<void*>(block_ + 1), bytes.data(), bytes.size());
}

Blob::Blob(std::string_view text) : Blob(std::as_bytes(std::span(text.data(), text.size()))) {}

Blob::Block* Blob::allocate(std::size_t size) {
  check(size <= std::numeric_limits<std::uint32_t>::max(), "a blob is below 4 GiB");
  void* memory = ::operator new(sizeof(Block) + size);
  return new (memory) Block{1, static_cast<std::uint32_t>(size)};
}

Blob::Block* Blob::zeros(std::size_t size) {
  Block* block = allocate(size);
  std::memset(static_cast<void*>(block + 1), 0, size);
  return block;
}

void Blob::release() noexcept {
  if (block_ == nullptr || is_null()) return;
  if (block_->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  block_->~Block();
  ::operator delete(block_);
}

}  // namespace quorate
