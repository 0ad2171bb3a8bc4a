#include "core/tree/node_table.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace quorate {
namespace {

// A slot: bits 48 to 63 and 0 to 3 are the tag, the rest is the pointer. Allocations are aligned
// to 16 bytes, and user space ends below 2^47 unless a program asks for more, which we don't.
constexpr std::uint64_t pointer_mask = 0x0000'FFFF'FFFF'FFF0;
constexpr int tag_bits = 20;
static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ >= 16);

std::uint32_t tag_of_hash(std::uint64_t hash) {
  // The top 12 bits choose the sub-table, the next 20 are the tag.
  return static_cast<std::uint32_t>(hash >> 32) & ((1U << tag_bits) - 1);
}

std::size_t sub_table_of_hash(std::uint64_t hash) { return hash >> 52; }

std::uint64_t slot_of(const Znode* node, std::uint32_t tag) {
  const auto address = reinterpret_cast<std::uintptr_t>(node);
  check((address & ~pointer_mask) == 0, "an address fits into a slot");
  return address | (std::uint64_t{tag >> 4} << 48) | (tag & 15U);
}

std::uint32_t tag_of_slot(std::uint64_t slot) {
  return static_cast<std::uint32_t>((slot >> 48) << 4) | static_cast<std::uint32_t>(slot & 15U);
}

Znode* node_of(std::uint64_t slot) {
  // The pointer shares its word with the tag. NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<Znode*>(static_cast<std::uintptr_t>(slot & pointer_mask));
}

}  // namespace

NodeTable::NodeTable(std::uint64_t seed) : sub_tables_(sub_table_count), seed_(seed) {}

std::uint32_t NodeTable::SubTable::home(std::uint32_t tag) const {
  return static_cast<std::uint32_t>((std::uint64_t{tag} * capacity) >> tag_bits);
}

std::uint32_t NodeTable::SubTable::behind(std::uint32_t place) const {
  return place + 1 == capacity ? 0 : place + 1;
}

void NodeTable::SubTable::put(Slot slot) {
  std::uint32_t place = home(tag_of_slot(slot));
  while (slots[place] != 0) place = behind(place);
  slots[place] = slot;
}

void NodeTable::SubTable::grow() {
  SubTable larger;
  larger.capacity = capacity + std::max(capacity / 4, 4U);
  larger.slots = std::make_unique<Slot[]>(larger.capacity);
  for (std::uint32_t i = 0; i < capacity; ++i) {
    if (slots[i] != 0) larger.put(slots[i]);
  }
  larger.used = used;
  *this = std::move(larger);
}

/// Empties a place and closes the gap, so that no search ends too early.
void NodeTable::SubTable::take(std::uint32_t place) {
  std::uint32_t gap = place;
  for (std::uint32_t i = behind(place); slots[i] != 0; i = behind(i)) {
    const std::uint32_t wanted = home(tag_of_slot(slots[i]));
    // Stays where it is if its home lies behind the gap (cyclically), up to itself.
    const bool stays = gap < i ? (wanted > gap && wanted <= i) : (wanted > gap || wanted <= i);
    if (stays) continue;
    slots[gap] = slots[i];
    gap = i;
  }
  slots[gap] = 0;
  --used;
}

Znode* NodeTable::find(std::string_view path) const {
  const std::uint64_t hash = hash64(path, seed_);
  const SubTable& table = sub_tables_[sub_table_of_hash(hash)];
  if (table.capacity == 0) return find_later(path, hash);
  const std::uint32_t tag = tag_of_hash(hash);
  for (std::uint32_t place = table.home(tag); table.slots[place] != 0;
       place = table.behind(place)) {
    const Slot slot = table.slots[place];
    if (tag_of_slot(slot) == tag && node_of(slot)->is_at(path)) return node_of(slot);
  }
  return find_later(path, hash);
}

Znode* NodeTable::find_later(std::string_view path, std::uint64_t hash) const {
  for (std::size_t i = 1; i <= later_count_; ++i) {
    const Later& later = later_[(later_next_ - i) % later_max];
    if (later.hash == hash && later.node->is_at(path)) return later.node;
  }
  return nullptr;
}

void NodeTable::insert(std::string_view path, Znode* node) {
  ++size_;
  place(hash64(path, seed_), node);
}

void NodeTable::insert_later(std::string_view path, Znode* node) {
  ++size_;
  Later& later = later_[later_next_ % later_max];
  if (later_count_ == later_max) {
    place(later.hash, later.node);
  } else {
    ++later_count_;
  }
  ++later_next_;
  later = {hash64(path, seed_), node};
  const SubTable& table = sub_tables_[sub_table_of_hash(later.hash)];
  if (table.capacity != 0) __builtin_prefetch(&table.slots[table.home(tag_of_hash(later.hash))], 1);
}

void NodeTable::settle() {
  for (; later_count_ > 0; --later_count_) {
    const Later& oldest = later_[(later_next_ - later_count_) % later_max];
    place(oldest.hash, oldest.node);
  }
}

void NodeTable::place(std::uint64_t hash, Znode* node) {
  SubTable& table = sub_tables_[sub_table_of_hash(hash)];
  // At most four fifths full: an unsuccessful search then looks at two cache lines on average.
  if ((table.used + 1) * 5 > table.capacity * 4) table.grow();
  table.put(slot_of(node, tag_of_hash(hash)));
  ++table.used;
}

void NodeTable::erase(std::string_view path, const Znode* node) {
  settle();
  const std::uint64_t hash = hash64(path, seed_);
  SubTable& table = sub_tables_[sub_table_of_hash(hash)];
  const Slot slot = slot_of(node, tag_of_hash(hash));
  check(table.capacity > 0, "only what is in the table is erased");
  std::uint32_t place = table.home(tag_of_slot(slot));
  while (table.slots[place] != slot) {
    check(table.slots[place] != 0, "only what is in the table is erased");
    place = table.behind(place);
  }
  table.take(place);
  --size_;
  // A sub-table that has become empty gives its memory back; others keep it for what comes next.
  if (table.used == 0) table = SubTable{};
}

void NodeTable::clear() {
  for (SubTable& table : sub_tables_) table = SubTable{};
  size_ = 0;
  later_count_ = 0;
}

std::size_t NodeTable::largest_sub_table() const {
  std::uint32_t largest = 0;
  for (const SubTable& table : sub_tables_) largest = std::max(largest, table.capacity);
  return largest;
}

std::size_t NodeTable::slots() const {
  std::size_t sum = 0;
  for (const SubTable& table : sub_tables_) sum += table.capacity;
  return sum;
}

}  // namespace quorate
