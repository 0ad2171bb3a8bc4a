#include "core/tree/children.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/tree/znode.h"

namespace quorate {
namespace {

/// Pointers of one chunk. Twice as many would halve the index but double what an insert moves.
constexpr std::uint32_t chunk_max = 128;
/// Chunks that together stay below this are merged, so that deletions give memory back.
constexpr std::uint32_t merged_max = chunk_max / 2;

/// Small families stay small; big chunks grow in steps that waste at most an eighth.
std::uint32_t grown(std::uint32_t capacity) {
  if (capacity == 0) return 2;
  return capacity < 16 ? capacity * 2 : std::min(capacity + 16, chunk_max);
}

}  // namespace

Znode* ChildList::Cursor::next() {
  if (chunk_ >= list_->chunks_.size()) return nullptr;
  const Chunk& chunk = list_->chunks_[chunk_];
  Znode* child = chunk.places[place_];
  if (++place_ == chunk.size) {
    ++chunk_;
    place_ = 0;
  }
  return child;
}

std::uint32_t ChildList::Chunk::lower_bound(std::string_view name) const {
  Znode* const* first = places.get();
  return static_cast<std::uint32_t>(
      std::lower_bound(first, first + size, name,
                       [](const Znode* child, std::string_view n) { return child->name() < n; }) -
      first);
}

void ChildList::Chunk::resize(std::uint32_t new_capacity) {
  std::unique_ptr<Znode*[]> moved(new Znode*[new_capacity]);
  std::copy(places.get(), places.get() + size, moved.get());
  places = std::move(moved);
  capacity = new_capacity;
}

void ChildList::Chunk::insert(std::uint32_t place, Znode* child) {
  if (size == capacity) resize(grown(capacity));
  std::copy_backward(places.get() + place, places.get() + size, places.get() + size + 1);
  places[place] = child;
  ++size;
}

void ChildList::Chunk::erase(std::uint32_t place) {
  std::copy(places.get() + place + 1, places.get() + size, places.get() + place);
  --size;
  if (size != 0 && size <= capacity / 4) resize(size * 2);
}

std::size_t ChildList::chunk_of(std::string_view name) const {
  // The last chunk whose first name is not greater. Names often come in order: look there first.
  if (chunks_.back().places[0]->name() <= name) return chunks_.size() - 1;
  const auto behind = std::upper_bound(
      chunks_.begin(), chunks_.end(), name,
      [](std::string_view n, const Chunk& chunk) { return n < chunk.places[0]->name(); });
  return behind == chunks_.begin() ? 0 : static_cast<std::size_t>(behind - chunks_.begin()) - 1;
}

void ChildList::insert(Znode* child) {
  const std::string_view name = child->name();
  if (chunks_.empty()) chunks_.emplace_back();
  std::size_t at = chunks_.front().size == 0 ? 0 : chunk_of(name);
  std::uint32_t place = chunks_[at].lower_bound(name);
  if (chunks_[at].size == chunk_max) {
    if (at + 1 == chunks_.size() && place == chunk_max) {
      chunks_.emplace_back();  // Appending in order leaves full chunks behind.
      ++at;
      place = 0;
    } else {
      split(at);
      if (place > chunks_[at].size) {
        place -= chunks_[at].size;
        ++at;
      }
    }
  }
  chunks_[at].insert(place, child);
  ++size_;
}

void ChildList::split(std::size_t at) {
  Chunk upper;
  Chunk& lower = chunks_[at];
  const std::uint32_t kept = lower.size / 2;
  upper.resize(grown(lower.size - kept));
  upper.size = lower.size - kept;
  std::copy(lower.places.get() + kept, lower.places.get() + lower.size, upper.places.get());
  lower.size = kept;
  lower.resize(grown(kept));
  chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(upper));
}

void ChildList::erase(const Znode* child) {
  check(!empty(), "a child is erased from the list it is in");
  const std::size_t at = chunk_of(child->name());
  Chunk& chunk = chunks_[at];
  const std::uint32_t place = chunk.lower_bound(child->name());
  check(place < chunk.size && chunk.places[place] == child,
        "a child is erased from the list it is in");
  chunk.erase(place);
  --size_;
  if (chunk.size == 0) {
    chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(at));
    if (chunks_.empty()) chunks_.shrink_to_fit();
  } else {
    merge_small(at);
  }
}

void ChildList::merge_small(std::size_t at) {
  if (at + 1 == chunks_.size() && at > 0) --at;
  if (at + 1 >= chunks_.size()) return;
  Chunk& lower = chunks_[at];
  const Chunk& upper = chunks_[at + 1];
  const std::uint32_t together = lower.size + upper.size;
  if (together > merged_max) return;
  if (lower.capacity < together) lower.resize(together);
  std::copy(upper.places.get(), upper.places.get() + upper.size, lower.places.get() + lower.size);
  lower.size = together;
  chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(at) + 1);
}

ChildList::Cursor ChildList::after(std::string_view name) const {
  if (empty()) return begin();
  std::size_t at = chunk_of(name);
  std::uint32_t place = chunks_[at].lower_bound(name);
  if (place < chunks_[at].size && chunks_[at].places[place]->name() == name) ++place;
  if (place == chunks_[at].size) {
    ++at;
    place = 0;
  }
  return {*this, at, place};
}

void ChildList::check_invariants() const {
  std::size_t counted = 0;
  const Znode* former = nullptr;
  for (const Chunk& chunk : chunks_) {
    check(chunk.size > 0 && chunk.size <= chunk.capacity && chunk.capacity <= chunk_max,
          "a chunk of children is neither empty nor overfull");
    counted += chunk.size;
    for (std::uint32_t i = 0; i < chunk.size; ++i) {
      check(former == nullptr || former->name() < chunk.places[i]->name(),
            "children are sorted by name");
      former = chunk.places[i];
    }
  }
  check(counted == size_, "the children are counted");
}

}  // namespace quorate
