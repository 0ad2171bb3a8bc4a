#include "core/tree/unsealed.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace quorate {

void UnsealedNodes::mark(Znode* node, bool data_changed) {
  const bool is_new = !node->is_marked(generation_);
  if (!is_new && (!data_changed || node->is_data_marked(generation_))) return;
  node->mark(generation_, data_changed);
  if (data_changed) data_bytes_ += node->data.size();
  // The address of a dead znode may have been given to this one: then it is listed already.
  if (is_new && dead_.erase(node) == 0) marked_.push_back(node);
}

void UnsealedNodes::created(Znode* node) {
  if (!gone_.empty()) {
    const auto former = gone_.find(node->path());
    if (former != gone_.end()) {
      node->set_in_image(true, former->second);
      gone_.erase(former);
    }
  }
  mark(node, true);
}

void UnsealedNodes::removed(Znode* node) {
  check(!is_held(*node), "a znode goes after the seal under way has its record");
  if (node->is_marked(generation_)) {
    if (node->is_data_marked(generation_)) {
      data_bytes_ -= std::min<std::uint64_t>(data_bytes_, node->data.size());
    }
    dead_.insert(node);
    // Locks and members come and go: what is left of them must not pile up until the next seal.
    if (marked_.size() > 64 && dead_.size() > marked_.size() / 2) close_gaps();
  }
  if (is_sealing_) held_dead_.insert(node);
  if (node->in_image()) gone_.emplace(node->path(), node->data_in_image());
}

void UnsealedNodes::close_gaps() {
  std::erase_if(marked_, [this](const Znode* node) { return dead_.contains(node); });
  marked_.shrink_to_fit();
  dead_ = {};
}

void UnsealedNodes::begin_seal() {
  check(!is_sealing_, "one seal at a time");
  if (!dead_.empty()) close_gaps();
  is_sealing_ = true;
  generation_ = !generation_;
  held_ = std::exchange(marked_, {});
  held_gone_ = std::exchange(gone_, {});
  data_bytes_ = 0;
}

void UnsealedNodes::given(Znode& node) {
  node.unmark(!generation_);
  node.set_in_image(true, !node.data.empty());
}

Znode* UnsealedNodes::next_held() {
  while (!held_.empty()) {
    Znode* node = held_.front();
    held_.pop_front();
    if (!held_dead_.contains(node) && is_held(*node)) return node;
  }
  return nullptr;
}

bool UnsealedNodes::next_gone(std::string& path) {
  check(held_.empty(), "what is gone is given after what is there");
  if (held_gone_.empty()) {
    held_dead_ = {};
    is_sealing_ = false;
    return false;
  }
  path = std::move(held_gone_.extract(held_gone_.begin()).key());
  return true;
}

void UnsealedNodes::reset() { *this = {}; }

}  // namespace quorate
