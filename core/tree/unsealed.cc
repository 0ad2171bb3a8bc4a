#include "core/tree/unsealed.h"

namespace quorate {
namespace {

/// The data's record: a new value, or, where the image has one and the znode doesn't, its end.
std::uint8_t records_of(const Znode& node, bool data_changed) {
  return data_changed && (!node.data.empty() || node.data_in_image()) ? 2 : 1;
}

}  // namespace

void UnsealedNodes::mark(Znode* node, bool data_changed) {
  const auto [known, is_new] = places_.try_emplace(node, static_cast<std::uint32_t>(marks_.size()));
  if (is_new) marks_.push_back({node, false, 0});
  Mark& mark = marks_[known->second];
  mark.data_changed = mark.data_changed || data_changed;
  records_ -= mark.count;
  mark.count = records_of(*node, mark.data_changed);
  records_ += mark.count;
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

void UnsealedNodes::stat_changed(Znode* node) { mark(node, false); }
void UnsealedNodes::data_changed(Znode* node) { mark(node, true); }

void UnsealedNodes::removed(Znode* node) {
  const auto known = places_.find(node);
  if (known != places_.end()) {
    Mark& mark = marks_[known->second];
    records_ -= mark.count;
    mark = {nullptr, false, 0};
    places_.erase(known);
    // Locks and members come and go: what is left of them must not pile up until the next seal.
    if (marks_.size() > 64 && places_.size() < marks_.size() / 2) close_gaps();
  }
  if (node->in_image()) gone_.emplace(node->path(), node->data_in_image());
}

void UnsealedNodes::close_gaps() {
  std::uint32_t kept = 0;
  for (const Mark& mark : marks_) {
    if (mark.node == nullptr) continue;
    marks_[kept] = mark;
    places_[mark.node] = kept++;
  }
  marks_.resize(kept);
}

void UnsealedNodes::clear() {
  for (const Mark& mark : marks_) {
    if (mark.node != nullptr) mark.node->set_in_image(true, !mark.node->data.empty());
  }
  reset();
}

void UnsealedNodes::reset() {
  // New containers: the memory of a busy interval is given back.
  marks_ = {};
  places_ = {};
  gone_.clear();
  records_ = 0;
}

}  // namespace quorate
